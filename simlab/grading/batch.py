"""A folder of submissions graded: several at a time, each in its own process, each with exactly one outcome."""

from __future__ import annotations

import functools
import hashlib
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, TypeVar

from simlab.errors import GradingError, SandboxError
from simlab.grading import (
    ahead,
    course,
    handback,
    history,
    intake,
    manual,
    notebooks,
    recording,
    sources,
    state,
    versions,
    warmbox,
)
from simlab.grading.course import Course
from simlab.grading.intake import Found
from simlab.grading.outcome import GRADED, QUARANTINED, REPAIRED, TIMED_OUT, Limits, Outcome, from_json
from simlab.grading.state import Basis
from simlab.grading.untrusted import RefusedError
from simlab.grading.worker import FailedError, Server, Worker

Progress = Callable[[int, int, Outcome], None]
Work = Callable[..., Outcome]
Taking = TypeVar("Taking")
PREPARE_SECONDS = 600
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
    desk: recording.Desk
    named: Path = field(init=False)  # what the trainer named, of which `folder` may be a view
    server: Server = field(init=False)
    zygote: warmbox.Zygote | None = None
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    repairs: dict[int, tuple[str, ...]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)

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

    `folder` may also be a zip of one, nbgrader's exchange or a Moodle download (see `sources`).

    What was graded before and is handed in unchanged is not graded again (unless `regrade`): where the
    exercise has changed since, `needs_regrade` of its outcome says so. `progress` is called with (how
    many are done, how many there are, the outcome). `work` stands for
    `pipeline.autograde` in tests. Raises GradingError when grading cannot start; stopped by Ctrl-C
    or killed, the same call goes on with what is missing.
    """
    home = course.open_course(where)
    with state.only_one(home):
        state.sweep(home)
        with sources.opened(folder, home, assignment) as (there, notes):
            found = notes.on(intake.find(there, home, assignment))
            if not found:
                raise GradingError(
                    f"{folder}: no submission: a folder or zip of <learner>/<assignment>/, an exchange, or a Moodle download"
                )
            batch = Batch(
                there, home, found, limits or Limits(), sandbox, max(1, workers), work, progress, recording.desk(home)
            )
            batch.named = Path(folder)
            return _whole(batch, regrade)


def _whole(batch: Batch, regrade: bool) -> list[Outcome]:
    shutil.rmtree(_unplaced(batch), ignore_errors=True)
    todo = deque(_not_done(batch, regrade))
    if todo:
        batch.server = Server(ahead.played(batch.home, {batch.found[i].assignment for i in todo}))
        try:
            _prepare(batch, todo)
            _run(batch, todo)
        finally:
            if batch.zygote:
                batch.zygote.close()
    versions.end(batch.home, batch.runs)
    return [batch.outcomes[i] for i in range(len(batch.found))]


# What there is to do


def _not_done(batch: Batch, regrade: bool) -> Iterator[int]:
    """Places of the submissions to grade; those that cannot be, and those done before, get their outcome."""
    if regrade:
        batch.runs = versions.begin(batch.home, sorted({f.assignment for f in batch.found if not f.problem}))
    people = None
    for i, f in enumerate(batch.found):
        try:
            handed = _guarded(intake.read, batch.folder, f)
        except RefusedError as e:
            batch.close(i, _refused(batch, f, e.outcome, str(e)))
            continue
        now = _key(batch, f, handed.digest)
        kept = versions.standing(batch.home, f.learner, f.assignment, now)
        if kept is None or (regrade and _last(batch, f).run != now.run):
            history.keep(batch.home, f.learner, f.assignment)
            yield i
        else:
            people = manual.read(batch.home) if people is None else people
            batch.close(i, handback.refresh(batch.desk, kept, people=people))  # a person may have marked it since


def _last(batch: Batch, f: Found) -> Basis:
    return state.basis(state.recall(batch.home, f.learner, f.assignment))


def _key(batch: Batch, f: Found, handed: str) -> Basis:
    """What the mark of a submission is made from; one that a regrading left half done still belongs to it."""
    if f.assignment not in batch.versions:
        batch.versions[f.assignment] = versions.of(batch.home, f.assignment)
    last = state.recall(batch.home, f.learner, f.assignment)
    is_half = last.get("state") == state.STARTED and state.basis(last).submission == handed
    run = batch.runs.get(f.assignment, "") or (state.basis(last).run if is_half else "")
    return Basis(handed, batch.versions[f.assignment], versions.grader(), batch.sandbox, run)


def _prepare(batch: Batch, todo: Iterable[int]) -> None:
    """All that must hold before the first learner's code runs. Raises GradingError, SandboxError."""
    places = [batch.found[i] for i in todo]
    assignments, learners = sorted({f.assignment for f in places}), sorted({f.learner for f in places})
    state.back_up(batch.home)
    ready = batch.server.start(_ready, batch.home, assignments, learners, seconds=PREPARE_SECONDS)
    try:
        if batch.sandbox and batch.work is None:
            from simlab.grading.selftest import proved

            batch.zygote = proved(batch.home.root, assignments)
    except BaseException:
        ready.end()
        raise
    ready.result()


def _ready(home: Course, assignments: list[str], learners: list[str]) -> str:
    from simlab.grading.prepare import prepare

    prepare(home, assignments, learners)
    return ""


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
        handed = _guarded(intake.read, batch.folder, f)
        taken = _guarded(intake.place, handed, f, home)
    except RefusedError as e:
        batch.close(place, _refused(batch, f, e.outcome, str(e)))
        return
    if taken.outcome:
        batch.close(place, _refused(batch, f, taken.outcome, taken.reason, taken.repairs))
        return
    state.mark(home, f.learner, f.assignment, state.STARTED, _key(batch, f, handed.digest))
    batch.repairs[place] = taken.repairs
    seconds = batch.limits.notebook_seconds * max(1, len(home.released(f.assignment))) + SPARE_SECONDS
    warm = batch.zygote.path if batch.zygote else None
    task = (home.root, f.learner, f.assignment, batch.limits, batch.sandbox, batch.work, warm)
    running[place] = batch.server.start(_autograde, *task, seconds=seconds)


def _guarded(work: Callable[..., Taking], *args: Any) -> Taking:
    """What intake makes of a stranger's files: a fault of ours is that submission's outcome, not the batch's end."""
    try:
        return work(*args)
    except RefusedError:
        raise
    except Exception as e:
        raise RefusedError(f"a fault of the grader ({type(e).__name__}) while it was taken in") from e


def _autograde(
    root: Path, learner: str, assignment: str, limits: Limits, sandbox: bool, work: Work | None, zygote: Path | None
) -> str:
    """What a process does for one submission: its outcome as JSON."""
    from simlab.grading.pipeline import autograde

    work = work or functools.partial(autograde, zygote=zygote)
    return work(root, learner, assignment, limits=limits, sandbox=sandbox).to_json()


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
        _keep(batch, place, from_json(worker.result()), state.DONE)
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
    made_from = _last(batch, f)
    before = history.before(home, f.learner, f.assignment, made_from)
    outcome = outcome.with_(outcome=word, repairs=tuple(dict.fromkeys(repairs)), before=before, grader=made_from.grader)
    outcome.write(home.results / f.assignment / f"{f.learner}.json")
    outcome = handback.write(batch.desk, outcome, state.now())
    state.mark(home, f.learner, f.assignment, how, made_from, trace)
    batch.close(place, outcome)


# What could not be graded


def _ungraded(batch: Batch, f: Found, word: str, reason: str, repairs: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        f.learner, f.assignment, word, None, maximum(batch.home, f.assignment), (), repairs, reason, batch.sandbox
    )


def _refused(batch: Batch, f: Found, word: str, reason: str, repairs: tuple[str, ...] = ()) -> Outcome:
    """The outcome of what intake refused, kept: an earlier mark of the same learner does not stand for it."""
    outcome = _ungraded(batch, f, word, reason, repairs or f.notes)
    if f.problem:
        name = hashlib.sha256("/".join(f.parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        outcome.write(_unplaced(batch) / f"{name}.json")
        return outcome
    history.keep(batch.home, f.learner, f.assignment)
    outcome.write(batch.home.results / f.assignment / f"{f.learner}.json")
    handback.write(batch.desk, outcome, state.now())
    state.mark(batch.home, f.learner, f.assignment, state.REFUSED, Basis())
    _withdraw(batch.home, f)
    return outcome


def _withdraw(home: Course, f: Found) -> None:
    """Take back earlier automatic marks: no mark is not 0, and not the mark of other work either."""
    if home.gradebook.exists():
        from simlab.grading import gradebook

        gradebook.withdraw(gradebook.url(home.gradebook), f.assignment, f.learner)


def _unplaced(batch: Batch) -> Path:
    """Where outcomes of things without a usable name are kept, by the folder that they came in."""
    name = hashlib.sha256(str(batch.named.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
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
