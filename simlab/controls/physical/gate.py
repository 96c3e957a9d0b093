"""The door, asked: may this be done, why, what to do otherwise, and on what that rests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simlab.controls.physical.rules import Passing, Rule, rules
from simlab.errors import DeniedError
from simlab.events import Recorder, silent

_SWIPES = ("enter", "sign in", "sign out")


@dataclass(frozen=True)
class Answer:
    """Whether it may be done; the ids of the rules that decided, the reason, what to do next, the sections."""

    is_allowed: bool
    rules: tuple[str, ...]
    reason: str
    next: str
    cites: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.is_allowed


def decide(passing: Passing, *, actor: str = "", site: str = "", record: Recorder = silent) -> Answer:
    """The answer for a passing. What no rule permits is refused; a forbid outweighs every permit.

    Doors are recorded as a swipe or a refusal, as the badge system writes them.
    """
    answer = _answer(passing)
    if passing.act in _SWIPES:
        record(
            class_name="Physical Access", activity_name="Swipe" if answer else "Refuse", actor=actor, site=site,
            system="badge-system", status="Success" if answer else "Failure",
            status_detail="out" if passing.act == "sign out" else "in" if answer else "badge not read",
        )  # fmt: skip
    return answer


def require(passing: Passing, *, actor: str = "", site: str = "", record: Recorder = silent) -> Answer:
    """The answer where it is yes. Raises DeniedError with the reason and what to do next."""
    answer = decide(passing, actor=actor, site=site, record=record)
    if not answer:
        raise DeniedError(f"{answer.reason} {answer.next}".strip())
    return answer


def _answer(passing: Passing) -> Answer:
    meant = {name: rule for name, rule in rules().items() if rule.is_meant(passing)}
    against = {name: rule for name, rule in meant.items() if rule.effect == "forbid"}
    if against:
        reason = " ".join(f"{rule.says} [{rule.cite}]" for rule in against.values())
        return Answer(
            False, tuple(against), reason, next(iter(against.values())).next, _once(r.cite for r in against.values())
        )
    permits = {name: rule for name, rule in meant.items() if rule.effect == "permit"}
    granted = {name: rule for name, rule in permits.items() if not rule.lacking(passing)}
    if granted:
        reason = " ".join(f"{rule.says} [{rule.cite}]" for rule in granted.values())
        return Answer(True, tuple(granted), reason, "", _once(r.cite for r in granted.values()))
    return _lacking(passing, permits) if permits else _nobodys(passing)


def _lacking(passing: Passing, permits: dict[str, Rule]) -> Answer:
    """The refusal by the permit that comes nearest, with all that it lacks."""
    name, rule = min(permits.items(), key=lambda item: (len(item[1].lacking(passing)), item[0]))
    needs = rule.lacking(passing)
    reason = " ".join(f"{need.lacking[:1].upper()}{need.lacking[1:]}. [{need.cite}]" for need in needs)
    return Answer(False, (name,), reason, " ".join(need.next for need in needs), _once(need.cite for need in needs))


def _nobodys(passing: Passing) -> Answer:
    """The refusal where no rule is meant for them: the sections are those of whoever may do it."""
    cites = _once(rule.cite for rule in rules().values() if rule.act == passing.act and rule.effect == "permit")
    said = f"No rule lets a {passing.person} {passing.act}. [{cites[0]}]"
    return Answer(False, (), said, "Ask at the front desk.", cites)


def _once(cites: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cites))
