"""From whatever holds the work to a folder of the one shape that intake takes: FOLDER/<learner>/<assignment>/.

A folder of that shape is taken as it is. A zip of one, nbgrader's exchange and a Moodle download are laid out
anew in `.simlab/intake-...`, which goes when grading ends. All that intake refuses is refused there as ever;
what cannot even be laid out is handed on by name, with the reason.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from simlab.errors import GradingError
from simlab.grading import course, exchange, laying, moodle, zips
from simlab.grading.course import Course
from simlab.grading.identify import Known, known
from simlab.grading.intake import MOST_ODD, Found
from simlab.grading.members import FolderTree, Tree, Work, refusal
from simlab.grading.untrusted import RefusedError, shown
from simlab.grading.zips import ZipTree

PLAIN, EXCHANGE, MOODLE = "plain", "exchange", "moodle"
_DEEPEST = 4  # folders around the work, as people zip them


@dataclass
class Notes:
    """What there is to say of submissions beside what lies in the folder; `missing` never got there."""

    said: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    missing: list[Found] = field(default_factory=list)
    is_submitted: bool = False

    def on(self, found: list[Found]) -> list[Found]:
        """What was found in the folder with what is said of it, and what is missing there, by learner."""
        told = [dataclasses.replace(f, notes=self.said.get(f.parts, ()), stays=self.is_submitted) for f in found]
        return sorted([*told, *self.missing], key=lambda f: (f.learner, f.assignment)) if self.missing else told


class Opened(NamedTuple):
    """A folder for `intake.find`, and what to add to what it finds."""

    folder: Path
    notes: Notes


@contextlib.contextmanager
def opened(path: Path | str, home: Course, assignment: str | None = None) -> Iterator[Opened]:
    """The work in what the trainer named, as long as the `with` lasts. Raises GradingError, InputError, UnknownName."""
    if assignment is not None:
        home.require(assignment)
    path = Path(path)
    with contextlib.ExitStack() as held:
        budget = zips.Budget()
        tree, shape = _zipped(path, home, budget, held) if path.is_file() else _folder(path)
        if tree is None:
            own = home.submitted.exists() and path.resolve() == home.submitted.resolve()
            yield Opened(path, Notes(is_submitted=own))
            return
        home.state.mkdir(exist_ok=True)
        scratch = Path(held.enter_context(tempfile.TemporaryDirectory(dir=home.state, prefix="intake-")))
        layout = _Layout(home, assignment, scratch, Notes(), known(home))
        _lay_out(layout, tree, shape, budget)
        yield Opened(scratch, layout.notes)


# What it is


def _zipped(path: Path, home: Course, budget: zips.Budget, held: contextlib.ExitStack) -> tuple[Tree, str]:
    try:
        file = held.enter_context(path.open("rb"))
        return _within(ZipTree(zips.opened(file, budget)), home)
    except OSError as e:
        raise GradingError(f"{path}: cannot be read: {e.strerror or e}") from e
    except GradingError as e:
        raise GradingError(f"{path}: {e}: name a folder, or a whole zip of one (download it again?)") from e


def _folder(path: Path) -> tuple[Tree | None, str]:
    tree = FolderTree(path)
    if inbound := _inbound(tree):
        return inbound, EXCHANGE
    shape = _shape(tree.tops())
    return (None if shape == PLAIN else tree), shape


def _inbound(tree: FolderTree | ZipTree) -> FolderTree | ZipTree | None:
    """What a course's folder in the exchange has come in, None where the tree is no such folder."""
    if exchange.INBOUND not in tree.tops() or not set(tree.tops()) <= exchange.COURSE:
        return None
    inner = tree.inner(exchange.INBOUND)
    return inner if inner and (not inner.tops() or _shape(inner.tops()) == EXCHANGE) else None


def _shape(tops: list[str]) -> str:
    """What most of the names are: one odd name turns nobody else's work into something else."""
    for shape, is_such in ((MOODLE, moodle.named), (EXCHANGE, exchange.entry)):
        fits = sum(is_such(t) is not None for t in tops)
        if fits and fits * 2 >= len(tops):
            return shape
    return PLAIN


def _within(tree: ZipTree, home: Course) -> tuple[Tree, str]:
    """The part of a zip that holds the learners, without the folders that somebody zipped around it."""
    exercises = {a.casefold() for a in home.assignments()}
    here: ZipTree | None = tree
    for _ in range(_DEEPEST):
        if here is None:
            break
        tops = here.tops()
        if (shape := _shape(tops)) != PLAIN:
            return here, shape
        if inbound := _inbound(here):
            return inbound, EXCHANGE
        if any(m.parts and m.parts[0].casefold() in exercises for top in tops for m in here.below(top)):
            return here, PLAIN
        here = here.inner(tops[0]) if len(tops) == 1 else None
    return tree, PLAIN


# Where it goes


@dataclass
class _Layout:
    """One laying out: where to, and what has been said so far."""

    home: Course
    assignment: str | None
    folder: Path
    notes: Notes
    signs: Known
    taken: set[tuple[str, str]] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def add(self, work: Work) -> None:
        """Lay out one submission; whatever is wrong with it is said of it alone."""
        try:
            if work.refused:
                raise work.refused
            files = laying.contents(work)
            work.assignment = laying.exercise(work, files, self.signs, self.assignment)
            if _key(work) in self.taken:
                raise _TwinError("another folder has the same names")
            laying.write(files, self.folder / work.learner / work.assignment)
            self.taken.add(_key(work))
            self.notes.said[work.learner, work.assignment] = laying.few(work.notes)
        except Exception as e:
            self._miss(work, refusal(e))

    def _miss(self, work: Work, e: RefusedError) -> None:
        """Hand on who was to be graded and why not: by id where that is known, else by what it was called."""
        learner = unicodedata.normalize("NFC", work.learner)
        exercise = work.assignment or self.assignment or laying.by_name(work, self.signs)
        meant = next((a for a in self.home.assignments() if a.casefold() == exercise.casefold()), "")
        work.assignment = meant or exercise
        notes = laying.few(work.notes)
        is_twin = isinstance(e, _TwinError) or _key(work) in self.taken
        if course.is_learner(learner) and meant and not is_twin:
            self.taken.add(_key(work))
            found = Found(learner, meant, (work.came_as,), notes=notes, refused=e)
        else:
            said = shown(work.came_as) if is_twin else shown(learner)
            found = Found(said, shown(exercise), (work.came_as,), str(e), notes)
        self.notes.missing.append(found)

    def odd(self, name: str, why: str) -> None:
        """Something that is nobody's submission; a hundred thousand of them are one remark."""
        if name in self.named or len(self.named) > MOST_ODD:
            return
        self.named.add(name)
        if len(self.named) > MOST_ODD:
            name, why = "(more)", f"the first {MOST_ODD} things that are no submission are listed, more are there"
        self.notes.missing.append(Found(shown(name), "", (name,), why))


class _TwinError(RefusedError):
    """Two folders that mean one learner and exercise."""


def _key(work: Work) -> tuple[str, str]:
    return unicodedata.normalize("NFC", work.learner).casefold(), work.assignment.casefold()


def _lay_out(layout: _Layout, tree: Tree, shape: str, budget: zips.Budget) -> None:
    for work in _works(layout, tree, shape, budget):
        layout.add(work)
    for stray in tree.strays if isinstance(tree, ZipTree) else ():
        layout.odd(stray.fault, f"{stray.fault}: left out")


def _works(layout: _Layout, tree: Tree, shape: str, budget: zips.Budget) -> Iterable[Work]:
    tops = tree.tops()
    if shape == PLAIN:
        return _plain(layout, tree)
    is_such = moodle.named if shape == MOODLE else exchange.entry
    for top in tops:
        if is_such(top) is None:
            like = (
                "<Full Name>_<id>_assignsubmission_file_" if shape == MOODLE else "<student>+<assignment>+<timestamp>"
            )
            layout.odd(top, f"is not named as everything else here: {like}")
    if shape == MOODLE:
        return moodle.works(tree, tops, layout.home, budget)
    return exchange.works(tree, tops, layout.assignment)


def _plain(layout: _Layout, tree: Tree) -> Iterator[Work]:
    """The submissions of a zip of FOLDER/<learner>/<assignment>/; what lies elsewhere is left for intake to name."""
    for top in tree.tops():
        works: dict[str, Work] = {}
        faults = []
        for m in tree.below(top):
            if m.parts:
                work = works.setdefault(m.parts[0], Work(top, m.parts[0], f"{top}/{m.parts[0]}"))
                work.members.append(dataclasses.replace(m, parts=m.parts[1:]))
            elif not m.is_folder:
                faults.append(m.fault or "is a file where a learner's folder should be: FOLDER/<learner>/<assignment>/")
        if faults and len(works) == 1:
            next(iter(works.values())).notes += [f"{f}: left out" for f in faults]
        elif faults:
            layout.odd(top, faults[0])
        yield from _named_works(layout, top, works)


def _named_works(layout: _Layout, top: str, works: dict[str, Work]) -> Iterator[Work]:
    for name, work in works.items():
        if all(not (m.parts or m.is_folder or m.fault) for m in work.members):
            laying.touch(layout.folder / top / name)
        elif layout.assignment is None or layout.assignment.casefold() == name.casefold():
            yield work
