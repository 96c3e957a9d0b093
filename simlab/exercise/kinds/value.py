"""One value from the notebook: `check.value("total", total)`, and `check.close(...)` with a tolerance.

Hidden: `check.expect(42, because=[[41, "message", share], ...])`; `close` takes `rel` and `abs` too.
Without `expect` the solution's own value is the one that is right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simlab.exercise.kinds.common import ask, expected, hidden, later, seconds, show, subject, trouble, unknown
from simlab.exercise.kinds.compare import near, same
from simlab.exercise.protocol import Call, CheckSpec, Context, Play, Verdict

Alike = Callable[[Any, Any], bool]


def play(spec: CheckSpec, context: Context) -> Play:
    """Exact: same type, same value; NaN equals nothing."""
    return (yield from _compare(spec, context, same, exact=True))


def play_close(spec: CheckSpec, context: Context) -> Play:
    """Numbers within a relative (`rel`, default 1e-9) or absolute (`abs`) tolerance."""
    rel, abs_ = float(hidden(spec, "rel", 1e-9)), float(hidden(spec, "abs", 0.0))
    return (yield from _compare(spec, context, lambda a, b: near(a, b, rel, abs_), exact=False))


def _compare(spec: CheckSpec, context: Context, alike: Alike, *, exact: bool) -> Play:
    call = Call(subject(spec), apply=False)
    (got,) = yield from ask([call], seconds(spec))
    if got.error:
        return Verdict(0.0, f"Not yet: {trouble(call, got)}")
    if unknown(spec, context):
        return later(f"`{call.expr}` is {show(got.value)}.")
    wanted = expected(spec, context, call)
    if alike(got.value, wanted):
        return Verdict(1.0, f"Right: {call.expr} is {show(got.value)}.", cite=hidden(spec, "cite", ""))
    return _miss(spec, call, got.value, wanted, alike, exact)


def _miss(spec: CheckSpec, call: Call, found: Any, wanted: Any, alike: Alike, exact: bool) -> Verdict:
    for known, message, *share in hidden(spec, "because", []):
        if alike(found, known):
            return Verdict(float(share[0]) if share else 0.0, message, cite=hidden(spec, "cite", ""))
    text = f"Not yet: {call.expr} is {show(found)}."
    if exact and type(found) is not type(wanted):
        text += f" Its type is {_type(found)}; asked for is {_type(wanted)}."
    return Verdict(0.0, text + " Go through the steps that made it, and look at each result.")


def _type(value: Any) -> str:
    return value.type if type(value).__name__ == "Other" else type(value).__name__
