"""Whether somebody is treated as the member: personal representatives, 45 CFR 164.502(g)."""

from __future__ import annotations

import datetime as dt

from simlab.controls.consent.findings import Finding, aware, has_begun, is_over
from simlab.controls.consent.records import Representative

_RULE = "45 CFR 164.502(g)"
# Each makes the minor the one who decides: (g)(3)(i)(A) to (C).
_OWN = (
    ("minor_consented", "A", "the minor may consent to this care alone, and did"),
    ("other_consented", "B", "a court, or another person by law, consented"),
    ("parent_assented", "C", "the parent agreed that it stays between the minor and the clinic"),
)


def stands_in(of: Representative, at: dt.datetime, needed: str = "health care") -> Finding:
    """Whether this person is treated as the member at a moment, for care (`health care`) or for `payment`."""
    aware(at)
    if not has_begun(of.starts, at, of.zone):
        return _no(of, f"the authority begins on {of.starts}", "(2)")
    if of.ends and is_over(of.ends, at, of.zone):
        return _no(of, f"the authority ended on {of.ends}", "(2)")
    if of.is_danger_believed:
        return _no(of, "the plan reasonably believes that this person abuses, neglects or endangers the member", "(5)")
    if needed not in of.scope:
        return _no(of, f"the authority is for {' and '.join(of.scope) or 'nothing'}, not for {needed}", "(2)")
    if of.relation == "executor" or of.member_is == "deceased":
        return _after_death(of)
    if of.relation in ("parent", "guardian") and of.member_is in ("minor", "emancipated minor", "adult"):
        return _of_a_child(of)
    return _yes(of, "may decide on care for the member by law", "(2)")


def _after_death(of: Representative) -> Finding:
    if of.member_is == "deceased" and of.relation in ("executor", "court-appointed"):
        return _yes(of, "acts for the estate", "(4)")
    if of.member_is == "deceased":
        return _no(of, f"a {of.relation}'s authority ends with the member's death", "(4)")
    return _no(of, "an executor acts for those who have died, and the member lives", "(2)")


def _of_a_child(of: Representative) -> Finding:
    if of.member_is == "adult" and of.relation == "guardian":
        return _yes(of, "a court has made them guardian", "(2)")
    if of.member_is != "minor":
        return _no(of, f"the member is an {of.member_is}, who decides for themselves", "(2)")
    own = next(((part, said) for name, part, said in _OWN if getattr(of, name)), None)
    if not own:
        return _yes(of, "acts for an unemancipated minor", "(3)(i)")
    if of.state_law == "permits":
        return _yes(of, "State law lets the parent see it", "(3)(ii)(A)")
    if of.state_law == "prohibits":
        return _no(of, "State law forbids to show it to the parent", "(3)(ii)(B)")
    return _no(of, own[1], f"(3)(i)({own[0]})")


def _yes(of: Representative, said: str, part: str) -> Finding:
    return Finding(True, f"{of.name} {said}" if said[0].islower() else said, _RULE + part, of.id)


def _no(of: Representative, said: str, part: str) -> Finding:
    return Finding(False, said, _RULE + part, of.id)
