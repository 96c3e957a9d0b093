"""From a folder of strangers' files to `submitted/`: taken in whole, repaired with a log, or refused with a reason.

FOLDER/<learner>/<assignment>/{*.ipynb, answers.json}. One bad item never stops the others: each
becomes a `Taken`, whose `outcome` is '' when it can be graded.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.errors import InputError, UnknownName
from simlab.exercise import answers
from simlab.grading import course, notebooks
from simlab.grading.course import Course
from simlab.grading.outcome import UNREADABLE
from simlab.grading.parsing import parse
from simlab.grading.repair import repair
from simlab.grading.untrusted import MAX_FILE, MAX_TOTAL, Folder, RefusedError, decode, listing, read_below, shown

ANSWERS, RECEIPT, STAMP = "answers.json", "receipt.json", "timestamp.txt"
BACK_BY = "submission_secret.txt"  # names the feedback page in nbgrader's exchange, for this learner alone
EARLIER = "made from an earlier release of the exercise: graded by the one that is there now"
SMALL = 1_000_000
# Names by which browsers and mail programs call what is meant.
_NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$", re.IGNORECASE)
_BESIDE = re.compile(
    r"(^|/)((answers|receipt)( ?\(\d+\)|( -|-|_)? ?copy)?\.json|timestamp\.txt|submission_secret\.txt)$", re.IGNORECASE
)
MOST_ODD = 20  # things of one learner that are no exercise, each of which gets an outcome
# Dot files, what systems and nbgrader leave in folders, what `simlab submit` sets aside when work is handed in
# again, and observer's sheets (`simlab records observe`).
LITTER = re.compile(
    r"^(\..*|.*\.earlier-\d+|observations|evaluations|__MACOSX|__pycache__|Thumbs\.db|desktop\.ini|.*\.pyc)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """One submission in the folder; `problem` says why it cannot even be looked into ('' when it can).

    `notes` is what was said of it on its way here, `refused` why it never arrived though it is known whose it is.
    """

    learner: str
    assignment: str
    parts: tuple[str, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()
    refused: RefusedError | None = None
    stays: bool = False  # it lies in `submitted/` itself, and is not taken out of there


@dataclass(frozen=True)
class Handed:
    """What one submission holds: the files that can matter, the names of the rest, a digest of both."""

    files: dict[str, bytes]
    others: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Taken:
    """One submission after intake: `outcome` '' and in `submitted/`, or `unreadable`, `quarantined` and why."""

    learner: str
    assignment: str
    repairs: tuple[str, ...] = ()
    outcome: str = ""
    reason: str = ""


def find(folder: Path, home: Course, assignment: str | None = None) -> list[Found]:
    """Every submission below a folder, in order of learner and assignment. Raises GradingError, UnknownName.

    What lies where no submission can lie is reported as one, so that nobody's work is overlooked.
    """
    if assignment is not None:
        home.require(assignment)
    known = home.assignments()
    with Folder.open(Path(folder)) as top:
        found = [f for name in top.names() if not _is_litter(top, name, known) for f in _of_learner(top, name, known)]
    if assignment is not None:
        found = [f for f in found if f.assignment in (assignment, "")]
    return _no_twins(found)


def _is_litter(top: Folder, name: str, known: list[str]) -> bool:
    """Whether a name in the class's folder is nobody's work: what is hidden and holds an exercise is somebody's."""
    if not LITTER.match(name) or name == "__MACOSX" or top.kind(name) != "folder":
        return LITTER.match(name) is not None
    try:
        with top.enter(name) as inner:
            return not {n.lstrip(".").casefold() for n in inner.names()} & {a.casefold() for a in known}
    except (RefusedError, OSError):
        return True


def _of_learner(top: Folder, name: str, known: list[str]) -> Iterator[Found]:
    said = shown(name)
    kind = top.kind(name)
    if kind != "folder":
        yield Found(
            said, "", (name,), f"is a {kind} where a learner's folder should be: FOLDER/<learner>/<assignment>/"
        )
        return
    learner = unicodedata.normalize("NFC", name)
    unfit = said != name or not course.is_learner(learner) or LITTER.match(name) is not None
    problem = (
        f'{said!r} is no name for a learner: at most 64 characters, none of / \\ * ? [ ] {{ }} < > | : ", '
        "and not the name of what is hidden or set aside"
        if unfit
        else ""
    )
    folded = {a.casefold() for a in known}
    try:
        with top.enter(name) as inner:
            works = [w for w in inner.names() if not LITTER.match(w) or w.lstrip(".").casefold() in folded]
            found = [_of_assignment(inner, learner if not unfit else said, name, w, problem, known) for w in works]
    except (RefusedError, OSError) as e:
        found = [Found(said, "", (name,), str(e))]
    yield from _not_too_many(found, said, name)


def _not_too_many(found: list[Found], said: str, name: str) -> Iterator[Found]:
    """What can be graded, and the first of what cannot: a hundred thousand empty folders are one remark."""
    odd = [f for f in found if f.problem]
    yield from (f for f in found if not f.problem or f in odd[:MOST_ODD])
    if len(odd) > MOST_ODD:
        yield Found(said, "", (name,), f"holds {len(odd)} things that are no exercise: the first {MOST_ODD} are listed")


def _of_assignment(inner: Folder, learner: str, name: str, work: str, problem: str, known: list[str]) -> Found:
    kind = inner.kind(work)
    meant = next((a for a in known if a.casefold() == work.casefold()), "")
    if kind != "folder":
        problem = problem or f"{shown(work)} is a {kind}, not an exercise's folder: FOLDER/<learner>/<assignment>/"
    elif not meant:
        problem = problem or str(UnknownName("exercise", shown(work), known))
    return Found(learner, meant or shown(work), (name, work), problem)


def _no_twins(found: list[Found]) -> list[Found]:
    """Two folders that mean the same learner and exercise: the second is set aside, not mixed in."""
    seen: set[tuple[str, str]] = set()
    out = []
    for f in found:
        key = (f.learner.casefold(), f.assignment.casefold())
        twin = key in seen and not f.problem and f.assignment
        out.append(Found(f.learner, f.assignment, f.parts, "another folder has the same names") if twin else f)
        seen.add(key)
    return out


def read(folder: Path, found: Found) -> Handed:
    """The bytes of one submission. Raises RefusedError (quarantined or unreadable, and why)."""
    if found.problem:
        raise RefusedError(found.problem)
    if found.refused:
        raise found.refused
    with Folder.open(Path(folder)) as top, top.enter(found.parts[0]) as of, of.enter(found.parts[1]) as work:
        names = [n for n in listing(work) if not any(LITTER.match(part) for part in n.split("/"))]
        if work.kind(ANSWERS) == "folder":
            raise RefusedError(f"{ANSWERS} is a folder, not a file: hand the exercise in again", UNREADABLE)
        files = _contents(work, [n for n in names if matters(n)])
    if not files and not names:
        raise RefusedError("the folder is empty: hand the exercise in again", UNREADABLE)
    others = tuple(n for n in names if n not in files)
    return Handed(files, others, _digest(files, others))


def matters(name: str) -> bool:
    """Whether what a file of a submission holds can matter, not its name alone."""
    return is_notebook(name) or _BESIDE.search(name) is not None


def is_notebook(name: str) -> bool:
    return _NOTEBOOK.search(name) is not None


def cap_of(name: str) -> int:
    return MAX_FILE if is_notebook(name) else SMALL


def _contents(work: Folder, names: list[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for n in names:
        files[n] = read_below(work, n, cap_of(n))
        # Counted as it comes in: a thousand notebooks of the largest size would not fit in memory.
        if sum(map(len, files.values())) > MAX_TOTAL:
            raise RefusedError(f"is over {MAX_TOTAL / 1e6:g} MB in all: clear all outputs")
    return files


def _digest(files: dict[str, bytes], others: tuple[str, ...]) -> str:
    h = hashlib.sha256()
    for name, data in sorted(files.items()):
        h.update(f"{len(data)}:{name}:".encode("utf-8", "surrogateescape") + data)
    for name in others:
        h.update(b"+" + name.encode("utf-8", "surrogateescape"))
    return h.hexdigest()


def place(handed: Handed, found: Found, home: Course) -> Taken:
    """Put one submission, repaired, into `submitted/<learner>/<assignment>/`; never raises for its faults."""
    notes = list(found.notes)
    home.state.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=home.state, prefix="intake-") as scratch:
            staged = Path(scratch) / found.assignment
            staged.mkdir()
            used = _notebooks(handed, found, home, staged, notes)
            used |= _answers(handed, staged, notes)
            used |= _stamp(handed, staged) | _secret(handed, staged)
            _dropped(handed, used, found, home, notes)
            course.replace_folder(staged, home.submitted / found.learner / found.assignment)
    except RefusedError as e:
        if not found.stays:
            shutil.rmtree(home.submitted / found.learner / found.assignment, ignore_errors=True)
        return Taken(found.learner, found.assignment, tuple(notes), e.outcome, str(e))
    return Taken(found.learner, found.assignment, tuple(notes))


def take(folder: Path, found: Found, home: Course) -> Taken:
    """Read and place one submission; a fault of it is its outcome, never an exception."""
    try:
        return place(read(folder, found), found, home)
    except RefusedError as e:
        return Taken(found.learner, found.assignment, (), e.outcome, str(e))


def _notebooks(handed: Handed, found: Found, home: Course, staged: Path, notes: list[str]) -> set[str]:
    """Write each released notebook's counterpart; the names of the files that were used."""
    released = home.released(found.assignment)
    candidates = [n for n in handed.files if is_notebook(n)]
    if not candidates:
        raise RefusedError("holds no notebook: hand in the .ipynb file", UNREADABLE)
    used: set[str] = set()
    for path in released:
        name = _choose(path.name, [c for c in candidates if c not in used], only=len(released) == 1)
        if name is None:
            notes.append(f"{path.name} was not handed in")
            continue
        used.add(name)
        if name != path.name:
            notes.append(f"{shown(name)} was taken for {path.name}")
        theirs, ours = parse(handed.files[name], name), notebooks.read(path)
        mended, said = repair(theirs, ours)
        said = [EARLIER, *said] if _release_of(theirs) not in ("", _release_of(ours)) else said
        notes += said if len(released) == 1 else [f"{path.name}: {s}" for s in said]
        staged.joinpath(path.name).write_text(notebooks.dumps(mended), encoding="utf-8", newline="\n")
    if not used:
        raise RefusedError(f"holds none of {', '.join(p.name for p in released)}", UNREADABLE)
    return used


def _release_of(nb: dict[str, Any]) -> str:
    """The stamp of the release that a notebook was made from; '' where it has none."""
    meta = nb.get("metadata")
    ours = meta.get("simlab") if isinstance(meta, dict) else None
    stamp = ours.get("release") if isinstance(ours, dict) else None
    return stamp if isinstance(stamp, str) else ""


def _choose(name: str, candidates: list[str], *, only: bool) -> str | None:
    """The submitted file that stands for one that is asked for: exact, other case, copy's name, or the only one."""
    stem = name.rsplit(".", 1)[0].casefold()
    tests = (
        lambda c: c == name,
        lambda c: c.casefold() == name.casefold(),
        lambda c: c.rsplit("/", 1)[-1].casefold() == name.casefold(),
        lambda c: c.rsplit("/", 1)[-1].casefold().startswith(stem),
        lambda c: only,
    )
    for test in tests:
        fits = [c for c in candidates if test(c)]
        if len(fits) == 1:
            return fits[0]
        if len(fits) > 1:
            listed = ", ".join(shown(f) for f in fits[:5])
            raise RefusedError(f"more than one file could be {name} ({listed}): hand in one")
    return None


def _answers(handed: Handed, staged: Path, notes: list[str]) -> set[str]:
    """Write answers.json when it holds answers. Raises RefusedError: a damaged one is not 'no answers'."""
    name = _choose(ANSWERS, [n for n in handed.files if _is_like(n, ANSWERS)], only=False)
    if name is None or not handed.files[name].strip():
        return {name or ANSWERS}
    if name != ANSWERS:
        notes.append(f"{shown(name)} was taken for {ANSWERS}")
    target = staged / ANSWERS
    text = decode(handed.files[name])
    target.write_text(text.encode("utf-8", "replace").decode("utf-8"), encoding="utf-8", newline="\n")
    try:
        answers.read_untrusted(target, SMALL)
    except InputError as e:
        raise RefusedError(f"{e}: hand the exercise in again", UNREADABLE) from e
    return {name}


def _is_like(name: str, asked: str) -> bool:
    """Whether a file beside the notebook may be meant by the name that is asked for."""
    return _BESIDE.search(name) is not None and name.rsplit("/", 1)[-1].casefold().startswith(asked.split(".")[0])


def _stamp(handed: Handed, staged: Path) -> set[str]:
    """Write when it was handed in, where a stamp says so with its zone: without one nothing is guessed."""
    alike = ([n for n in handed.files if _is_like(n, asked)] for asked in (STAMP, RECEIPT))
    stamp, receipt = (min(names, key=len, default="") for names in alike)
    utc = _moment(decode(handed.files.get(stamp, b"")), decode(handed.files.get(receipt, b"{}")))
    if utc is not None:
        said = utc.strftime("%Y-%m-%d %H:%M:%S UTC")
        staged.joinpath(STAMP).write_text(said + "\n", encoding="utf-8", newline="\n")
    return {stamp, receipt}


def _moment(stamp: str, receipt: str) -> dt.datetime | None:
    """The moment that a stamp, or else a receipt, tells with its zone."""
    text = stamp.strip()
    try:
        text = text or str(json.loads(receipt).get("at", ""))
        at = dt.datetime.fromisoformat(text.removesuffix(" UTC") + "+00:00" if text.endswith(" UTC") else text)
        return at.astimezone(dt.UTC) if at.tzinfo is not None else None
    except (ValueError, AttributeError, RecursionError, OverflowError):  # none, or outside of the years 1 to 9999
        return None


def _secret(handed: Handed, staged: Path) -> set[str]:
    """Keep what nbgrader made to give the feedback back by; anything else of that name is left out."""
    text = decode(handed.files.get(BACK_BY, b"")).strip()
    if re.fullmatch(r"[0-9a-f]{32,256}", text):
        staged.joinpath(BACK_BY).write_text(text, encoding="utf-8", newline="\n")
    return {BACK_BY}


def _dropped(handed: Handed, used: set[str], found: Found, home: Course, notes: list[str]) -> None:
    """Note what was handed in and is not used; a file of the release is quietly the release's own."""
    released = set(course.files_below(home.exercises / found.assignment))
    for name in [*handed.files, *handed.others]:
        if name not in used and name not in released:
            notes.append(f"{shown(name)} is not part of the exercise: left out")
