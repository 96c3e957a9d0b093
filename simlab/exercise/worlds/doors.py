"""The doors: a learner's function says what to close, and then somebody tries the old ways in.

    to_close(contracts, accounts, rules, day) -> list of ids of accounts and rules to close

The judge asks once, on the evening of a day, about vendors drawn for the learner. Then the simulation plays a month: each
account and each firewall rule of a vendor that is gone is tried, and each vendor that works on is asked for its service.

Numbers, and what `check.expect` may hold (with what holds when it says nothing):

    shut    ways in of vendors that are gone, of 16, that stay shut       at least 16
    kept    services of 5 that members need and that go on                at least 5

Share of the points: shut / 16 times kept / 5. A way in that is opened by closing a rule that
held it back counts against `shut`. So closing nothing and closing everything both get nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.controls.network import Flow, decide
from simlab.exercise.kinds.common import show
from simlab.exercise.protocol import PRACTICE_SEED, Call, CheckSpec, Context, Detail, Play, Verdict, lead
from simlab.exercise.worlds._doors_case import Case, Vendor, build, gateway_of, old_accounts, served_by
from simlab.exercise.worlds._play import as_ids, functions, given, numbers

promise = (
    "Your function is asked once, on the evening of a day, about nine vendors that you have not seen. Then a month passes. Scored on both "
    "sides: how many old ways in of vendors that are gone stay shut (16 of them), and how many services that members need "
    "go on (5). The two are multiplied: closing everything and closing nothing both score nothing."
)
CITE = "45 CFR 164.312(a)(1); 45 CFR 164.502(e)(2)"
_NUMBERS: Mapping[str, float] = {"shut": 16, "kept": 5}
# What became of a service that was cut, by the sort of its vendor.
_CUT = {
    "renewed": "its contract was renewed: an older row had ended, and a newer one holds",
    "look-alike": "it is another firm, whose name begins the same: the claims clearinghouse",
    "last day": "its last day is that day, which counts in full",
    "not yet early": "it ends early, on a day that has not come",
    "shared": "two vendors use that account, and one of them works on",
}
_OPEN = {
    "ended": "its contract is over",
    "early": "its contract was ended early: `terminated` lies before `end`",
    "long ago": "its contract ended years ago",
    "never": "it never had a contract",
}


def play(spec: CheckSpec, context: Context) -> Play:
    """`check.simulate("doors", to_close)`. Raises ContentError for a check that is not written so."""
    (name,), limits = functions(spec, "to_close"), numbers(spec, _NUMBERS)
    case = build(context.seed)
    wanted = 'a list of ids, such as ["birchwater-desk"]'
    closed = yield from given(spec, Call(name, case.arguments()), as_ids, wanted)
    return closed if isinstance(closed, Verdict) else verdict(case, closed, limits)


def ready() -> None:
    """Nothing: each learner's vendors are their own."""


def practice_case() -> Case:
    """The vendors on which a function is tried in practice, to be looked at."""
    return build(PRACTICE_SEED)


def verdict(case: Case, closed: frozenset[str], limits: Mapping[str, float]) -> Verdict:
    """A month with these closed: what opened, and what was missed."""
    known = {row["id"] for row in (*case.accounts, *case.rules)}
    if strange := sorted(closed - known)[:3]:
        return Verdict(0.0, f"Not yet: {', '.join(map(show, strange))} is no id of an account or a rule.", cite=CITE)
    opened, ways = _tried(case, closed)
    cut = _missed(case, closed)
    shut, kept = max(0, ways - len(opened)), len(_CUT) - len(cut)
    share = min(1.0, shut / limits["shut"]) * min(1.0, kept / limits["kept"])
    numbers = f"Ways in that stayed shut: {shut} of {ways}. Services that went on: {kept} of {len(_CUT)}."
    details = [*(Detail(text, False) for text in opened), *(Detail(text, False) for text in cut)]
    return Verdict(
        share,
        f"{lead(share)} {numbers} {_next(bool(opened), bool(cut))}",
        tuple(details or [Detail("nothing opened, and nobody waited", True)]),
        CITE,
    )


def _tried(case: Case, closed: frozenset[str]) -> tuple[list[str], int]:
    """Which old ways in opened, in words, and how many there are."""
    accounts = old_accounts(case)
    opened = [
        f"{ident} of {v.name} still logs in: {_OPEN[v.sort]}" for ident, v in accounts.items() if ident not in closed
    ]
    edge, gone = gateway_of(case, closed), [v for v in case.vendors if v.is_gone]
    opened += [f"{v.name} still gets through the firewall: {_OPEN[v.sort]}" for v in gone if _passes(edge, v, case)]
    ended = case.of("ended")
    if decide(Flow(ended.id, "data-warehouse", "sftp"), edge, case.day):
        opened.append(
            "the warehouse is open to everybody: the rule that you closed was a `deny`, and it held an old, wide rule back"
        )
    return opened, len(accounts) + len(gone)


def _passes(edge: Any, vendor: Vendor, case: Case) -> bool:
    return bool(decide(Flow(vendor.id, "file-exchange", "sftp"), edge, case.day))


def _missed(case: Case, closed: frozenset[str]) -> list[str]:
    """Which services were cut, in words."""
    edge, needs = gateway_of(case, closed), served_by(case)
    found = []
    for vendor in (v for v in case.vendors if not v.is_gone):
        shut = closed & set(needs[vendor.sort]) or (vendor.sort != "shared" and not _passes(edge, vendor, case))
        if shut:
            found.append(f"{vendor.name} was cut off, and members waited: {_CUT[vendor.sort]}")
    return found


def _next(is_open: bool, is_cut: bool) -> str:
    """The side to mend first."""
    if is_open and is_cut:
        return "Ask of each vendor: does any contract of it hold on that day?"
    if is_open:
        return "A way in is an account of any kind, or a rule. Which ones does your function not look at?"
    return "Who was cut off has a contract that holds. Look at all of a vendor's rows." if is_cut else ""


__all__ = ["play", "practice_case", "promise"]
