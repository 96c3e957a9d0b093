"""Item analysis: which questions are hard, which tell those who know from those who do not, and which wrong
options people choose. For authors and trainers; a row is about a question, never about a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from simlab.errors import InputError, SimlabError
from simlab.exercise.answers import read_untrusted
from simlab.exercise.protocol import CheckSpec, Lit
from simlab.grading import course, results, spec
from simlab.grading.course import Course
from simlab.grading.outcome import Outcome
from simlab.records.export import table

COLUMNS = ("assignment", "check", "kind", "n", "difficulty", "discrimination", "wrong")
FEWEST = 5  # a correlation of fewer says nothing


def itemanalysis(where: Course | Path | str, learners: Collection[str] | None = None) -> pd.DataFrame:
    """One row a check, by exercise and check.

    `n` people; `difficulty` the mean share of the points (1: everybody has all); `discrimination` the
    correlation of the share with the points of all *other* checks (corrected item-total, point-biserial
    for checks that are right or wrong), missing for fewer than five people or where all got the same;
    `wrong` the options that earned less than full points and how many chose each, as
    "option (count)". `learners` keeps to a group. Raises GradingError.
    """
    home = where if isinstance(where, Course) else course.open_course(where)
    found = [r.outcome for r in results.rows(home) if r.outcome.is_graded]
    kept = [o for o in found if learners is None or o.learner in learners]
    rows = [row for name in sorted({o.assignment for o in kept}) for row in _of(home, name, kept)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def as_csv(frame: pd.DataFrame) -> str:
    """The rows as CSV text, no cell a formula; missing numbers are empty."""
    return table(COLUMNS, ([None if _is_missing(v) else v for v in row] for row in frame.itertuples(index=False)))


def _is_missing(value: Any) -> bool:
    return isinstance(value, float) and value != value


def _of(home: Course, assignment: str, outcomes: list[Outcome]) -> Iterator[tuple[Any, ...]]:
    ours = {o.learner: o for o in outcomes if o.assignment == assignment}
    points = pd.DataFrame({who: {c.name: c.points for c in o.checks} for who, o in ours.items()}).T
    shares = pd.DataFrame(
        {who: {c.name: c.points / c.maximum if c.maximum else 0.0 for c in o.checks} for who, o in ours.items()}
    ).T
    kinds = {c.name: c.kind for o in ours.values() for c in o.checks}
    wrong = _wrong(home, assignment, ours)
    for name in kinds:
        share = shares[name].dropna()
        rest = points.drop(columns=name).sum(axis=1).loc[share.index]
        yield (
            assignment, name, kinds[name], len(share), round(float(share.mean()), 4), _correlation(share, rest),
            "; ".join(f"{option} ({n})" for option, n in wrong.get(name, Counter()).most_common()),
        )  # fmt: skip


def _correlation(share: pd.Series, rest: pd.Series) -> float:
    if len(share) < FEWEST or share.nunique() < 2 or rest.nunique() < 2:
        return float("nan")
    return round(float(share.astype(float).corr(rest.astype(float))), 4)


def _wrong(home: Course, assignment: str, ours: Mapping[str, Outcome]) -> dict[str, Counter[str]]:
    """Check -> how often each option was given by those who did not get full points for it."""
    found: dict[str, Counter[str]] = {}
    asked = dict(_choices(home, assignment))
    for who, outcome in ours.items():
        given = _given(home, who, assignment)
        for check in outcome.checks:
            if check.name in asked and check.points < check.maximum:
                keys = asked[check.name]
                said = [o for n in keys if n in given for o in _options(n, given[n], keys)]
                found.setdefault(check.name, Counter()).update(said)
    return found


def _options(name: str, answer: Any, keys: Mapping[str, Any]) -> list[str]:
    """What was wrong in an answer: the option; of several, what is too much or left out; an order as it was given."""
    key = keys[name]
    if not isinstance(answer, list):
        said = [str(answer)] if answer != key else []
    elif sorted(map(str, answer)) == sorted(map(str, key if isinstance(key, list) else [key])):
        said = [" > ".join(map(str, answer))] if answer != key else []
    else:
        right = key if isinstance(key, list) else [key]
        said = [str(a) for a in answer if a not in right] + [f"without {k}" for k in right if k not in answer]
    return [each[:120] if len(keys) == 1 else f"{name}: {each}"[:120] for each in said]


def _choices(home: Course, assignment: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(check, the right answer by the name under which an answer is kept); a pool has a name for each question."""
    for path in sorted((home.solutions / assignment).glob("*.ipynb")):
        try:
            checks = spec.read(path)
        except SimlabError:
            continue
        for name, check in checks.items():
            if check.kind == "choice" and check.args and isinstance(check.args[0], Lit):
                yield name, _keys(check, str(check.args[0].value))


def _keys(check: CheckSpec, name: str) -> dict[str, Any]:
    expected = check.expect.args[0] if check.expect and check.expect.args else None
    return dict(expected) if isinstance(expected, dict) else {name: expected}


def _given(home: Course, learner: str, assignment: str) -> dict[str, Any]:
    try:
        return read_untrusted(home.submitted / learner / assignment / "answers.json")
    except InputError:
        return {}
