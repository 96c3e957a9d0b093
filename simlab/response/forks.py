"""What is missing, and what each answer would lead to: both outcomes, for every fact that a duty hangs on."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simlab.errors import InputError
from simlab.response.assess import assess
from simlab.response.duties import Duty
from simlab.response.facts import Facts
from simlab.response.parallel import all_duties

ASKS = {
    "is_phi": "Was protected health information involved?",
    "permitted_use": "Does the Privacy Rule permit this use or disclosure?",
    "secured": "Was it encrypted or destroyed as the HHS guidance describes?",
    "key_compromised": "Did the key, or what opens it, go too?",
    "in_use": "Was it open in clear when it was reached?",
    "assessment_done": "Is there a documented assessment of all four factors?",
    "low_probability": "Does the documented assessment show a low probability of compromise?",
    "personal_information": "Does a State's breach statute cover what was taken?",
    "material_harm": "Is material harm to consumers or to operations likely?",
    "licensed": "In which States is the insurer licensed?",
    "domicile": "In which State is the insurer domiciled?",
    "counts": "How many individuals are affected, by State of residence?",
    "discovered": "On which day was it discovered?",
    "discovered_by": "Is the business associate that discovered it the plan's agent?",
    "ba_discovered": "On which day did the business associate know of it?",
    "ba_notified": "On which day did the business associate tell the plan?",
    "determined": "Was it determined that the event occurred, and when?",
    "aware": "Since when was the organization aware of it?",
    "contracts.is_agent": "Does the plan's contract make the insurer its agent?",
    "contracts.told": "On which day did the insurer tell the plan?",
    "law_enforcement.until": "Until which day does law enforcement ask for delay?",
}
_DATES = ("discovered", "ba_discovered", "ba_notified", "determined", "aware")
_FOUND = {"text": "documented", "points_to": "low"}
_LOW = dict.fromkeys(("nature", "recipient", "acquired", "mitigation"), _FOUND)
Judge = Callable[[Facts], list[Duty]]


@dataclass(frozen=True)
class Branch:
    """One answer: what is owed then of what the answer moves, what falls away, and what it still hangs on."""

    answer: str
    is_breach: bool | None
    owed: tuple[Duty, ...] = ()
    gone: tuple[str, ...] = ()
    impossible: str = ""


@dataclass(frozen=True)
class Fork:
    """A missing fact with its question, the ids of the duties that hang on it, and a branch for each answer."""

    fact: str
    asks: str
    hangs: tuple[str, ...]
    branches: tuple[Branch, ...]


def forks(
    facts: Facts,
    *,
    at: dt.date | None = None,
    judge: Judge | None = None,
    others: Mapping[str, Sequence[tuple[str, Judge]]] | None = None,
) -> list[Fork]:
    """One for each fact that is missing, in the order in which the tests and the duties ask for them.

    `judge` gives the duties of facts, all_duties when not given; `others`: what is missing beside the facts,
    with a judge for each answer. A date that is missing is tried with `at`, or the last day that is known.
    """
    decide = judge or all_duties
    now = decide(facts)
    missing = dict.fromkeys((*assess(facts).missing, *(key for duty in now for key in duty.missing)))
    out = []
    for key in missing:
        hangs = tuple(dict.fromkeys(d.id for d in now if key in d.missing))
        tried: list[tuple[str, dict[str, Any], Judge]] = [
            (words, {}, other) for words, other in (others or {}).get(key, ())
        ]
        tried = tried or [(words, changes, decide) for words, changes in _answers(facts, key, at)]
        branches = [_branch(facts, words, changes, now, with_, key) for words, changes, with_ in tried]
        out.append(Fork(key, asked(key), hangs, tuple(_merged(branches))))
    return out


def asked(key: str) -> str:
    """The question that a missing fact puts."""
    if key.startswith("conditions."):
        return f"Does this condition of the exception hold: {key.removeprefix('conditions.').replace('_', ' ')}?"
    if key.startswith("factors."):
        return f"What was found on this factor, and which way does it point: {key.removeprefix('factors.')}?"
    return ASKS.get(key, f"{key}?")


def _branch(facts: Facts, answer: str, changes: dict[str, Any], now: list[Duty], decide: Judge, key: str) -> Branch:
    try:
        then = facts.with_(**changes)
        found = decide(then)
    except InputError as e:
        return Branch(answer, None, impossible=str(e))
    before = {_key(d): d for d in now}
    moved = tuple(d for d in found if key in before.get(_key(d), d).missing or _differs(d, before.get(_key(d))))
    # A duty of no State yet becomes one of each State where it is owed.
    kept = {_key(d) for d in found} | {(d.id, "", d.entity) for d in found}
    gone = tuple(dict.fromkeys(d.id + f" ({d.state})" * bool(d.state) for d in now if _key(d) not in kept))
    return Branch(answer, assess(then).is_breach, moved, gone)


def _merged(branches: Iterable[Branch]) -> Iterator[Branch]:
    """Answers that lead to the same stand together."""
    for _, same in itertools.groupby(branches, key=_outcome):
        first, *rest = same
        yield replace(first, answer="; or ".join(b.answer for b in (first, *rest)))


def _outcome(branch: Branch) -> tuple[Any, ...]:
    owed = tuple((*_key(d), d.due, d.status, d.missing) for d in branch.owed)
    return branch.is_breach, branch.impossible, branch.gone, owed


def _key(duty: Duty) -> tuple[str, str, str]:
    return duty.id, duty.state, duty.entity


def _differs(duty: Duty, before: Duty | None) -> bool:
    return before is None or (duty.due, duty.status) != (before.due, before.status)


def _answers(facts: Facts, key: str, at: dt.date | None) -> Iterable[tuple[str, dict[str, Any]]]:
    """Each answer in words, with what it changes in the facts."""
    if key in ("assessment_done", "low_probability") or key.startswith("factors."):
        return (
            (
                "yes, and all four factors in writing show a low probability",
                {"assessment_done": True, "low_probability": True, "factors": _LOW},
            ),
            ("no", {"assessment_done": False, "low_probability": None}),
        )
    if key.startswith("conditions."):
        name = key.removeprefix("conditions.")
        return [(w, {"conditions": {**facts.conditions, name: v}}) for w, v in (("yes", True), ("no", False))]
    if key in _DATES:
        return _dated(facts, key, at)
    if key in _OTHERS:
        return _OTHERS[key](facts)
    if Facts.model_fields.get(key) is not None:
        return (("yes", {key: True}), ("no", {key: False}))
    return ()


def _dated(facts: Facts, key: str, at: dt.date | None) -> Iterator[tuple[str, dict[str, Any]]]:
    known = [day for day in (facts.ba_notified, facts.discovered, facts.ba_discovered, facts.occurred) if day]
    day = at or (max(known) if known else None)
    if day is not None:
        yield f"if it is {day} (each day later moves it by a day)", {key: day}
        yield f"if it is {day + dt.timedelta(days=1)}", {key: day + dt.timedelta(days=1)}


def _discoverer(facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "yes: what it knew, the plan knew", {"discovered_by": "agent"}
    yield "no, an independent contractor: its word starts the clock", {"discovered_by": "business associate contractor"}


def _counts(facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    state = facts.domicile or "OH"
    for n in (499, 500, 501):
        yield f"{n} in one State ({state})", {"counts": {state: n}}


def _license(facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    home = [facts.domicile] if facts.domicile else []
    rest = sorted({s for s, n in (facts.counts or {}).items() if n} | {"NY"} | set(home))
    yield f"in {', '.join(rest)}", {"licensed": rest}
    yield (f"in {home[0]} alone" if home else "in none of them"), {"licensed": home}


def _domicile(facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    for state in (facts.licensed or ())[:2]:
        yield state, {"domicile": state}


def _held(facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    """Two ends for each statement that gives none."""
    for days in (30, 90):
        holds = [h if h.until else h.model_copy(update={"until": h.statement + dt.timedelta(days=days)})
                 for h in facts.law_enforcement]  # fmt: skip
        yield f"to a day {days} days after the statement", {"law_enforcement": holds}


_OTHERS: dict[str, Callable[[Facts], Iterator[tuple[str, dict[str, Any]]]]] = {
    "discovered_by": _discoverer,
    "counts": _counts,
    "licensed": _license,
    "domicile": _domicile,
    "law_enforcement.until": _held,
}
