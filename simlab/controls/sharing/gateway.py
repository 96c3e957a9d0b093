"""The sharing gateway: a request in, a decision out, with its source, fields, way, accounting and event.

Law and good practice stand apart: a part that a promise of the organization stops says so
(`is_promise`). What is not known to be allowed is refused, with the reason.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from simlab.clock import micros
from simlab.controls.consent import asking
from simlab.controls.consent.registry import Registry
from simlab.controls.sharing.request import Decision, Disclosed, Part, Request
from simlab.controls.sharing.rules import Rule, data_classes, facts, purposes, recipients, rules_by_id, rules_for
from simlab.controls.sharing.state import StateRule, state_rules, stopped
from simlab.controls.sharing.weighing import Way, Weighed, refused_by, ways
from simlab.errors import DeniedError, UnknownName
from simlab.events import DATA_CLASSES, Recorder, silent

# Nothing is used or disclosed but as the rules permit or require.
DEFAULT = "45 CFR 164.502(a)"
# From the least to the most delicate, for the one class that an event names.
_WEIGHT = ("none", "demographic", "claims", "financial", "credential", "sensitive")


class Gateway:
    """Decides requests against a register; every decision is recorded, and what was told is kept in `disclosed`.

    `rules` gives the rules for a recipient and a purpose: the shipped ones, or others that are tried out.
    `states` says in which State each member lives: its insurance privacy rule (`by_state`: other rules than
    the shipped ones) is asked beside HIPAA, and the stricter of the two decides.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        record: Recorder = silent,
        rules: Callable[[str, str], tuple[Rule, ...]] = rules_for,
        states: Mapping[str, str] | None = None,
        by_state: Mapping[str, StateRule] | None = None,
    ) -> None:
        self._registry, self._record, self._rules = registry, record, rules
        self._states, self._by_state = states or {}, state_rules() if by_state is None else by_state
        self._disclosed: list[Disclosed] = []

    @property
    def disclosed(self) -> tuple[Disclosed, ...]:
        """What was told through this gateway, oldest first: what an accounting is made from."""
        return tuple(self._disclosed)

    def decide(self, ask: Request) -> Decision:
        """The decision on a request; nothing is told yet, and it is recorded."""
        decision = self._decision(ask)
        self._tell(decision)
        return decision

    def share(self, ask: Request) -> Decision:
        """Decide, and enter in `disclosed` what is told. Raises DeniedError when nothing may be told."""
        decision = self.decide(ask)
        if not decision:
            raise DeniedError(f"{ask.who}: {decision.reason} ({decision.cite})")
        if decision.entry:
            self._disclosed.append(decision.entry)
        return decision

    def enter(self, entry: Disclosed) -> None:
        """Enter by hand what was disclosed outside the gateway, such as by mistake (rule `impermissible`)."""
        if entry.rule not in rules_by_id():
            raise UnknownName("rule of sharing", entry.rule, rules_by_id())
        self._disclosed.append(entry)

    def _decision(self, ask: Request) -> Decision:
        if wrong := self._unknown(ask):
            return Decision(ask, tuple(Part(d, False, wrong, DEFAULT) for d in ask.data))
        parts = tuple(self._part(ask, data) for data in dict.fromkeys(ask.data))
        out = Decision(ask, parts)
        if not out:
            return out
        return dataclasses.replace(out, channel=self._channel(ask, out.first), entry=_entry(ask, out))

    def _unknown(self, ask: Request) -> str:
        """Why a request cannot be read as one about this organization's members; "" when it can."""
        if ask.recipient not in recipients():
            return str(UnknownName("kind of recipient", ask.recipient, recipients()))
        if ask.purpose not in purposes():
            return str(UnknownName("purpose", ask.purpose, purposes()))
        for data in ask.data:
            if data not in data_classes():
                return str(UnknownName("data class", data, data_classes()))
        for fact in ask.facts:
            if fact not in facts():
                return str(UnknownName("fact", fact, facts()))
        if ask.member and ask.member not in self._registry.members:
            return f"no member {ask.member!r} is known: nothing is said, not even that"
        return ""

    def _part(self, ask: Request, data: str) -> Part:
        """The answer for one class of data: safeguards, rule, who asks, what was agreed, the minimum."""
        if stop := refused_by("always", ask, data, self._registry):
            return _refused(data, stop)
        mine = self._rules(ask.recipient, ask.purpose)
        if not mine:
            said = f"nothing lets the plan tell {ask.recipient} anything for {ask.purpose}"
            return Part(data, False, said, DEFAULT)
        tried = ways(mine, ask, data, self._registry)
        if not tried:
            other = next((r.otherwise for r in mine if r.otherwise), None)
            said = other.says if other else f"{data} is more than {ask.purpose} takes"
            return Part(data, False, said, other.cite if other else DEFAULT, rule=mine[0].id)
        return self._open(ask, data, tried[0])

    def _open(self, ask: Request, data: str, way: Way) -> Part:
        stop = self._who_asks(ask, data, way.rule) or way.stopped or self._nobody(ask, way.rule)
        if stop:
            return _refused(data, stop, way)
        if kept := self._kept(ask, data, way.rule):
            return _refused(data, kept, way)
        if way.minimum and (stop := refused_by("minimum", ask, data, self._registry)):
            return _refused(data, stop, way)
        return self._beside(ask, _allowed(data, way), way)

    def _beside(self, ask: Request, part: Part, way: Way) -> Part:
        """What HIPAA lets through, as the member's State has it."""
        rule = self._by_state.get(self._states.get(ask.member, ""))
        if rule is None:
            return part
        if stop := stopped(rule, ask, part.data, way.path, self._registry):
            return dataclasses.replace(_refused(part.data, stop, way), is_state=True, state_cite=rule.cite)
        return dataclasses.replace(part, state_cite=rule.cite)

    def _who_asks(self, ask: Request, data: str, rule: Rule) -> Weighed | None:
        found = (refused_by(stage, ask, data, self._registry) for stage in rule.verify)
        return next((stop for stop in found if stop), None)

    def _nobody(self, ask: Request, rule: Rule) -> Weighed | None:
        if rule.about == "member" and not ask.member:
            return Weighed(False, "it does not say about which member", DEFAULT)
        return None

    def _kept(self, ask: Request, data: str, rule: Rule) -> Weighed | None:
        """What the member has asked for and the plan keeps to; None where nothing stops it."""
        if not ask.member:
            return None
        if rule.blocked_by_confidential and asking.confidential(self._registry, ask.member, ask.at):
            said = "the member asked to be reached elsewhere, because they could be in danger"
            return Weighed(False, said, rule.blocked_by_confidential)
        is_emergency = rule.purpose == "treatment" and all(
            ask.facts.get(f) is True for f in ("emergency", "needed_for_emergency")
        )
        if rule.restrictable and not is_emergency:
            found = asking.restriction(
                self._registry, ask.member, recipient=ask.who, purpose=ask.purpose, data=data, at=ask.at
            )
            if found:
                return Weighed(False, found.reason, found.cite)
        if not rule.is_compelled and not is_emergency:
            found = asking.opt_out(self._registry, ask.member, recipient=ask.who, purpose=ask.purpose, at=ask.at)
            if found:
                return Weighed(False, found.reason, found.cite)
        return None

    def _channel(self, ask: Request, part: Part) -> str:
        rule = rules_by_id()[part.rule]
        other = asking.confidential(self._registry, ask.member, ask.at) if rule.is_to_member else None
        return other.address if other else rule.channel

    def _tell(self, decision: Decision) -> None:
        ask = decision.request
        known = [data_classes()[p.data].event for p in decision.parts if p.data in data_classes()]
        rule = rules_by_id().get(decision.first.rule)
        self._record(
            time=micros(ask.at),
            class_name="Disclosure",
            activity_name="Tell" if decision else "Refuse",
            status="Success" if decision else "Failure",
            actor=ask.actor,
            system="sharing gateway",
            member=ask.member if ask.member in self._registry.members else "",
            record_count=1 if decision and ask.member else 0,
            data_class=max(known, key=_WEIGHT.index, default=DATA_CLASSES[0]),
            purpose=rule.event_purpose if rule else "none stated",
            status_detail=f"{ask.recipient}, {ask.purpose}: {decision.reason} ({decision.cite})",
        )


def _refused(data: str, stop: Weighed, way: Way | None = None) -> Part:
    rule, path = (way.rule.id, way.path.id) if way else ("", "")
    return Part(data, False, stop.reason, stop.cite, rule, path, is_promise=stop.cite == asking.PROMISE)


def _allowed(data: str, way: Way) -> Part:
    limit, count = way.path.minimum or way.rule.minimum, way.path.accounting or way.rule.accounting
    whole = data_classes()[data].fields
    return Part(
        data,
        True,
        way.path.because,
        way.path.cite,
        way.rule.id,
        way.path.id,
        fields=way.rule.fields[data] if limit.applies else whole,
        minimum=limit.applies,
        minimum_cite=limit.cite,
        counted=count.is_counted,
        accounting_cite=count.cite,
        channel=way.rule.channel,
    )


def _entry(ask: Request, decision: Decision) -> Disclosed:
    counted = [p for p in decision.allowed if p.counted] or list(decision.allowed)
    what = ", ".join(data_classes()[p.data].name for p in decision.allowed)
    first = counted[0]
    return Disclosed(
        ask.at, ask.member, ask.who, ask.address, what, ask.purpose, first.rule, first.counted, first.accounting_cite
    )


def decide_all(gateway: Gateway, asks: Iterable[Request]) -> list[Decision]:
    """The decision on each request, in order."""
    return [gateway.decide(ask) for ask in asks]
