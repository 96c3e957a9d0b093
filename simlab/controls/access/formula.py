"""Cedar policies as plain logic over a request's facts: what the twin computes and conflicts are proved on.

A formula is a nested tuple: ("is", fact, word), ("on", fact), ("less", fact, number) and ("upto", fact,
number), joined by "and", "or", "not", or ("true",). Every fact of the schema is always there, so Cedar's
errors at run time, which would skip a policy, cannot happen and need no counterpart here. What cannot be
said so (arithmetic, patterns, comparing two facts) is refused when a policy is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from simlab.controls.access.request import NUMBERS, OUTSIDE, SENSITIVE, SWITCHES, WORDS

Formula = tuple[Any, ...]
TRUE: Formula = ("true",)
FALSE: Formula = ("not", TRUE)
LARGEST, DEEPEST = 4_000, 250  # steps of one policy when it is written out, and steps within steps

# Cedar's variables and entity types are facts of a request.
_VARIABLES = {"principal": "role", "action": "action", "resource": "data"}
_TYPES = {"Role": "role", "Action": "action", "Data": "data"}
_GROUPS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("Group", "workforce"): ("role", tuple(r for r in WORDS["role"] if r not in OUTSIDE)),
    ("Group", "outside"): ("role", OUTSIDE),
    ("Data", "sensitive"): ("data", SENSITIVE),
    ("Data", "plain"): ("data", tuple(d for d in WORDS["data"] if d not in SENSITIVE)),
}


class Unsayable(Exception):
    """A policy says what is not understood here; `words` is what to look for in its text."""

    def __init__(self, problem: str, words: str = "") -> None:
        self.words = words
        super().__init__(problem)


def of_policy(policy: Mapping[str, Any]) -> Formula:
    """The formula of one policy in Cedar's JSON form: true of a request when the policy applies to it.

    Raises Unsayable.
    """
    parts = [_scope(var, policy[var]) for var in _VARIABLES]
    for condition in policy["conditions"]:
        body = _truth(condition["body"])
        parts.append(body if condition["kind"] == "when" else negate(body))
    return reduce(both, parts, TRUE)


def both(a: Formula, b: Formula) -> Formula:
    return b if a == TRUE else a if b == TRUE else ("and", a, b)


def either(a: Formula, b: Formula) -> Formula:
    return b if a == FALSE else a if b == FALSE else ("or", a, b)


def negate(a: Formula) -> Formula:
    return a[1] if a[0] == "not" else ("not", a)


def facts(formula: Formula) -> frozenset[str]:
    """The facts that a formula looks at."""
    if formula[0] in ("and", "or", "not"):
        return frozenset().union(*(facts(part) for part in formula[1:]))
    return frozenset(formula[1:2])


def words(formula: Formula, fact: str) -> set[str]:
    """The words that a formula compares a fact with."""
    if formula[0] in ("and", "or", "not"):
        return set().union(*(words(part, fact) for part in formula[1:]))
    return {formula[2]} if formula[0] == "is" and formula[1] == fact else set()


def limits(formula: Formula, fact: str) -> set[int]:
    """The numbers that a formula compares a fact with."""
    if formula[0] in ("and", "or", "not"):
        return set().union(*(limits(part, fact) for part in formula[1:]))
    return {formula[2]} if formula[0] in ("less", "upto") and formula[1] == fact else set()


def _scope(variable: str, scope: Mapping[str, Any]) -> Formula:
    if "slot" in scope:
        raise Unsayable("templates are not used here: name the role, action or data class", str(scope["slot"]))
    if scope["op"] == "All" or (scope["op"] == "is" and "in" not in scope):
        return TRUE  # the schema leaves one type for each variable
    inner = scope.get("in", scope)
    named = inner["entities"] if "entities" in inner else [inner["entity"]]
    return _among(_VARIABLES[variable], [(e["type"], e["id"]) for e in named], deep=scope["op"] != "==")


def _among(fact: str, entities: list[tuple[str, str]], *, deep: bool) -> Formula:
    """Whether a fact is one of some entities, or (`deep`) lies in one of them."""
    found: Formula = FALSE
    for kind, name in entities:
        of, members = _members(kind, name, deep=deep)
        if of != fact and members:
            raise Unsayable(f"a {kind} is never {fact}", name)
        for word in members:
            found = either(found, ("is", fact, word))
    return found


def _members(kind: str, name: str, *, deep: bool) -> tuple[str, tuple[str, ...]]:
    if (kind, name) in _GROUPS:
        of, members = _GROUPS[kind, name]
        return of, members if deep else ()
    of = _TYPES.get(kind, "")
    if not of or name not in WORDS[of]:
        there = [*WORDS.get(of, ()), *(n for k, n in _GROUPS if k == kind)]
        raise Unsayable(f"no {kind} named {name!r}: there are {', '.join(there)}", f'"{name}"')
    return of, (name,)


def _truth(e: Mapping[str, Any]) -> Formula:
    """An expression that is true or false."""
    [(op, body)] = e.items()
    if op == "Value" and isinstance(body, bool):
        return TRUE if body else FALSE
    if op == "&&":
        return both(_truth(body["left"]), _truth(body["right"]))
    if op == "||":
        return either(_truth(body["left"]), _truth(body["right"]))
    if op == "!":
        return negate(_truth(body["arg"]))
    if op == "if-then-else":
        test = _truth(body["if"])
        return either(both(test, _truth(body["then"])), both(negate(test), _truth(body["else"])))
    if op == ".":
        return _on(e)
    if op in _COMPARE:
        return _COMPARE[op](body)
    if op == "has":
        return TRUE
    raise Unsayable(f"{_name(op)} is not used here: compare a fact with a word, a number or a list of words", op)


def _name(op: str) -> str:
    return {"like": "a pattern (like)", "+": "arithmetic", "-": "arithmetic", "*": "arithmetic"}.get(op, repr(op))


def _fact(e: Mapping[str, Any]) -> str | None:
    """The fact that an expression names, None when it names none."""
    if "Var" in e:
        return _VARIABLES.get(e["Var"])
    if "." in e and e["."]["left"] == {"Var": "context"}:
        return str(e["."]["attr"])
    return None


def _on(e: Mapping[str, Any]) -> Formula:
    fact = _fact(e)
    if fact not in SWITCHES:
        raise Unsayable(f"{fact or 'this'} is not a yes-or-no fact", fact or "")
    return ("on", fact)


def _equal(body: Mapping[str, Any]) -> Formula:
    left, right = body["left"], body["right"]
    if _fact(left) is None:
        left, right = right, left
    fact = _fact(left)
    if fact in SWITCHES or fact is None:
        a, b = _truth(left), _truth(right)
        return either(both(a, b), both(negate(a), negate(b)))
    if fact in NUMBERS:
        n = _number(right)
        return both(("upto", fact, n), negate(("less", fact, n)))
    return _word(fact, right)


def _word(fact: str, e: Mapping[str, Any]) -> Formula:
    entity = _entity(e)
    if entity:
        return _among(fact, [entity], deep=False)
    value = e.get("Value")
    if not isinstance(value, str):
        raise Unsayable(f"{fact} is compared with something that is not written out: give a word in quotes", fact)
    if value not in WORDS[fact]:
        raise Unsayable(f"{fact} is never {value!r}: it is one of {', '.join(WORDS[fact])}", f'"{value}"')
    return ("is", fact, value)


def _entity(e: Mapping[str, Any]) -> tuple[str, str] | None:
    value = e.get("Value")
    if isinstance(value, Mapping) and "__entity" in value:
        return str(value["__entity"]["type"]), str(value["__entity"]["id"])
    return None


def _number(e: Mapping[str, Any]) -> int:
    value = e.get("Value")
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unsayable("a number is compared with something that is not a written-out number")
    return value


def _order(op: str) -> Any:
    def compare(body: Mapping[str, Any]) -> Formula:
        left, right, kind = body["left"], body["right"], op
        if _fact(left) is None:
            left, right = right, left
            kind = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]
        fact = _fact(left)
        if fact not in NUMBERS:
            raise Unsayable(f"{fact or 'this'} is not a number that can be compared", fact or "")
        n = _number(right)
        formula: Formula = ("less" if kind in ("<", ">=") else "upto", fact, n)
        return negate(formula) if kind in (">", ">=") else formula

    return compare


def _in(body: Mapping[str, Any]) -> Formula:
    fact = _fact(body["left"])
    if fact is None or fact not in _VARIABLES.values():
        raise Unsayable("only principal, action and resource lie in something", "in")
    right = body["right"]
    named = [_entity(one) for one in right["Set"]] if "Set" in right else [_entity(right)]
    entities = [e for e in named if e]
    if len(entities) != len(named):
        raise Unsayable("'in' wants entities that are written out", "in")
    return _among(fact, entities, deep=True)


def _contains(body: Mapping[str, Any]) -> Formula:
    fact, listed = _fact(body["right"]), body["left"].get("Set")
    if fact not in WORDS or listed is None:
        raise Unsayable('contains is used as ["word", "word"].contains(context.fact)', "contains")
    return reduce(either, (_word(fact, one) for one in listed), FALSE)


_COMPARE: dict[str, Any] = {
    "==": _equal,
    "!=": lambda body: negate(_equal(body)),
    **{op: _order(op) for op in ("<", "<=", ">", ">=")},
    "in": _in,
    "is": lambda body: TRUE,
    "contains": _contains,
}


def is_large(formula: Formula) -> bool:
    """Whether a formula would keep whoever decides by it busy: too large when written out, or too deep.

    Comparisons within comparisons double at each step, so a short text can say more than a machine can try.
    """
    try:
        size, depth = _extent(formula, {})
    except RecursionError:
        return True
    return size > LARGEST or depth > DEEPEST


def _extent(formula: Any, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Size when written out, and depth; what stands in it twice is looked at once."""
    if id(formula) not in known:
        parts = [_extent(p, known) for p in formula[1:]] if formula[0] in ("and", "or", "not") else []
        known[id(formula)] = 1 + sum(size for size, _ in parts), 1 + max((depth for _, depth in parts), default=0)
    return known[id(formula)]
