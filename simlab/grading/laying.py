"""One submission out of a zip, an exchange or a download into a folder: read within bounds, its exercise found."""

from __future__ import annotations

import contextlib
import shutil
import unicodedata
from pathlib import Path

from simlab.grading.identify import Known, which
from simlab.grading.intake import MOST_ODD, cap_of, is_notebook, matters
from simlab.grading.members import Member, Work, is_litter, said_of
from simlab.grading.untrusted import MAX_DEPTH, MAX_ENTRIES, MAX_TOTAL, RefusedError

Files = dict[tuple[str, ...], bytes]


def contents(work: Work) -> Files:
    """What a submission holds; of a file whose name alone can matter, the name. Raises RefusedError."""
    plain = [m for m in work.members if _is_plain(m, work)]
    if len(plain) > MAX_ENTRIES:
        raise RefusedError(f"holds more than {MAX_ENTRIES} files: hand in the exercise's folder only")
    faults = [m.fault for m in work.members if m.fault]
    if faults and not plain:
        raise RefusedError(faults[0])
    work.notes += [f"{f}: left out" for f in faults]
    files: Files = {}
    spelled: dict[str, tuple[str, ...]] = {}
    total = 0
    for m in plain:
        data = _data(m)
        # Each copy of a file counts: a small zip can name the same bytes a thousand times.
        if (total := total + len(data)) > MAX_TOTAL:
            raise RefusedError(f"is over {MAX_TOTAL / 1e6:g} MB in all: clear all outputs")
        there = spelled.setdefault(unicodedata.normalize("NFC", "/".join(m.parts)).casefold(), m.parts)
        if files.get(there, data) != data:
            raise RefusedError(f"{said_of(m.parts)} is there twice, and not the same: hand in one")
        files[there] = data
    return files


def _is_plain(m: Member, work: Work) -> bool:
    """Whether this is a file to take. Raises RefusedError for what spoils the whole submission."""
    if m.is_hostile:
        raise RefusedError(m.fault)
    if m.fault or m.is_folder or is_litter(m.parts):
        return False
    if not m.parts:
        raise RefusedError("is a file where a folder should be")
    if len(m.parts) > MAX_DEPTH:
        raise RefusedError(f"{said_of(m.parts)} lies more than {MAX_DEPTH} folders deep")
    return True


def _data(m: Member) -> bytes:
    name = "/".join(m.parts)
    return m.load(cap_of(name)) if matters(name) else b""


def exercise(work: Work, files: Files, signs: Known, wanted: str | None) -> str:
    """Which exercise it is: the one that its place says, the wanted one, or the one that it bears the signs of.

    Raises RefusedError where it bears none, several, or plainly another than the wanted one's.
    """
    if work.assignment:
        return work.assignment
    found, sure = which({"/".join(p): data for p, data in files.items() if is_notebook(p[-1])}, signs)
    listed = ", ".join(sorted(found))
    if wanted is None and len(found) != 1:
        why = f"it could be {listed}" if found else "nothing in it says so"
        raise RefusedError(f"which exercise is it? {why}: say it with --assignment")
    if wanted is not None and sure and wanted not in found:
        raise RefusedError(f"is {listed}, not {wanted}: grade it with --assignment {sorted(found)[0]}")
    return wanted or min(found)


def by_name(work: Work, signs: Known) -> str:
    """The exercise of a submission that cannot be read, where the names of its notebooks agree on one; else ''."""
    found, _ = which({said_of(m.parts): b"" for m in work.members if m.parts and is_notebook(m.parts[-1])}, signs)
    return min(found) if len(found) == 1 else ""


def write(files: Files, folder: Path) -> None:
    """Write what was read. Raises RefusedError where the names do not go together."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for parts, data in files.items():
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    except (OSError, ValueError) as e:
        shutil.rmtree(folder, ignore_errors=True)
        raise RefusedError("its names do not go together: a file and a folder of one name, or too long a path") from e


def touch(path: Path) -> None:
    """A file of that name, for whoever names what lies at the wrong place."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def few(notes: list[str]) -> tuple[str, ...]:
    """The notes that a learner gets to read: not a thousand of them."""
    more = len(notes) - MOST_ODD
    return (*notes[:MOST_ODD], *([f"and {more} more"] if more > 0 else []))
