"""The small engine that weighs a rule's needs against what is known: nothing in it knows a recipient."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from simlab.controls.consent import asking
from simlab.controls.consent.records import Authorization, Consent
from simlab.controls.consent.registry import Registry
from simlab.controls.sharing.request import Request
from simlab.controls.sharing.rules import GROUPED, Ground, Need, Rule, Safeguard, safeguards


@dataclasses.dataclass(frozen=True)
class Weighed:
    """Whether a need holds; when not, what is said and the source."""

    holds: bool
    reason: str = ""
    cite: str = ""


@dataclasses.dataclass(frozen=True)
class Way:
    """A path that was tried for one class of data: how many needs it met, and what stopped it."""

    rule: Rule
    path: Ground
    met: int
    stopped: Weighed | None

    @property
    def minimum(self) -> bool:
        return (self.path.minimum or self.rule.minimum).applies


def weigh(need: Need, ask: Request, data: str, registry: Registry) -> Weighed:
    """Whether a need holds for this request and class of data."""
    if need.on_file:
        return _on_file(need, ask, data, registry)
    value = ask.facts.get(need.fact)
    if need.above is not None:
        holds = isinstance(value, int) and not isinstance(value, bool) and value > need.above
    else:
        wanted = need.equals if isinstance(need.equals, tuple) else (need.equals,)
        holds = any(type(value) is type(w) and value == w for w in wanted)
    return Weighed(holds, "" if holds else need.lacking, need.cite)


def ways(rules: Iterable[Rule], ask: Request, data: str, registry: Registry) -> list[Way]:
    """Every path that is for this class of data, best first: open ones, then those that met most needs."""
    found = [_try(r, p, ask, data, registry) for r in rules for p in r.paths if _is_for(p, data)]
    return sorted(found, key=lambda w: (w.stopped is not None, -w.met))


def refused_by(stage: str, ask: Request, data: str, registry: Registry) -> Weighed | None:
    """The first safeguard of a stage that refuses this class of data; None when none does."""
    for one in safeguards():
        if one.stage == stage and one.speaks_for(data, ask.purpose) and not _is_met(one, ask, data, registry):
            return Weighed(False, one.says, one.cite)
    return None


def _is_met(one: Safeguard, ask: Request, data: str, registry: Registry) -> bool:
    if not all(weigh(n, ask, data, registry).holds for n in one.when):
        return True
    return any(all(weigh(n, ask, data, registry).holds for n in way) for way in one.unless)


def _is_for(path: Ground, data: str) -> bool:
    return data in path.data or ("any" in path.data and data not in GROUPED)


def _try(rule: Rule, path: Ground, ask: Request, data: str, registry: Registry) -> Way:
    met, stopped = 0, None
    for need in path.needs:
        found = weigh(need, ask, data, registry)
        if not found.holds:
            stopped = stopped or found
        elif not stopped:
            met += 1
    for bar in path.unless if not stopped else ():
        if weigh(bar, ask, data, registry).holds:
            stopped = stopped or Weighed(False, bar.lacking, bar.cite)
    return Way(rule, path, met, stopped)


def _on_file(need: Need, ask: Request, data: str, registry: Registry) -> Weighed:
    if need.on_file == "representative":
        found = asking.representative(registry, ask.member, ask.who, at=ask.at)
        return Weighed(found.holds, found.reason, found.cite)
    if need.on_file in ("consent", "part 2 consent"):
        return _consent(need, ask, data, registry)
    found = asking.authorization(
        registry, ask.member, recipient=ask.who, purpose=ask.purpose, data=[data], at=ask.at
    )  # fmt: skip
    if need.on_file == "revoked authorization":
        return Weighed(found.is_revoked, need.lacking, need.cite)
    if found.holds:
        return _stated(need, ask, found.record, registry)
    if found.record:
        return Weighed(False, found.reason, found.cite)
    if asking.has_consent_only(registry, ask.member, ask.purpose, ask.at):
        return Weighed(False, "a consent is on file, which does not replace an authorization", "45 CFR 164.506(b)(2)")
    return Weighed(False, need.lacking, need.cite)


def _stated(need: Need, ask: Request, record: str, registry: Registry) -> Weighed:
    """Whether the authorization says what this need wants it to say."""
    for one in registry.held(ask.member, ask.at):
        if isinstance(one, Authorization) and one.id == record:
            return Weighed(not need.states or need.states in one.states, need.lacking, need.cite)
    return Weighed(False, need.lacking, need.cite)


def _consent(need: Need, ask: Request, data: str, registry: Registry) -> Weighed:
    found = asking.consent(registry, ask.member, recipient=ask.who, purpose=ask.purpose, data=[data], at=ask.at)
    if found.holds and need.on_file == "part 2 consent":
        held = registry.held(ask.member, ask.at)
        is_it = any(isinstance(r, Consent) and r.id == found.record and r.is_part_2 for r in held)
        return Weighed(is_it, need.lacking, need.cite)
    return Weighed(found.holds, need.lacking, need.cite)
