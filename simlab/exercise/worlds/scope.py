"""The scope: a learner's function follows an alert through the company's log, and says who, since when, whose data, and what stayed sealed.

    scope(log, alert) -> {"members": ids, "since": time, "accounts": ids, "classes": names, "sealed": ids}

The judge asks once, about an incident drawn for the learner among the company's ordinary days, and compares with its
truth, which the log does not hold: `log` is the event table (simlab.events), `alert` what a shipped rule gives.

Numbers, and what `check.expect` may hold (with what holds when it says nothing):

    told        members of 18 who must be told, that were found         at least 18
    needless    letters about nothing, at which nothing is left         24

Share of the points: told / 18, times 1 falling evenly to 0 with the letters about nothing, and a tenth less for each of the
four other answers that is not right. So naming everybody and naming nobody both get nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.exercise.kinds.common import show
from simlab.exercise.protocol import PRACTICE_SEED, Call, CheckSpec, Context, Detail, Play, Verdict, lead
from simlab.exercise.worlds._play import as_ids, functions, given, numbers
from simlab.exercise.worlds._scope_case import ACCOUNT, ADDRESS, LEFT, OTHERS, TOLD, Case, build
from simlab.exercise.worlds._scope_days import OPENED, PORTAL, REFUSED, SEALED, SESSION

promise = (
    "Your function is asked once, about a stranger in days at Larkspur that you have not seen. What it finds is compared with "
    "the truth. Scored on both sides: how many of 18 members who must be told it finds, and how many letters about nothing "
    "it would send (24 leave nothing). The two are multiplied, and each of the four other answers that is not right "
    "costs a tenth: naming everybody and naming nobody both score nothing."
)
CITE = "45 CFR 164.402; 45 CFR 164.308(a)(6)(ii)"
_NUMBERS: Mapping[str, float] = {"told": 18, "needless": 24}
PART = 0.1
_WHY = {
    PORTAL: "read in the session of the alert",
    SESSION: "read by the same stranger under another account",
    OPENED: "copied sealed, and the stranger got the key later",
    SEALED: "copied sealed, and the stranger was refused the key",
    REFUSED: "the read was refused",
    ACCOUNT: "the same account, in its owner's own session: honest work",
    ADDRESS: "the same address, on a device of the company: honest work",
    OTHERS: "neither the stranger's account nor address",
}
_OTHERS = {
    "since": "is another moment: look for the stranger in each session, under each account",
    "accounts": "holds others than those that the stranger used",
    "classes": "holds others than what the stranger can read: sealed is not read, refused neither",
    "sealed": "holds others than those whose copies stay sealed: what counts are the keys that the stranger got",
}
Answers = dict[str, Any]


def play(spec: CheckSpec, context: Context) -> Play:
    """`check.simulate("scope", scope)`. Raises ContentError for a check that is not written so."""
    (name,), limits = functions(spec, "scope"), numbers(spec, _NUMBERS)
    case = build(context.seed)
    wanted = "a dictionary in which `members` is a list of ids"
    found = yield from given(spec, Call(name, case.arguments()), _read, wanted)
    return found if isinstance(found, Verdict) else verdict(case, found, limits)


def ready() -> None:
    """Load what makes and searches a log, and build the company, which is the same for all."""
    practice_case()


def practice_case() -> Case:
    """The log and the alert on which a function is tried in practice, to be looked at."""
    return build(PRACTICE_SEED)


def _read(value: Any) -> Answers | None:
    """What was given back, as it is compared: names as sets, the moment as it is; None where it is something else."""
    if not isinstance(value, dict) or as_ids(value.get("members")) is None:
        return None
    return {name: value.get(name) if name == "since" else as_ids(value.get(name)) for name in ("members", *_OTHERS)}


def verdict(case: Case, found: Answers, limits: Mapping[str, float] = _NUMBERS) -> Verdict:
    """What was found beside what is true: the members, and the four other answers."""
    members = found["members"]
    if strange := sorted(members - case.everybody)[:3]:
        return Verdict(0.0, f"Not yet: {', '.join(map(show, strange))} is no member of this log.", cite=CITE)
    told, needless = len(members & case.told), len(members - case.told)
    wrong = [name for name in _OTHERS if found[name] != case.others[name]]
    sides = min(1.0, told / limits["told"]) * max(0.0, 1 - needless / limits["needless"])
    share = sides * (1 - PART * len(wrong))
    numbers = f"To be told and found: {told} of {len(case.told)}. Letters about nothing: {needless}."
    return Verdict(share, f"{lead(share)} {numbers}", tuple(_details(case, found, wrong)), CITE)


def _details(case: Case, found: Answers, wrong: list[str]) -> list[Detail]:
    out, members = [], found["members"]
    for sort in TOLD:
        if missed := case.members[sort] - members:
            out.append(f"{len(missed)} were not found: {_WHY[sort]}")
    rest = members - case.told
    for sort in LEFT:
        if extra := rest & case.members[sort]:
            out.append(f"{len(extra)} would get a letter about nothing: {_WHY[sort]}")
            rest -= extra
    out += [f"`{name}` {'was not given' if found[name] is None else _OTHERS[name]}" for name in wrong]
    return [Detail(text, False) for text in out] or [
        Detail("whose data, who, since when and what: all of it is right", True)
    ]


__all__ = ["play", "practice_case", "promise"]
