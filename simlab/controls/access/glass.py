"""Break-glass: reaching a record in an emergency, for a while, with a reason, an alert and a review afterwards.

45 CFR 164.312(a)(2)(ii) requires that needed records can be reached in an emergency. Breaking the glass is
one way to do so; that it is limited to some roles, ends by itself and is reviewed is what auditors ask about.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

from simlab.clock import DAY, MINUTE
from simlab.controls.access.request import Request
from simlab.errors import DeniedError, InputError, UnknownName
from simlab.events import Recorder, silent

CITE = "45 CFR 164.312(a)(2)(ii)"
ROLES = ("nurse_reviewer",)
REVIEWERS = ("privacy_officer",)
MINUTES, REVIEW_DAYS = 60, 3
_SHORTEST, _LONGEST = 10, 500

Finding = Literal["justified", "not justified"]


@dataclasses.dataclass(frozen=True)
class Review:
    """What the privacy office found, by whom and when."""

    by: str
    at: int
    finding: Finding


@dataclasses.dataclass(frozen=True)
class Breaking:
    """One breaking of the glass: who, for which member, why, from when until before when (microseconds UTC)."""

    id: str
    actor: str
    role: str
    member: str
    reason: str
    start: int
    until: int
    review_by: int
    review: Review | None = None

    def is_open(self, at: int) -> bool:
        """Whether it opens the record at that time."""
        return self.start <= at < self.until


def _nobody(breaking: Breaking) -> None:
    """The alert that nobody hears."""


class Glass:
    """The register of broken glass. `alert` is called at once with each breaking."""

    def __init__(self, *, minutes: int = MINUTES, alert: Callable[[Breaking], None] = _nobody) -> None:
        if minutes < 1:
            raise InputError(f"the glass stays broken for {minutes} minutes: give at least one")
        self._minutes, self._alert = minutes, alert
        self._all: dict[str, Breaking] = {}

    def break_(
        self, actor: str, role: str, member: str, reason: str, *, at: int, record: Recorder = silent
    ) -> Breaking:
        """Break the glass: the record is open to this actor from now until the time is over.

        Recorded and alerted. Raises DeniedError for a role that may not, or without a reason; recorded too.
        """
        event = {"class_name": "Account Change", "activity_name": "Grant", "time": at, "actor": actor, "role": role}
        event |= {"member": member, "system": "access", "purpose": "treatment"}
        refusal = _refusal(role, reason)
        if refusal:
            record(**event, status="Failure", status_detail=f"break-glass refused: {refusal}")
            raise DeniedError(f"{actor} may not break the glass: {refusal} [{CITE}]")
        until, review_by = at + self._minutes * MINUTE, at + REVIEW_DAYS * DAY
        number = f"BG{len(self._all) + 1:04d}"
        made = Breaking(number, actor, role, member, reason.strip()[:_LONGEST], at, until, review_by)
        self._all[number] = made
        record(**event, status_detail=f"break-glass {number}: {made.reason}")
        self._alert(made)
        return made

    def end(self, number: str, *, at: int, record: Recorder = silent) -> Breaking:
        """End it before its time: the emergency is over. Raises UnknownName, InputError when it has ended."""
        found = self._found(number)
        if not found.is_open(at):
            raise InputError(f"{number} is not open at that time: nothing to end")
        self._all[number] = ended = dataclasses.replace(found, until=at)
        self._record_change(ended, found.actor, at, "ended", record)
        return ended

    def review(
        self, number: str, *, by: str, role: str, finding: Finding, at: int, record: Recorder = silent
    ) -> Breaking:
        """Write down what the review found.

        Raises DeniedError for one's own breaking or a role that does not review, InputError for a second
        review or one before the glass was broken, UnknownName.
        """
        found = self._found(number)
        if finding not in ("justified", "not justified"):
            raise UnknownName("finding", finding, ("justified", "not justified"))
        if by == found.actor or role not in REVIEWERS:
            raise DeniedError(f"{by} may not review {number}: another than who broke it, of the privacy office, does")
        if found.review or at < found.start:
            raise InputError(f"{number} was reviewed already" if found.review else f"{number} is not broken yet")
        self._all[number] = done = dataclasses.replace(found, review=Review(by, at, finding))
        self._record_change(done, by, at, f"reviewed: {finding}", record)
        return done

    def all(self) -> list[Breaking]:
        """Every breaking, the first one first."""
        return list(self._all.values())

    def owed(self, at: int) -> list[Breaking]:
        """Breakings whose review is overdue."""
        return [b for b in self._all.values() if b.review is None and b.review_by < at]

    def seen(self, request: Request, at: int) -> Request:
        """The request with what the register knows: whatever it says itself of broken glass is not believed."""
        is_open = any(
            b.is_open(at) and (b.actor, b.role, b.member) == (request.actor, request.role, request.member)
            for b in self._all.values()
        )
        return dataclasses.replace(request, has_glass=is_open)

    def _found(self, number: str) -> Breaking:
        if number not in self._all:
            raise UnknownName("breaking of the glass", number, self._all)
        return self._all[number]

    def _record_change(self, breaking: Breaking, by: str, at: int, said: str, record: Recorder) -> None:
        record(
            class_name="Account Change",
            activity_name="Disable",
            time=at,
            actor=by,
            member=breaking.member,
            system="access",
            status_detail=f"break-glass {breaking.id} {said}",
        )


def _refusal(role: str, reason: str) -> str:
    if role not in ROLES:
        return f"a {role.replace('_', ' ')} does not give care; call one who may: {', '.join(ROLES)}"
    if len(reason.strip()) < _SHORTEST:
        return f"say in at least {_SHORTEST} characters why care cannot wait"
    return ""
