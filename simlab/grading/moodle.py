"""A download of all submissions as Moodle names it: `<Full Name>_<participant>_assignsubmission_file_/<file>`.

Also the flat form with the file's name behind the last line, blind marking (`Participant 123_123_...`), online
texts, and a learner's own zip, which is opened once. Moodle does not say who is meant: a name that stands once
in people.csv does.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simlab.errors import GradingError
from simlab.grading import course, zips
from simlab.grading.course import Course
from simlab.grading.members import Member, Tree, Work, refusal, said_of
from simlab.grading.outcome import UNREADABLE
from simlab.grading.untrusted import MAX_TOTAL, RefusedError, shown
from simlab.records import people

# Moodle itself takes the lines out of names; another system's names may keep them.
_STRICT = re.compile(r"^(?P<name>[^_]+)_(?P<number>[0-9]{1,20})_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?$")
_LOOSE = re.compile(_STRICT.pattern.replace("[^_]+", ".+?"))
_MARKER = re.compile(r"_[0-9]+_assignsubmission_")
_CLEANED = re.compile(r"[\x00-\x1f&<>\"`|':\\/]")  # what Moodle takes out of a file's name
ONLINE_TEXT = "onlinetext.html"


@dataclass(frozen=True)
class Named:
    """What one of Moodle's names says; `file` is '' where a folder was named."""

    name: str
    number: str
    kind: str
    file: str


def named(top: str) -> Named | None:
    """What a name at the top of a download says, None where it is no name of Moodle's, or of two people at once."""
    found = _STRICT.match(top) or (_LOOSE.match(top) if len(_MARKER.findall(top)) == 1 else None)
    return Named(found["name"], found["number"], found["kind"], found["file"] or "") if found else None


def key(name: str) -> str:
    """A full name as it is compared: without case, spelling of accents, spaces, or what Moodle takes out."""
    plain = _CLEANED.sub("", unicodedata.normalize("NFC", name)).replace("_", " ")
    return unicodedata.normalize("NFC", " ".join(plain.split()).casefold())


def works(tree: Tree, tops: list[str], home: Course, budget: zips.Budget) -> Iterator[Work]:
    """One submission for each participant. Raises InputError when people.csv cannot be read."""
    groups: dict[tuple[str, str], list[tuple[str, Named]]] = {}
    for top in tops:
        if said := named(top):
            groups.setdefault((key(said.name), said.number), []).append((top, said))
    ids = _ids(home)
    bearers = Counter(name for name, _ in groups)
    for (name, number), group in groups.items():
        learner = ids.get(name, "") if bearers[name] == 1 else ""
        work = Work(learner or f"participant-{number}", "", group[0][0])
        if not learner:
            work.notes.append(_unnamed(group[0][1]))
        _fill(work, tree, group, budget)
        yield work


def _ids(home: Course) -> dict[str, str]:
    """Name as compared -> id, of the names that stand once in people.csv."""
    everybody = list(people.read(home.root / people.NAME).values())
    count = Counter(key(p.name) for p in everybody)
    return {k: p.id for p in everybody if (k := key(p.name)) and count[k] == 1 and course.is_learner(p.id)}


def _unnamed(said: Named) -> str:
    return (
        f"came as {shown(said.name)!r}, participant {said.number}: kept as participant-{said.number}, as no one "
        f"person is called so in people.csv (a line there can name them)"
    )


def _fill(work: Work, tree: Tree, group: list[tuple[str, Named]], budget: zips.Budget) -> None:
    found = [m for top, said in group for m in _members(tree, top, said)]
    try:
        for m in found:
            work.members += _unzipped(m, work, budget) if _is_zip(m) else [m]
            zips.few(work.members)
    except Exception as e:
        work.refused = refusal(e)
    work.members = _without_wrapper(work.members)


def _members(tree: Tree, top: str, said: Named) -> list[Member]:
    """What lies below one name, by the file names that the learner gave."""
    front = (ONLINE_TEXT,) if said.kind == "onlinetext" and said.file else (said.file,) if said.file else ()
    return [replace(m, parts=front + m.parts) for m in tree.below(top)]


def _unzipped(zipped: Member, work: Work, budget: zips.Budget) -> list[Member]:
    """A learner's own zip, opened. Raises RefusedError when it cannot be."""
    said = said_of(zipped.parts)
    try:
        inside = zips.few(zips.opened(io.BytesIO(zipped.load(MAX_TOTAL)), budget))
    except RefusedError:
        raise
    except GradingError as e:
        raise RefusedError(f"{said} {e}: hand it in again", UNREADABLE) from e
    work.notes.append(f"{said} was unpacked")
    kept = _without_wrapper([m for m in inside if not _is_zip(m)])
    work.notes += [f"{said}: {said_of(m.parts)} is a zip inside a zip: left out" for m in inside if _is_zip(m)]
    return [replace(m, parts=zipped.parts[:-1] + m.parts) for m in kept]


def _is_zip(m: Member) -> bool:
    return bool(m.parts) and m.parts[-1].lower().endswith(".zip") and not m.is_folder and not m.fault


def _without_wrapper(found: list[Member]) -> list[Member]:
    """The members without the folder that holds them all."""
    while (files := [m for m in found if not m.is_folder and not m.fault]) and all(len(m.parts) > 1 for m in files):
        first = files[0].parts[0]
        if any(m.parts[0] != first for m in files):
            break
        found = [replace(m, parts=m.parts[1:]) if m.parts[:1] == (first,) else m for m in found]
    return found
