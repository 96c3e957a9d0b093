"""The score of a month at the gateway, and the words for it: who was told too much, and who went without."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from simlab.controls.sharing import Decision, Gateway
from simlab.exercise.protocol import Detail, Verdict, lead
from simlab.exercise.worlds._month_requests import Due, Month
from simlab.exercise.worlds._month_settings import OPEN_LINE, Row, Settings, made

CITE = "45 CFR 164.502(a); 45 CFR 164.506(b)(1); 45 CFR 164.514(h)"
RUINED = 0.25  # a side of which a quarter is wrong is worth nothing


@dataclass(frozen=True)
class Judged:
    """One request under the settings: what was told that must not be, and what was due and not told."""

    due: Due
    told: frozenset[str]
    why: str
    is_over: bool

    @property
    def is_told(self) -> bool:
        """Wrongly told: more than may be, or in a way in which it may not be."""
        return bool(self.told - self.due.may) or self.is_over

    @property
    def is_refused(self) -> bool:
        """Wrongly refused: something that was due."""
        return bool(self.due.may - self.told)


class Played:
    """A month decided by a learner's settings. `limits` holds told, refused: how many of either are no fault."""

    def __init__(self, month: Month, settings: Settings, limits: Mapping[str, float]) -> None:
        self.limits = limits
        rows = {(row.to, row.for_): row for row in settings.rows}
        gateways = {has: Gateway(month.register, rules=made(settings, has)) for has in (True, False)}
        decided = [(due, gateways[due.has_form].decide(due.asked.request)) for due in month.dues]
        self.judged = [_judged(due, decision, rows.get(due.route)) for due, decision in decided]

    @property
    def told(self) -> list[Judged]:
        return [one for one in self.judged if one.is_told]

    @property
    def refused(self) -> list[Judged]:
        return [one for one in self.judged if one.is_refused]

    def kept(self) -> float:
        """How well what must not be told was kept: 1 within the limit, 0 where a quarter is told. Each row weighs the same."""
        if len(self.told) <= self.limits["told"]:
            return 1.0
        may_fail = [j for j in self.judged if j.is_told or set(j.due.asked.request.data) - j.due.may]
        return _side(may_fail, lambda j: j.is_told)

    def served(self) -> float:
        """How well what was due was told: 1 within the limit, 0 where a quarter is refused. Each row weighs the same."""
        if len(self.refused) <= self.limits["refused"]:
            return 1.0
        return _side([j for j in self.judged if j.due.may], lambda j: j.is_refused)

    def verdict(self) -> Verdict:
        """The two sides multiplied: neither makes up for the other."""
        share = self.kept() * self.served()
        said = f"Wrongly told: {len(self.told)} of {len(self.judged)} requests. Wrongly refused: {len(self.refused)}."
        slips = _details(self.told, self.refused)
        details = slips or [Detail("everybody got what was theirs, and nothing else", True)]
        return Verdict(share, f"{lead(share)} {said} {self._next()}".strip(), tuple(details), CITE)

    def _next(self) -> str:
        """The side to mend first."""
        if not self.told and not self.refused:
            return "Nobody was told what is not theirs, and nobody went without."
        if not self.told:
            return "Nothing got out, and people went without care, money or an answer that the law owes them or allows. What opens those rows?"
        if not self.refused:
            return "Everybody was served, and some were told what is not theirs. What did they lack?"
        return "Both sides have gaps: look at each row, what opens it and how much it tells."


def _side(judged: list[Judged], is_wrong: Callable[[Judged], bool]) -> float:
    """1 less four times the share that is wrong, first within a way of asking, then within a row, then over the rows."""
    wrong: dict[tuple[str, str], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in judged:
        wrong[one.due.route][one.due.asked.why].append(is_wrong(one))
    rows = [_mean(_mean(each) for each in ways.values()) for ways in wrong.values()]
    return max(0.0, 1.0 - _mean(rows) / RUINED) if rows else 1.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _judged(due: Due, decision: Decision, row: Row | None) -> Judged:
    told = frozenset(part.data for part in decision.allowed)
    why, is_over = "", False
    if told and row and row.way == OPEN_LINE:
        why, is_over = "it went over an open line, which anybody can read on its way (45 CFR 164.312(e)(1))", True
    elif told and row and row.much == "all" and _is_limited(due, decision):
        why, is_over = "more fields went out than the purpose takes (45 CFR 164.502(b)(1))", True
    return Judged(due, told, why, is_over)


def _is_limited(due: Due, decision: Decision) -> bool:
    """Whether only the least may go out: a part of what was told is held to the minimum."""
    return any(part.minimum for part in decision.allowed)


def _details(told: list[Judged], refused: list[Judged]) -> list[Detail]:
    """A line for each row on each side, the worst of both sides first, by turns: five at most are shown at once."""
    sides = [_lines("told", told), _lines("refused", refused)]
    return [Detail(text, False) for pair in zip_longest(*sides) for text in pair if text]


def _lines(side: str, judged: list[Judged]) -> list[str]:
    """How often a row went wrong on a side, and its plainest case with the source."""
    rows: dict[tuple[tuple[str, str], bool], list[Judged]] = defaultdict(list)
    for one in judged:
        is_ours = side == "told" and not one.told - one.due.may  # what may be told, and not so
        rows[one.due.route, is_ours].append(one)
    worst = sorted(rows.items(), key=lambda found: (-len(found[1]), found[0]))
    return [_line(side, route, each, is_ours) for (route, is_ours), each in worst]


def _line(side: str, route: tuple[str, str], each: list[Judged], is_ours: bool) -> str:
    plainest = min((one.due.asked for one in each), key=lambda asked: len(asked.says))
    said = each[0].why if is_ours else f"{plainest.says.rstrip('.')} ({plainest.cite})"
    ways = len({one.due.asked.why for one in each})
    such = ", such as this" if ways > 1 else ""
    return f"{route[0]}, {route[1]}: wrongly {side} {len(each)} times{such}. {said[:1].upper()}{said[1:]}"
