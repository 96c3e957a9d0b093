"""A certificate: one page to print for a track whose lessons are all passed, with a number that can be looked up.

The number is the link of its line in the register, and that line holds the hash of the page without
its number: a page on which anything was changed is told from the one that was issued.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab import pages
from simlab.errors import InputError
from simlab.organization import EXAMPLE, Organization
from simlab.records.entry import Entry
from simlab.records.register import Kept

BLANK = "0" * 64  # stands for the number while the page is hashed
CAP = 2_000_000


@dataclass(frozen=True)
class Passed:
    """A lesson that was passed: its title, and the line of the register that says so."""

    title: str
    kept: Kept

    @property
    def entry(self) -> Entry:
        assert self.kept.entry is not None
        return self.kept.entry


def passes(lines: Iterable[Kept]) -> dict[tuple[str, str], Kept]:
    """(person, lesson) -> the latest line in which it was passed, by the day on which that was."""
    found: dict[tuple[str, str], Kept] = {}
    for kept in lines:
        entry = kept.entry
        if entry is None or entry.kind not in ("result", "attestation") or not entry.passed:
            continue
        before = found.get((entry.person, entry.lesson))
        if before is None or before.entry is None or before.entry.at <= entry.at:
            found[entry.person, entry.lesson] = kept
    return found


def whole(
    person: str, required: Iterable[str], titles: Mapping[str, str], known: Mapping[tuple[str, str], Kept]
) -> list[Passed] | None:
    """The passes that make a track whole, in its order; None while one is missing, or none is required."""
    wanted = list(required)
    found = [Passed(titles.get(name, name), known[person, name]) for name in wanted if (person, name) in known]
    return found if wanted and len(found) == len(wanted) else None


def page(
    name: str, track: str, done: list[Passed], organization: Organization, *, at: str, logo: str = "", number: str
) -> str:
    """The page as HTML; `logo` is a data address, `at` the UTC time of issue."""
    view = {
        "name": name,
        "track": track,
        "day": at[:10],
        "organization": organization.name,
        "example": EXAMPLE if organization.is_example else "",
        "officer": organization.privacy_officer.name,
        "logo": logo,
        "number": number,
        "lessons": [_lesson(each) for each in done],
        "policies": [f"{p.title}, version {p.version}" for p in organization.policies],
    }
    return str(template("certificate.html.j2").render(view))


def _lesson(each: Passed) -> dict[str, str]:
    e = each.entry
    points = "" if e.score is None or not e.maximum else f"{round(100 * e.score / e.maximum)} %"
    return {"title": each.title, "day": e.at[:10], "points": points or "attended", "content": e.content}


def digest(text: str, number: str = BLANK) -> str:
    """The hash of a page without its number, whatever system's line ends it has."""
    plain = text.replace("\r\n", "\n").removeprefix("\ufeff").replace(number, BLANK)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def check(path: Path, lines: list[Kept]) -> Entry:
    """The entry of a certificate that was issued as it stands in a file. Raises InputError that says what is not so."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= CAP else b""
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"{path.name} cannot be read: {getattr(e, 'strerror', None) or 'not UTF-8 text'}") from None
    issued = [k for k in lines if k.entry and k.entry.kind == "certificate" and k.link in text]
    if not issued:
        raise InputError(f"{path.name}: no certificate of this register has its number")
    kept = issued[0]
    assert kept.entry is not None
    if digest(text, kept.link) != kept.entry.evidence:
        said = f"{kept.entry.name or kept.entry.person}, {kept.entry.track}, {kept.entry.at[:10]}"
        raise InputError(f"{path.name}: is not as it was issued. The register has under this number: {said}")
    return kept.entry


def template(name: str) -> Any:
    """A page of this room by its name."""
    return pages.template(Path(__file__).parent / "templates", name)
