"""The scope: a learner's function reads a log from an alert on, and says whose data must count as read, and since when.

    scope(log, session) -> {"since": the stranger's first moment, "members": ids}

The judge asks once, about a log drawn for the learner, and compares with the truth that the log does not hold.

Numbers, and what `check.expect` may hold (with what holds when it says nothing):

    told    members of 18 who must be told, that were found       at least 18
    left    members of 24 who need not be told, that were left    at least 24

Share of the points: told / 18 times left / 24, and a fifth less if `since` is another moment. So naming everybody and
naming nobody both get nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.exercise.kinds.common import ask, fault, hidden, show, trouble
from simlab.exercise.protocol import Call, CheckSpec, Context, Detail, Expr, Play, Verdict
from simlab.exercise.worlds._scope_case import LEFT, TOLD, Case, build

promise = (
    "Your function is asked once, about a log that you have not seen. What it finds is compared with the truth. Scored on both sides: how many "
    "of 18 members who must be told it finds, and how many of 24 others it leaves. The two are multiplied, and a wrong "
    "beginning costs a fifth: naming everybody and naming nobody both score nothing."
)
CITE = "45 CFR 164.402; 45 CFR 164.308(a)(6)(ii)"
LATE = 0.8
_NUMBERS: Mapping[str, float] = {"told": 18, "left": 24}
_WHY = {
    "the alert's session": "read in the clear in the session of the alert",
    "another session": "read in the clear by the same device, in another session and by another account",
    "key too": "copied sealed, and the same device took the key later",
    "sealed": "copied sealed, and the key was refused",
    "refused": "the read was refused",
    "same account": "the same account, at another device: honest work",
    "same address": "the same address, at another device: honest work",
}


def play(spec: CheckSpec, context: Context) -> Play:
    """`check.simulate("scope", scope)`. Raises ContentError for a check that is not written so."""
    case, limits = build(context.seed), {name: hidden(spec, name, usual) for name, usual in _NUMBERS.items()}
    call = Call(_subject(spec), case.arguments())
    (got,) = yield from ask([call])
    if got.error:
        return Verdict(0.0, f"Not yet: {trouble(call, got)}")
    found = _read(got.value)
    if found is None:
        return Verdict(
            0.0,
            f'`{call.expr}` gave back {show(got.value)}. Let it return {{"since": a time, "members": a list of ids}}.',
        )
    return verdict(case, *found, limits)


def ready() -> None:
    """Nothing: each learner's log is their own."""


def practice_case() -> Case:
    """The log on which a function is tried in practice, to be looked at."""
    from simlab.exercise.live import PRACTICE_SEED

    return build(PRACTICE_SEED)


def _read(value: Any) -> tuple[str, frozenset[str]] | None:
    """The beginning and the members that were given back, None where it is something else."""
    if not isinstance(value, dict) or not {"since", "members"} <= set(value):
        return None
    since, members = value["since"], value["members"]
    if not isinstance(members, list | tuple | set | frozenset) or not all(isinstance(m, str) for m in members):
        return None
    return (since if isinstance(since, str) else ""), frozenset(members)


def verdict(case: Case, since: str, members: frozenset[str], limits: Mapping[str, float]) -> Verdict:
    """What was found beside what is true."""
    if strange := sorted(members - case.told - case.left)[:3]:
        return Verdict(0.0, f"Not yet: {', '.join(map(show, strange))} is no member of this log.", cite=CITE)
    told, left = len(members & case.told), len(case.left - members)
    share = min(1.0, told / limits["told"]) * min(1.0, left / limits["left"])
    share *= 1.0 if since == case.since else LATE
    lead = "Right." if share == 1 else "Not yet." if share == 0 else "Partly right."
    numbers = f"To be told and found: {told} of {len(case.told)}. Not to be told and left: {left} of {len(case.left)}."
    return Verdict(share, f"{lead} {numbers}", tuple(_details(case, since, members)), CITE)


def _details(case: Case, since: str, members: frozenset[str]) -> list[Detail]:
    out = []
    for sort in TOLD:
        if missed := [m for m in case.members[sort] if m not in members]:
            out.append(Detail(f"{len(missed)} were not found: {_WHY[sort]}", False))
    for sort in LEFT:
        if extra := [m for m in case.members[sort] if m in members]:
            out.append(Detail(f"{len(extra)} would get a letter about nothing: {_WHY[sort]}", False))
    if since != case.since:
        said = f"you said {show(since)}" if since else "no time was given"
        out.append(Detail(f"the stranger's device was first seen at another moment than you found; {said}", False))
    return out or [Detail("each who must be told was found, and nobody else", True)]


def _subject(spec: CheckSpec) -> str:
    names = [a.text for a in spec.args if isinstance(a, Expr)]
    if len(names) != 1:
        raise fault(spec, 'needs one function: check.simulate("scope", scope)')
    for name in spec.expect.kwargs if spec.expect else ():
        if name not in _NUMBERS:
            raise fault(spec, f"expects {name!r}: the scope scores {', '.join(_NUMBERS)}")
    return names[0]


__all__ = ["play", "practice_case", "promise"]
