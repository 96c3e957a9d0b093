"""What a breach leaves in writing: the log of small breaches, corrective actions, sanctions, evidence and who held it.

One file to which lines are added and never changed, each chained by SHA-256 to the one before it. What the
chain cannot show is a file made anew from the start: keep the last link that you saw somewhere else, and hand
it to `read(seen=)`. 45 CFR 164.408(c), 164.414, 164.530(e), (f) and (j).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from simlab.content import Model
from simlab.errors import InputError, LogError, TamperedError, UnknownName
from simlab.response.clocks import due
from simlab.response.law import regime

NAME = "breaches.jsonl"
START = hashlib.sha256(b"simlab breach ledger 1").hexdigest()
YEARS = 6
_SHA = r"^[0-9a-f]{64}$"
_Text = Annotated[str, Field(min_length=1, max_length=2_000)]


class Breach(Model):
    """A breach as it was assessed; one of fewer than 500 people is reported for the year of its discovery."""

    kind: Literal["breach"] = "breach"
    id: _Text
    entity: _Text
    discovered: dt.date
    people: int = Field(ge=1)
    what: _Text
    why: _Text
    notified: dt.date | None = None


class Action(Model):
    """A corrective action: what is changed, by whom and by when; `done` once it is."""

    kind: Literal["action"] = "action"
    breach: _Text
    what: _Text
    owner: _Text
    by: dt.date
    done: dt.date | None = None


class Sanction(Model):
    """A sanction of somebody of the workforce, and its reason: 45 CFR 164.530(e)(2)."""

    kind: Literal["sanction"] = "sanction"
    breach: _Text
    person: _Text
    what: _Text
    why: _Text


class Evidence(Model):
    """Something that was kept: its digest when it was taken, by whom and from where."""

    kind: Literal["evidence"] = "evidence"
    id: _Text
    breach: _Text
    what: _Text
    sha256: str = Field(pattern=_SHA)
    source: _Text


class Transfer(Model):
    """Evidence that goes from one hand to another."""

    kind: Literal["transfer"] = "transfer"
    evidence: _Text
    giver: _Text
    taker: _Text
    why: _Text


Record = Annotated[Breach | Action | Sanction | Evidence | Transfer, Field(discriminator="kind")]


class Entry(Model):
    """A record with who wrote it and when."""

    at: AwareDatetime
    by: _Text
    record: Record


@dataclass(frozen=True)
class Line:
    """One line: its number from 1, its link, and the entry."""

    n: int
    link: str
    entry: Entry

    @property
    def keep_until(self) -> dt.date:
        """Six years from its making: 45 CFR 164.530(j)(2)."""
        day = self.entry.at.date()
        is_leap_day = (day.month, day.day) == (2, 29)
        return dt.date(day.year + YEARS, 3, 1) if is_leap_day else day.replace(year=day.year + YEARS)


class Ledger:
    """The ledger of one folder."""

    def __init__(self, folder: Path | str) -> None:
        self.path = Path(folder) / NAME

    def read(self, *, seen: str = "") -> list[Line]:
        """Every line, verified. Raises LogError that names the first bad record, also where `seen` is no link of it."""
        try:
            raw = self.path.read_bytes().splitlines(keepends=True) if self.path.exists() else []
        except OSError as e:
            raise InputError(f"{self.path.name}: cannot be read: {e.strerror or e}") from None
        lines = list(_verified(raw))
        if seen and seen not in {START, *(line.link for line in lines)}:
            raise LogError("the link that was seen is not in it: lines were cut off, or it was made anew")
        return lines

    def add(self, record: Record, *, at: dt.datetime, by: str) -> Line:
        """The line that was added. Raises InputError where it does not fit what stands there, LogError, UnknownName."""
        lines = self.read()
        entry = _entry({"at": at, "by": by, "record": record.model_dump()})
        _fits(entry, lines)
        n, before = len(lines) + 1, lines[-1].link if lines else START
        text = _text(entry)
        link = _link(before, n, text)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8", newline="\n") as f:
                f.write(f'{{"n":{n},"link":"{link}","entry":{text}}}\n')
        except OSError as e:
            raise InputError(f"{self.path.name}: cannot be written: {e.strerror or e}") from None
        return Line(n, link, entry)


def digest(path: Path) -> str:
    """The SHA-256 of a file. Raises InputError."""
    try:
        with path.open("rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()
    except OSError as e:
        raise InputError(f"{path.name}: cannot be read: {e.strerror or e}") from None


def custody(lines: list[Line], evidence: str) -> list[tuple[dt.datetime, str, str]]:
    """(when, who holds it from then on, why) from its taking on. Raises UnknownName."""
    out = [
        (x.entry.at, x.entry.by, "took it")
        for x in lines
        if isinstance(x.entry.record, Evidence) and x.entry.record.id == evidence
    ]
    if not out:
        known = [x.entry.record.id for x in lines if isinstance(x.entry.record, Evidence)]
        raise UnknownName("evidence", evidence, known)
    for x in lines:
        if isinstance(x.entry.record, Transfer) and x.entry.record.evidence == evidence:
            out.append((x.entry.at, x.entry.record.taker, x.entry.record.why))
    return out


def require_unchanged(lines: list[Line], evidence: str, path: Path) -> None:
    """Raises TamperedError where a file is not the evidence that was taken, UnknownName, InputError."""
    custody(lines, evidence)
    taken = next(
        x.entry.record for x in lines if isinstance(x.entry.record, Evidence) and x.entry.record.id == evidence
    )
    if digest(path) != taken.sha256:
        raise TamperedError(f"{evidence}: {path.name} is not what was taken: its SHA-256 is another")


def annual(lines: list[Line], year: int, *, entity: str = "") -> tuple[dt.date, list[Breach]]:
    """The last day for HHS, and the small breaches discovered in that year, each to be filed by itself.

    Of one covered entity where it is named: counts are each entity's own. Source: 45 CFR 164.408(c).
    """
    law = regime("hipaa")
    rule = law.rule("hhs-annual")
    last = due(rule, law, dt.date(year, 1, 1))
    assert rule.threshold is not None and isinstance(last, dt.date)
    latest = {x.entry.record.id: x.entry.record for x in lines if isinstance(x.entry.record, Breach)}
    small = [b for b in latest.values() if b.discovered.year == year and rule.threshold.is_met(b.people)]
    return last, [b for b in small if not entity or b.entity == entity]


def _entry(values: Any) -> Entry:
    try:
        return Entry.model_validate_json(json.dumps(values, default=lambda v: v.isoformat()))
    except ValidationError as e:
        fault = e.errors(include_url=False)[0]
        raise InputError(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None


def _fits(entry: Entry, lines: list[Line]) -> None:
    record = entry.record
    if lines and entry.at < lines[-1].entry.at:
        raise InputError(
            f"at: {entry.at} is before the last line's, {lines[-1].entry.at}: a ledger grows in order of time"
        )
    breaches = {x.entry.record.id for x in lines if isinstance(x.entry.record, Breach)}
    if isinstance(record, Action | Sanction | Evidence) and record.breach not in breaches:
        raise UnknownName("breach in the ledger", record.breach, breaches)
    if isinstance(record, Breach) and record.discovered > entry.at.date() + dt.timedelta(days=1):
        raise InputError(f"discovered: {record.discovered} is after the line is written, {entry.at.date()}")
    if isinstance(record, Evidence) and any(
        isinstance(x.entry.record, Evidence) and x.entry.record.id == record.id for x in lines
    ):
        raise InputError(f"id: evidence {record.id!r} was taken already: give each its own id")
    if isinstance(record, Transfer):
        holder = custody(lines, record.evidence)[-1][1]
        if record.giver != holder:
            raise InputError(f"giver: {record.giver} does not hold {record.evidence}: {holder} does")


def _verified(raw: list[bytes]) -> Iterator[Line]:
    before = START
    for n, line in enumerate(raw, 1):
        if not line.endswith(b"\n"):
            raise LogError("was never written to its end: take it out, and write it again", record=n)
        try:
            values = json.loads(line)
            entry = _entry(values["entry"])
            same = values["n"] == n and values["link"] == _link(before, n, _text(entry)) and len(values) == 3
        except (ValueError, KeyError, TypeError, InputError):
            raise LogError("is no line of a ledger", record=n) from None
        if not same:
            raise LogError("was changed, moved or left out: its link does not follow from what is before it", record=n)
        before = values["link"]
        yield Line(n, before, entry)


def _text(entry: Entry) -> str:
    return json.dumps(entry.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _link(before: str, n: int, text: str) -> str:
    return hashlib.sha256(f"{before}|{n}|{text}".encode()).hexdigest()
