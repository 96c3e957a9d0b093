"""Which rule lets a flow through or stops it, and what is wrong with a set of rules.

The first rule that fits decides. What no rule names is refused: good practice, and how the access standard
is met here (45 CFR 164.312(a)(1), (e)(1)); HIPAA names no firewall.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from simlab.controls.network.rules import ANY, SERVICES, Gateway, Rule
from simlab.errors import DeniedError, UnknownName
from simlab.events import Recorder, silent

CITE = "45 CFR 164.312(e)(1)"
DEFAULT = "default"


@dataclasses.dataclass(frozen=True)
class Flow:
    """One try to get from somewhere to somewhere. `address`: where it comes from, "" if not known."""

    source: str
    to: str
    service: str
    address: str = ""


@dataclasses.dataclass(frozen=True)
class Decision:
    """Whether a flow goes through, by which rule (`default` where none fits), and why. True in an `if` when it does."""

    is_allowed: bool
    rule: str
    reason: str
    cite: str = CITE

    def __bool__(self) -> bool:
        return self.is_allowed


@dataclasses.dataclass(frozen=True)
class Fault:
    """Something wrong with a rule: which kind, and what would be right."""

    rule: str
    kind: str
    what: str
    right: str
    cite: str = CITE


def decide(flow: Flow, gateway: Gateway, at: dt.date, *, time: int = 0, log: Recorder = silent) -> Decision:
    """The first rule that fits decides, and a refusal is written down (at `time`). Raises UnknownName."""
    if flow.service not in SERVICES:
        raise UnknownName("service", flow.service, SERVICES)
    found = _first(flow, gateway, at)
    if not found:
        log(
            time=time, class_name="Network Activity", activity_name="Refuse", status="Failure", actor=flow.source,
            src_ip=flow.address, system=flow.to, status_detail=found.rule,
        )  # fmt: skip
    return found


def _first(flow: Flow, gateway: Gateway, at: dt.date) -> Decision:
    passed = ""
    for rule in gateway.rules:
        if not covers(rule, flow):
            continue
        if rule.holds(at):
            return Decision(rule.action == "allow", rule.id, f"{rule.action}: {rule.because}")
        passed = passed or _silent(rule, at)
    tail = f" ({passed})" if passed else ""
    return Decision(False, DEFAULT, f"no rule lets it through, and what no rule names is refused{tail}")


def _silent(rule: Rule, at: dt.date) -> str:
    if not rule.is_on:
        return f"{rule.id} is closed"
    return f"{rule.id} begins on {rule.since}" if at < rule.since else f"{rule.id} ended on {rule.until}"


def covers(rule: Rule, flow: Flow) -> bool:
    """Whether a rule speaks of a flow."""
    return (
        rule.source in (ANY, flow.source)
        and rule.to in (ANY, flow.to)
        and rule.service in (ANY, flow.service)
        and rule.address in ("", flow.address)
    )


def faults(gateway: Gateway, at: dt.date, gone: Mapping[str, dt.date] | None = None) -> tuple[Fault, ...]:
    """What is wrong with a gateway's rules on a day. `gone`: the last day of vendors whose contract is over."""
    found = [
        f for i, rule in enumerate(gateway.rules) if rule.is_on for f in _of(rule, gateway.rules[:i], at, gone or {})
    ]
    return tuple(found)


def _of(rule: Rule, earlier: Iterable[Rule], at: dt.date, gone: Mapping[str, dt.date]) -> Iterator[Fault]:
    if rule.until and rule.until < at:
        yield Fault(
            rule.id,
            "expired",
            f"it was to end on {rule.until}, and stands there still",
            "take it out, or say until when it is needed",
        )
    last = gone.get(rule.vendor)
    if rule.action == "allow" and last and last < at:
        yield Fault(
            rule.id,
            "vendor gone",
            f"the contract with {rule.vendor} ended on {last}",
            "close it",
            "45 CFR 164.312(a)(1)",
        )
    if rule.action == "allow" and ANY in (rule.source, rule.service):
        yield Fault(rule.id, "too wide", "it lets in more than one sender or service", "name who, and how")
    if rule.action == "allow" and rule.vendor == rule.source != "" and not rule.address:
        yield Fault(
            rule.id,
            "no address",
            "it takes the vendor's log-in from any address",
            "name the address from which the vendor works",
        )
    for other in earlier:
        if other.holds(at) and shadows(other, rule):
            said = f"{other.id} stands before it and speaks of all that it does"
            right = (
                "take it out"
                if other.action == rule.action
                else f"decide which of the two is meant: it never {rule.action}s"
            )
            yield Fault(rule.id, "shadowed", said, right)
            return


def shadows(first: Rule, second: Rule) -> bool:
    """Whether every flow that the second rule speaks of is decided by the first, as long as the second lasts."""
    wide = all(
        a in (ANY, b)
        for a, b in ((first.source, second.source), (first.to, second.to), (first.service, second.service))
    )
    lasts = first.until is None or (second.until is not None and second.until <= first.until)
    return wide and first.address in ("", second.address) and lasts


def require(flow: Flow, gateway: Gateway, at: dt.date) -> None:
    """Nothing where the flow goes through. Raises DeniedError with the reason where it does not."""
    found = decide(flow, gateway, at)
    if not found:
        raise DeniedError(f"{flow.source} to {flow.to} by {flow.service}: {found.reason}")
