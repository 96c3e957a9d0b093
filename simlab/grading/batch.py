"""A folder of submissions graded: several at a time, each in its own process, each with exactly one outcome."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from simlab.errors import GradingError, SandboxError
from simlab.grading import course, feedback, intake, notebooks, state
from simlab.grading.course import Course
from simlab.grading.intake import Found
from simlab.grading.outcome import GRADED, QUARANTINED, REPAIRED, TIMED_OUT, Limits, Outcome
from simlab.grading.release import OUT_OF_DATE, UNCHANGED, digest, generate, release
from simlab.grading.untrusted import RefusedError
from simlab.grading.worker import FailedError, Work, Worker

Progress = Callable[[int, int, Outcome], None]
SPARE_SECONDS = 120  # beyond the notebook's own limit: starting, the reference, the gradebook


@dataclass
class Batch:
    """What one run knows; `outcomes` is filled in any order, by place in `found`."""

    folder: Path
    home: Course
    found: list[Found]
    limits: Limits
    sandbox: bool
    workers: int
    work: Work | None
    progress: Progress | None
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    repairs: dict[int, tuple[str, ...]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def close(self, place: int, outcome: Outcome) -> None:
        """Keep a submission's one outcome and say so."""
        self.outcomes[place] = outcome
        if self.progress:
            self.progress(len(self.outcomes), len(self.found), outcome)


def grade(
    folder: Path | str,
    where: Path | str,
    *,
    assignment: str | None = None,
    workers: int = 2,
    sandbox: bool = True,
    progress: Progress | None = None,
    regrade: bool = False,
    limits: Limits | None = None,
    work: Work | None = None,
) -> list[Outcome]:
    """One outcome for each submission in FOLDER/<learner>/<assignment>/, in that order.

    What was graded before and has not changed is not graded again (unless `regrade`). `progress` is
    called with (how many are done, how many there are, the outcome). `work` stands for
    `pipeline.autograde` in tests. Raises GradingError when grading cannot start; stopped by Ctrl-C
    or killed, the same call goes on with what is missing.
    """
    home = course.open_course(where)
    found = intake.find(Path(folder), home, assignment)
    if not found:
        raise GradingError(f"{folder}: no submission: they lie in FOLDER/<learner>/<assignment>/")
    batch = Batch(Path(folder), home, found, limits or Limits(), sandbox, max(1, workers), work, progress)
    with state.only_one(home):
        state.sweep(home)
        shutil.rmtree(_unplaced(batch), ignore_errors=True)
        todo = deque(_not_done(batch, regrade))
        if todo:
            _prepare(batch, {found[i].assignment for i in todo})
            _run(batch, todo)
    return [batch.outcomes[i] for i in range(len(found))]


# What there is to do


def _not_done(batch: Batch, regrade: bool) -> Iterator[int]:
    """Places of the submissions to grade; those that cannot be, and those done before, get their outcome."""
    for i, f in enumerate(batch.found):
        try:
            handed = intake.read(batch.folder, f)
        except RefusedError as e:
            batch.close(i, _refused(batch, f, e.outcome, str(e)))
            continue
        kept = (
            None if regrade else state.kept_outcome(batch.home, f.learner, f.assignment, _key(batch, f, handed.digest))
        )
        if kept is None:
            yield i
        else:
            batch.close(i, kept)


def _key(batch: Batch, f: Found, handed: str) -> str:
    if f.assignment not in batch.keys:
        batch.keys[f.assignment] = state.source_key(batch.home, f.assignment, sandbox=batch.sandbox)
    return state.key(batch.keys[f.assignment], handed)


def _prepare(batch: Batch, assignments: set[str]) -> None:
    """All that must hold before the first learner's code runs. Raises GradingError, SandboxError."""
    for name in sorted(assignments):
        (current,) = release(batch.home, name, check=True)
        if current.state != UNCHANGED:
            word = "is out of date with its solution" if current.state == OUT_OF_DATE else "is missing"
            raise GradingError(f"exercises/{name} {word}: run `simlab release {name}` first")
    if batch.sandbox and batch.work is None:
        from simlab.grading.selftest import selftest

        selftest(batch.home.root)
    state.back_up(batch.home)
    for name in sorted(assignments):
        enter(batch.home, name)
    _add_learners(batch)


def enter(home: Course, assignment: str) -> None:
    """The assignment and its cells in the gradebook, again when the solution changed. Raises GradingError."""
    from simlab.grading import gradebook

    path = home.state / "entered.json"
    try:
        entered = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        entered = {}
    now = digest(home.solutions / assignment)
    if entered.get(assignment) == now and home.gradebook.exists():
        return
    with tempfile.TemporaryDirectory(dir=home.state, prefix="release-") as scratch:
        try:
            generate(home, assignment, Path(scratch), gradebook.url(home.gradebook))
        except GradingError as e:
            if "Cannot add or remove cells" not in str(e):
                raise
            raise GradingError(
                f"solutions/{assignment}: graded cells were added, removed or renamed after work was graded: "
                "give the changed exercise a new name, or move gradebook.db away and grade everything again"
            ) from e
    path.write_text(json.dumps(entered | {assignment: now}, indent=1) + "\n", encoding="utf-8")


def _add_learners(batch: Batch) -> None:
    """Every learner in the gradebook before two processes could both try to add one."""
    from nbgrader.api import Gradebook

    from simlab.grading import gradebook

    names = sorted({f.learner for i, f in enumerate(batch.found) if i not in batch.outcomes})

    def work() -> None:
        with Gradebook(gradebook.url(batch.home.gradebook)) as gb:
            known = {s.id for s in gb.students}
            for name in names:
                if name not in known:
                    gb.add_student(name)

    gradebook.retried(work)


# Doing it


def _run(batch: Batch, todo: deque[int]) -> None:
    """Keep all workers busy until everything has an outcome; end them all when anything breaks off."""
    running: dict[int, Worker] = {}
    try:
        while todo or running:
            while todo and len(running) < batch.workers:
                _start(batch, todo.popleft(), running)
            if running:
                _collect(batch, running)
    finally:
        for worker in running.values():
            worker.end()


def _start(batch: Batch, place: int, running: dict[int, Worker]) -> None:
    f, home = batch.found[place], batch.home
    try:
        handed = intake.read(batch.folder, f)
    except RefusedError as e:
        batch.close(place, _refused(batch, f, e.outcome, str(e)))
        return
    taken = intake.place(handed, f, home)
    if taken.outcome:
        batch.close(place, _refused(batch, f, taken.outcome, taken.reason, taken.repairs))
        return
    state.mark(home, f.learner, f.assignment, state.STARTED, _key(batch, f, handed.digest))
    batch.repairs[place] = taken.repairs
    seconds = batch.limits.notebook_seconds * max(1, len(home.released(f.assignment))) + SPARE_SECONDS
    running[place] = Worker(home.root, f.learner, f.assignment, batch.limits, batch.sandbox, batch.work, seconds)


def _collect(batch: Batch, running: dict[int, Worker]) -> None:
    """Wait for the next to end, or to run out of time."""
    first = min(w.until for w in running.values())
    ready = wait([w.wait_on for w in running.values()], timeout=max(0.0, first - time.monotonic()))
    for place, worker in list(running.items()):
        if worker.wait_on in ready:
            _finish(batch, place, worker)
        elif time.monotonic() >= worker.until:
            worker.end()
            reason = "grading it took too long and was stopped"
            _keep(batch, place, _ungraded(batch, batch.found[place], TIMED_OUT, reason), state.DONE)
            _withdraw(batch.home, batch.found[place])
        else:
            continue
        del running[place]


def _finish(batch: Batch, place: int, worker: Worker) -> None:
    f = batch.found[place]
    try:
        _keep(batch, place, worker.outcome(), state.DONE)
    except SandboxError:
        raise
    except GradingError as e:
        trace = e.trace if isinstance(e, FailedError) else ""
        # Not `done`: the next run tries again, as the fault may have been ours or the machine's.
        _keep(batch, place, _ungraded(batch, f, QUARANTINED, str(e)), state.STARTED, trace)


def _keep(batch: Batch, place: int, outcome: Outcome, how: str, trace: str = "") -> None:
    """Add the repairs, keep outcome and feedback, and only then say that it is done."""
    f, home = batch.found[place], batch.home
    repairs = (*batch.repairs.get(place, ()), *outcome.repairs)
    word = REPAIRED if outcome.outcome == GRADED and repairs else outcome.outcome
    outcome = outcome.with_(outcome=word, repairs=tuple(dict.fromkeys(repairs)))
    outcome.write(home.results / f.assignment / f"{f.learner}.json")
    feedback.write(home, outcome)
    state.mark(home, f.learner, f.assignment, how, state.recall(home, f.learner, f.assignment).get("key", ""), trace)
    batch.close(place, outcome)


# What could not be graded


def _ungraded(batch: Batch, f: Found, word: str, reason: str, repairs: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        f.learner, f.assignment, word, None, maximum(batch.home, f.assignment), (), repairs, reason, batch.sandbox
    )


def _refused(batch: Batch, f: Found, word: str, reason: str, repairs: tuple[str, ...] = ()) -> Outcome:
    """The outcome of what intake refused, kept: an earlier mark of the same learner does not stand for it."""
    outcome = _ungraded(batch, f, word, reason, repairs)
    if f.problem:
        name = hashlib.sha256("/".join(f.parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        outcome.write(_unplaced(batch) / f"{name}.json")
        return outcome
    outcome.write(batch.home.results / f.assignment / f"{f.learner}.json")
    feedback.write(batch.home, outcome)
    state.mark(batch.home, f.learner, f.assignment, state.REFUSED, "")
    _withdraw(batch.home, f)
    return outcome


def _withdraw(home: Course, f: Found) -> None:
    """Take back earlier automatic marks: no mark is not 0, and not the mark of other work either."""
    if home.gradebook.exists():
        from simlab.grading import gradebook

        gradebook.withdraw(gradebook.url(home.gradebook), f.assignment, f.learner)


def _unplaced(batch: Batch) -> Path:
    """Where outcomes of things without a usable name are kept, by the folder that they came in."""
    name = hashlib.sha256(str(batch.folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return batch.home.results / ".unplaced" / name


def maximum(home: Course, assignment: str) -> float:
    """The points that an assignment's solution offers; 0 for one that is not there."""
    total = 0.0
    for path in sorted(home.solutions.joinpath(assignment).glob("*.ipynb")) if assignment in home.assignments() else ():
        for cell in notebooks.read(path)["cells"]:
            meta = notebooks.graded_meta(cell)
            if meta.get("grade") or meta.get("task"):
                total += float(meta.get("points", 0))
    return total
