"""A parsed Sigma condition as a DuckDB condition over the event table.

Sigma matches text without regard to case, DuckDB with it: so each comparison says which is meant.
A field that a file leaves empty counts as "" or 0, so that `not` holds for it.
Regular expressions keep it, as Sigma says, unless they carry `|i`; RE2 runs them. Hours are UTC.
What this compiler does not know it refuses; it never leaves out a part of a condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import duckdb
from sigma.conditions import ConditionAND, ConditionFieldEqualsValueExpression, ConditionNOT, ConditionOR
from sigma.types import (
    CompareOperators,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
)

from simlab import events
from simlab.duck import connect, quoted
from simlab.errors import UnknownName

_OPERATORS = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
    CompareOperators.NEQ: "<>",
}
# A wildcard in LIKE, and in a regular expression.
_WILD = {SpecialChars.WILDCARD_MULTI: ("%", ".*"), SpecialChars.WILDCARD_SINGLE: ("_", ".")}
_CLOSED = {
    "class_name": tuple(events.ACTIVITIES),
    "activity_name": tuple(sorted({a for activities in events.ACTIVITIES.values() for a in activities})),
    "status": events.STATUSES,
    "data_class": events.DATA_CLASSES,
    "purpose": events.PURPOSES,
}
_ADVICE = {
    "SigmaNull": "an event has no empty field: write '' for none",
    "SigmaExists": "every event has a number here: compare it with one",
    "SigmaBool": "no field is true or false: put the text in quotes",
    "SigmaRegularExpression": "use |gt, |gte, |lt, |lte",
    "SigmaTimestampPart": "only `time` has hours and days",
}
# Parts of a moment, with the least and the most that each can be. Weeks are counted in several ways: not here.
_PARTS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "year": (1970, 9999)}


class Refused(Exception):
    """A part of a condition that cannot be honoured; `field` is the event field it is about, or ""."""

    def __init__(self, problem: str, field: str = "") -> None:
        self.field = field
        super().__init__(problem)


class Term(NamedTuple):
    """One test in DuckDB's words; `field` is what it is about, "" where that is more than one field."""

    field: str
    sql: str


class Joined(NamedTuple):
    """Conditions joined by AND or OR, or the one that NOT turns round."""

    word: str
    parts: tuple[Condition, ...]


Condition = Term | Joined
EVERY = Term("", "true")


def compiled(node: Any) -> Condition:
    """The condition of a postprocessed condition tree of pySigma. Raises Refused."""
    if isinstance(node, ConditionNOT):
        return Joined("NOT", (compiled(node.args[0]),))
    if isinstance(node, ConditionAND | ConditionOR):
        return Joined("AND" if isinstance(node, ConditionAND) else "OR", tuple(compiled(arg) for arg in node.args))
    if isinstance(node, ConditionFieldEqualsValueExpression):
        return _compared(node.field, node.value)
    raise Refused("each value needs the name of an event field: keywords without one are not searched for")


def sql(condition: Condition, term: Callable[[Term], str] = lambda term: term.sql) -> str:
    """A condition as one DuckDB expression; `term` may say a test in other words."""
    if isinstance(condition, Term):
        return f"({term(condition)})"
    parts = [sql(part, term) for part in condition.parts]
    return f"(NOT {parts[0]})" if condition.word == "NOT" else f"({f' {condition.word} '.join(parts)})"


def _compared(field: str, value: Any) -> Condition:
    if isinstance(value, SigmaExpansion):
        return Joined("OR", tuple(_compared(field, v) for v in value.values))
    if type(value) is SigmaFieldReference:
        return Term("", _alike(field, value))
    compare = _number if field in events.NUMBERS else _text
    return Term(field, compare(field, value))


def _alike(field: str, value: SigmaFieldReference) -> str:
    """Two fields of one event that hold the same; an empty one is like nothing. Raises Refused."""
    if value.field not in events.COLUMNS:
        raise Refused(str(UnknownName("event field", value.field, events.COLUMNS)), field)
    if value.starts_with or value.ends_with or {field, value.field} & set(events.NUMBERS):
        raise Refused("|fieldref here compares two whole texts", field)
    one, other = (f"lower(nullif({name}::VARCHAR, ''))" for name in (field, value.field))
    return f"coalesce({one} = {other}, false)"


def _number(field: str, value: Any) -> str:
    number, word = value, "="
    if type(value) is SigmaCompareExpression:
        number, word = value.number, _OPERATORS[value.op]
    if type(number) is SigmaTimestampPart and field == "time":
        return f"{_part(field, number)} {word} {number.number}"
    if type(number) is SigmaNumber:
        return f"coalesce({field}, 0) {word} {number.number}"
    raise Refused(f"is a number: compare it with a number{_advice(number)}", field)


def _part(field: str, value: SigmaTimestampPart) -> str:
    """A part of a moment, such as its hour. Raises Refused for one that no moment has."""
    name = value.timestamp_part.name.lower()
    if name not in _PARTS:
        raise Refused(f"|{name} is not known here: one of {', '.join(_PARTS)}", field)
    least, most = _PARTS[name]
    if not isinstance(value.number, int) or not least <= value.number <= most:
        raise Refused(f"no {name} is {value.number}: {least} to {most}", field)
    return f"extract({name} FROM make_timestamp({field}))"


def _text(field: str, value: Any) -> str:
    if type(value) is SigmaCIDRExpression:
        return "(" + " OR ".join(_matched(field, SigmaString(p)) for p in value.expand()) + ")"
    if type(value) is SigmaExists:  # "" stands for none
        return f"coalesce({field}::VARCHAR, '') {'<>' if value.exists else '='} ''"
    if type(value) is SigmaRegularExpression:
        return _searched(field, value)
    if type(value) not in (SigmaString, SigmaCasedString):
        raise Refused(f"is text, and cannot be compared in this way{_advice(value)}", field)
    return _matched(field, value)


def _searched(field: str, value: SigmaRegularExpression) -> str:
    """A regular expression found anywhere in a field. Raises Refused for one that RE2 does not take."""
    flags = "".join(sorted(value.sigma_to_re_flag[flag] for flag in value.flags))
    pattern = (f"(?{flags})" if flags else "") + str(value.regexp)
    with connect() as con:
        try:
            names = [[name] for name in _CLOSED.get(field, ())]
            found = [con.execute(f"SELECT regexp_matches(?, {quoted(pattern)})", n).fetchall() for n in names or [[""]]]
        except duckdb.Error as e:
            said = str(e).splitlines()[0].removeprefix("Invalid Input Error: ")
            raise Refused(f"is a regular expression that cannot be run here: {said}", field) from None
    if names and found == [[(False,)]] * len(names):
        raise Refused(f"no {field} is like {pattern}: the values are {', '.join(_CLOSED[field])}", field)
    return f"regexp_matches(coalesce({field}::VARCHAR, ''), {quoted(pattern)})"


def _advice(value: Any) -> str:
    kind = type(value).__name__
    return f"; {_ADVICE.get(kind, f'{kind} is not known here')}"


def _matched(field: str, value: SigmaString) -> str:
    is_cased = isinstance(value, SigmaCasedString)
    _require_possible(field, value, is_cased)
    if all(isinstance(part, str) for part in value.s):
        word, right, end = "=", quoted("".join(map(str, value.s))), ""
    else:
        word, right, end = "LIKE", quoted("".join(_pattern(part) for part in value.s)), " ESCAPE '!'"
    left = f"coalesce({field}::VARCHAR, '')"
    return f"{left} {word} {right}{end}" if is_cased else f"lower({left}) {word} lower({right}){end}"


def _pattern(part: Any) -> str:
    if isinstance(part, SpecialChars):
        return _WILD[part][0]
    return str(part).replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _require_possible(field: str, value: SigmaString, is_cased: bool) -> None:
    """Raises Refused for a text that no event can have: the rule would be silent for ever."""
    if not all(isinstance(part, str | SpecialChars) for part in value.s):
        raise Refused("placeholders are not filled in here: write the values themselves", field)
    if any("\0" in part for part in value.s if isinstance(part, str)):
        raise Refused("no event holds a text with a zero byte, which |wide or an escape makes", field)
    pattern = "".join(_WILD[p][1] if isinstance(p, SpecialChars) else re.escape(str(p)) for p in value.s)
    flags = re.DOTALL if is_cased else re.DOTALL | re.IGNORECASE
    known = _CLOSED.get(field)
    if known and not any(re.fullmatch(pattern, name, flags) for name in known):
        raise Refused(str(UnknownName(field, value, known)), field)
