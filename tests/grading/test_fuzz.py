"""Two thousand submissions with something gone wrong: one outcome each, no mark too many, and none lost.

Each is drawn from one integer: `python -m tests.grading.fuzz SEED` says what it is.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simlab.grading import batch, trio
from simlab.grading.course import Course, open_course
from simlab.grading.outcome import Outcome
from tests.grading import fuzz, played
from tests.grading.fuzz import Case

Work = Callable[..., Outcome]
GRADED = ("graded", "repaired")
AWAY = ("unreadable", "quarantined")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("course")
    for part in ("solutions", "exercises"):
        shutil.copytree(fuzz.ROOT / part, folder / part)
    return open_course(folder)


def bystanders(inbox: Path, home: Course) -> dict[tuple[str, str], float]:
    """Honest work beside it, first and last in the list, and what it must get."""
    wanted = {}
    for learner in ("0first", "zz-last"):
        for name in home.assignments():
            made = trio.worked(home, name, learner)
            made.write(inbox / learner / name)
            wanted[learner, name] = sum(made.points.values())
    return wanted


def handed_in(seeds: range, inbox: Path, home: Course, work: Work | None, **options: Any) -> list[Case]:
    """One batch of these cases and honest bystanders, who keep their marks."""
    drafts = [fuzz.make(seed, home) for seed in seeds]
    for d in drafts:
        d.write(inbox)
    wanted = bystanders(inbox, home)
    outcomes = batch.grade(inbox, home.root, work=work, **options)
    got = {(o.learner, o.assignment): o.points for o in outcomes}
    assert {who: got[who] for who in wanted} == wanted
    return fuzz.sorted_out(drafts, inbox, home, outcomes)


def faults(cases: list[Case]) -> list[str]:
    return [f"{case}: {'; '.join(said)}" for case in cases if (said := fuzz.complaints(case))]


def spread(cases: list[Case]) -> Counter[str]:
    return Counter(case.own.outcome if case.own else "none" for case in cases)


def is_wide(found: Counter[str]) -> bool:
    """Whether the cases are neither all garbage nor all harmless."""
    total = sum(found.values())
    return sum(found[o] for o in GRADED) >= 0.3 * total and sum(found[o] for o in AWAY) >= 0.1 * total


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process: what fails is seen here, and what was imported stays."""
    monkeypatch.setattr(batch, "Server", played.Here)


@pytest.fixture
def bare(here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a gradebook too, which `played` needs as little as a kernel."""
    monkeypatch.setattr(batch, "_prepare", lambda batch, todo: None)


@pytest.mark.usefixtures("bare")
def test_of_80_each_has_its_outcome_and_no_mark_that_was_not_earned(tmp_path: Path, home: Course) -> None:
    cases = handed_in(range(80), tmp_path, home, played.played)
    assert faults(cases) == []
    assert is_wide(spread(cases)), spread(cases)


@pytest.mark.long
@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("first", range(0, 2000, 250))
def test_of_2000_each_has_its_outcome_and_no_mark_that_was_not_earned(tmp_path: Path, home: Course, first: int) -> None:
    cases = handed_in(range(first, first + 250), tmp_path, home, played.played)
    assert faults(cases) == []
    assert is_wide(spread(cases)), spread(cases)


@pytest.mark.long
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("first", [2000, 2150])
def test_through_nbgraders_conversion_and_the_gradebook_as_well(tmp_path: Path, home: Course, first: int) -> None:
    cases = handed_in(range(first, first + 150), tmp_path, home, played.converted)
    assert faults(cases) == []
    assert is_wide(spread(cases)), spread(cases)


def test_40_run_for_real(tmp_path: Path) -> None:
    """In the box, by two workers: what a mutation made of the code runs there, and only there."""
    home = fuzz.small_course(tmp_path / "course")
    cases = handed_in(range(5000, 5040), tmp_path / "in", home, None, workers=2)
    assert faults(cases) == []
    assert is_wide(spread(cases)), spread(cases)


@pytest.mark.long
@pytest.mark.parametrize("first", range(6000, 6180, 60))
def test_180_more_of_every_exercise_run_for_real(tmp_path: Path, home: Course, first: int) -> None:
    cases = handed_in(range(first, first + 60), tmp_path, home, None, workers=2)
    assert faults(cases) == []
    assert is_wide(spread(cases)), spread(cases)


def test_a_seed_is_always_the_same_case() -> None:
    one, two = fuzz.make(11), fuzz.make(11)
    assert (one.done, one.data, one.kept, one.top, sorted(one.files)) == (
        two.done,
        two.data,
        two.kept,
        two.top,
        sorted(two.files),
    )


def test_every_mutation_is_drawn_within_2000_seeds() -> None:
    every = {m for phase in fuzz.CLASSES for kind in phase for m in kind}
    assert {m for seed in range(2000) for m in fuzz.drawn(seed)} >= every
