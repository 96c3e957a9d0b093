"""The gate: a request goes in, Cedar decides, the reason and its citation come out, an event is written."""

from __future__ import annotations

import functools
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

import cedarpy

from simlab.controls.access.conflicts import conflicts
from simlab.controls.access.policies import Note, Policies, entity_handle, parse, shipped
from simlab.controls.access.request import CONTEXT, EVENT_DATA, EVENT_PURPOSE, WORDS, Request, strange
from simlab.errors import ContentError, DeniedError
from simlab.events import Recorder, silent

EXAMINED = 100
_LONGEST = 40  # characters of a name that the log takes over
_ACTIVITY = {"read": "Read", "update": "Update", "export": "Export", "tell": "Tell", "send": "Tell"}


def _unknown(fact: str, says: str, next_: str) -> Note:
    return Note(id=f"unknown-{fact.replace('_', '-')}", cite="45 CFR 164.514(d)(2)", basis="law", says=says, next=next_)


NO_POLICY = Note(
    id="no-policy",
    cite="45 CFR 164.502(a)",
    also=("45 CFR 164.514(d)(2)",),
    basis="law",
    says="No policy permits it, and what is not permitted is refused.",
    next="Ask your supervisor whether it is part of your work.",
)
UNKNOWN_MEMBER = _unknown("member", "The plan knows no such member.", "Look at the number again.")


@dataclass(frozen=True)
class Decision:
    """What was decided and why: the notes of the policies that decided, in the order of the policy text."""

    is_allowed: bool
    notes: tuple[Note, ...]

    def __bool__(self) -> bool:
        return self.is_allowed

    @property
    def policies(self) -> tuple[str, ...]:
        """Ids of the policies that decided."""
        return tuple(n.id for n in self.notes)

    @property
    def cites(self) -> tuple[str, ...]:
        """The sections that it rests on, each once."""
        return tuple(dict.fromkeys(c for n in self.notes for c in (n.cite, *n.also)))

    @property
    def reason(self) -> str:
        """Why, in plain words with the citation."""
        return " ".join(f"{n.says} [{n.cite}]" for n in self.notes)

    @property
    def wait(self) -> int | None:
        """Minutes until the work can go on: 0 when allowed, None when the refusal is final."""
        waits = [n.wait for n in self.notes]
        if self.is_allowed:
            return 0
        return None if None in waits else max(w for w in waits if w is not None)


class Gate:
    """The policies in force. `members` (anything with `in`) makes unknown members refused."""

    def __init__(self, policies: Policies | None = None, *, members: Container[str] | None = None) -> None:
        self._members = members
        self._take(shipped() if policies is None else policies)

    @property
    def policies(self) -> Policies:
        """The policy set in force."""
        return self._policies

    def _take(self, policies: Policies) -> None:
        self._policies = policies
        self._answers: dict[tuple[str, tuple[str, ...]], Decision] = {}

    def replace(self, text: str, *, by: str, file: str = "policies.cedar", record: Recorder = silent) -> Policies:
        """Put a new policy text in force.

        Raises ContentError with file and line for one that does not hold; the old policies stay in force
        then. Both are recorded, and so is each contradiction among the new ones, which take force all the same:
        a forbid outweighs a permit, so that nothing opens by it. Above EXAMINED policies it is not looked for.
        """
        change = {"class_name": "API Activity", "activity_name": "Update", "actor": by, "system": "access"}
        try:
            new = parse(text, file=file)
        except ContentError as e:
            record(**change, status="Failure", status_detail=f"policies refused, the old ones stay in force: {e}")
            raise
        self._take(new)
        record(**change, status_detail=f"policies in force: {len(new)} from {file}")
        for found in conflicts(new) if len(new) <= EXAMINED else ():
            record(**change, status_detail=f"contradictory policies: {found}")
        return new

    def decide(self, request: Request, *, record: Recorder = silent) -> Decision:
        """What the policies in force say of a request; the decision is recorded."""
        decision = self._refused_unseen(request)
        if decision is None:
            decision = self._ask([request])[0]
        if record is not silent:
            record(**event(request, decision))
        return decision

    def decide_all(self, requests: Iterable[Request]) -> list[Decision]:
        """Decisions for several requests, by Cedar in one call; nothing is recorded."""
        requests = list(requests)
        early = [self._refused_unseen(r) for r in requests]
        asked = iter(self._ask([r for r, e in zip(requests, early, strict=True) if e is None]))
        return [next(asked) if e is None else e for e in early]

    def _refused_unseen(self, request: Request) -> Decision | None:
        """The refusal of a request that Cedar need not see: something in it is unknown."""
        name = strange(request)
        if name:
            return _unknown_fact(name)
        if not isinstance(request.actor, str) or not request.actor:
            return _unknown_fact("actor")
        if not isinstance(request.member, str) or not self._knows(request.member, request.action):
            return Decision(False, (UNKNOWN_MEMBER,))
        return None

    def _knows(self, member: str, action: str) -> bool:
        """Whether the plan knows the member; an export is of many and names none."""
        if not member:
            return action == "export"
        return self._members is None or member in self._members

    def _ask(self, requests: list[Request]) -> list[Decision]:
        if not requests:
            return []
        said = cedarpy.is_authorized_batch([cedar(r) for r in requests], self._policies.handle, entity_handle())
        return [self._answer(one) for one in said]

    def _answer(self, said: cedarpy.AuthzResult) -> Decision:
        diagnostics = said.diagnostics
        key = ("Allow" if said.allowed else "Deny", tuple(diagnostics.reasons))
        found = self._answers.get(key)
        if found is None:
            if diagnostics.errors:
                raise AssertionError(diagnostics.errors)  # every fact is there and of its type
            found = self._answers[key] = self._decision(*key)
        return found

    def _decision(self, said: str, reasons: tuple[str, ...]) -> Decision:
        by_cedar = self._policies.by_cedar
        notes = tuple(by_cedar[name].note for name in sorted(reasons, key=lambda n: int(n.removeprefix("policy"))))
        return Decision(said == "Allow", notes or (NO_POLICY,))


@functools.cache
def _unknown_fact(name: str) -> Decision:
    said = name.replace("_", " ")
    return Decision(False, (_unknown(name, f"Nobody knows the {said} that the request states.", f"State the {said}."),))


def cedar(request: Request) -> dict[str, Any]:
    """A request as Cedar takes it."""
    return {
        "principal": {"type": "Role", "id": request.role},
        "action": {"type": "Action", "id": request.action},
        "resource": {"type": "Data", "id": request.data},
        "context": {name: getattr(request, name) for name in CONTEXT},
    }


def event(request: Request, decision: Decision) -> dict[str, Any]:
    """The event of a decision: an access or a disclosure, or the refusal of one.

    What nobody knows is not copied into the log.
    """
    action, data, purpose, role = (_known(request, name) for name in ("action", "data", "purpose", "role"))
    telling = action in ("tell", "send")
    return {
        "class_name": "Disclosure" if telling else "Datastore Activity",
        "activity_name": "Refuse" if telling and not decision else _ACTIVITY.get(action, "Read"),
        "status": "Success" if decision else "Failure",
        "actor": str(request.actor)[:_LONGEST],
        "role": role,
        "system": "access",
        "member": str(request.member)[:_LONGEST],
        "record_count": request.records if decision else 0,
        "data_class": EVENT_DATA.get(data, data or "none"),
        "purpose": EVENT_PURPOSE.get(purpose, purpose or "none stated"),
        "status_detail": f"{', '.join(decision.policies)}: {decision.notes[0].says}",
    }


def _known(request: Request, name: str) -> str:
    value = getattr(request, name)
    return value if isinstance(value, str) and value in WORDS[name] else ""


def require(request: Request, gate: Gate | None = None, *, record: Recorder = silent) -> Decision:
    """The decision, when it is to allow. Raises DeniedError with reason, citation and the next step."""
    decision = (standing() if gate is None else gate).decide(request, record=record)
    if not decision:
        step = " ".join(dict.fromkeys(n.next for n in decision.notes if n.next))
        raise DeniedError(f"{request.actor} may not {request.action} {request.data}: {decision.reason} {step}".rstrip())
    return decision


@functools.cache
def standing() -> Gate:
    """The gate with the shipped policies, which knows no list of members."""
    return Gate()
