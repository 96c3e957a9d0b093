"""From what markers said to the mark that counts: where enough of them agree, or a person has settled it.

The mark goes into nbgrader's gradebook as a manual one, with a comment in the rubric's words, so that formgrader
shows the same; then the learner's page is written again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simlab.errors import GradingError
from simlab.grading import gradebook, handback, marking, outcome, recording
from simlab.grading.course import Course, programs_on_path
from simlab.grading.feedback import number
from simlab.grading.marking import Answer, Key, Mark

OPEN, ONE_OF_TWO, DIFFER, AGREED, SETTLED = "to be marked", "one marker of two", "markers differ", "agreed", "settled"


@dataclass(frozen=True)
class Decision:
    """Where an answer stands; `marks` are those that count, by criterion, empty until there is a mark.

    `alone` is what each marker said who marked all of it: marker -> criterion -> mark.
    """

    answer: Answer
    word: str
    marks: dict[str, Mark]
    alone: dict[str, dict[str, Mark]]

    @property
    def markers(self) -> tuple[str, ...]:
        return tuple(sorted(self.alone))

    @property
    def is_final(self) -> bool:
        return bool(self.marks)

    @property
    def points(self) -> float:
        return sum(points(self.answer, m) or 0.0 for m in self.marks.values())


def decide(answer: Answer, said: Iterable[Mark]) -> Decision:
    """Where one answer stands, from all that was said of it. Half a sheet, or marks of another text, do not count."""
    said = list(said)
    alone, final = whole(answer, said), whole(answer, said, settling=True)
    if final:
        return Decision(
            answer, SETTLED, max(final.values(), key=lambda marks: max(m.at for m in marks.values())), alone
        )
    if not alone:
        return Decision(answer, OPEN, {}, alone)
    if len({tuple(points(answer, marks[c.id]) for c in answer.criteria) for marks in alone.values()}) > 1:
        return Decision(answer, DIFFER, {}, alone)
    if len(alone) < answer.markers:
        return Decision(answer, ONE_OF_TWO, {}, alone)
    return Decision(answer, AGREED, alone[min(alone)], alone)


def whole(answer: Answer, said: Iterable[Mark], settling: bool = False) -> dict[str, dict[str, Mark]]:
    """Marker -> criterion -> mark, of the markers who marked all of this answer as it is now."""
    found: dict[str, dict[str, Mark]] = {}
    for m in said:
        fits = m.key == answer.key and m.version == answer.version and m.settles == settling
        if fits and points(answer, m) is not None:
            found.setdefault(m.marker, {})[m.criterion] = m
    return {who: marks for who, marks in found.items() if set(marks) == {c.id for c in answer.criteria}}


def points(answer: Answer, mark: Mark) -> float | None:
    """What a mark is worth by the rubric as it is now; None for a level that it does not have."""
    criterion = answer.criterion(mark.criterion)
    return marking.points(criterion, mark.level, answer.maximum) if criterion else None


def decisions(home: Course, found: list[Answer]) -> list[Decision]:
    """Where each of some answers stands."""
    said: dict[Key, list[Mark]] = {}
    for assignment in sorted({a.assignment for a in found}):
        for mark in marking.read(home, assignment):
            said.setdefault(mark.key, []).append(mark)
    return [decide(a, said.get(a.key, [])) for a in found]


def comment(decision: Decision) -> str:
    """What the learner reads: for each criterion what was asked, what its level says, and the markers' own words."""
    given = [decision.marks] if decision.word == SETTLED else [decision.alone[who] for who in decision.markers]
    lines = []
    for criterion in decision.answer.criteria:
        level = criterion.level(decision.marks[criterion.id].level)
        if level:
            most = criterion.levels[-1].points
            cite = f" [{criterion.cite}]" if criterion.cite else ""
            lines.append(f"{criterion.asks}: {level.says} ({number(level.points)} of {number(most)}){cite}")
        lines += dict.fromkeys(m[criterion.id].comment for m in given if m[criterion.id].comment)
    return "\n\n".join(lines)


def settle(home: Course, found: list[Answer]) -> list[Decision]:
    """Write what is final into the gradebook, flag what markers differ on, and renew the learners' pages.

    Raises GradingError.
    """
    made = decisions(home, found)
    for assignment in sorted({d.answer.assignment for d in made}):
        _write(home, assignment, [d for d in made if d.answer.assignment == assignment])
    desk = recording.desk(home)
    for learner, assignment in sorted({d.answer.key[:2] for d in made if d.word != OPEN}):
        try:
            kept = outcome.read(home.results / assignment / f"{learner}.json")
        except GradingError:
            continue
        handback.refresh(desk, kept)
    return made


def _write(home: Course, assignment: str, made: list[Decision]) -> None:
    url = gradebook.url(home.gradebook)
    with programs_on_path():
        where = gradebook.graded_cells(url, assignment)
        made = [d for d in made if d.answer.cell in where]
        gradebook.give(url, assignment, [_manual(d, where) for d in made if d.is_final])
        open_again = [d for d in made if d.word in (DIFFER, ONE_OF_TWO)]
        gradebook.take_back(url, assignment, [_manual(one, where) for d in open_again for one in _each(d)])


def _manual(decision: Decision, where: dict[str, tuple[str, float]]) -> gradebook.Manual:
    a = decision.answer
    return gradebook.Manual(a.learner, a.cell, where[a.cell][0], decision.points, comment(decision))


def _each(decision: Decision) -> list[Decision]:
    """What would stand in the gradebook by each marker alone."""
    return [Decision(decision.answer, AGREED, marks, {who: marks}) for who, marks in decision.alone.items()]
