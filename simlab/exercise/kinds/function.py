"""A function against many inputs: `check.function(premium, examples=[[[21], 42]])`.

Hidden: `check.expect(cases=[[args, result], [args, result, message], ...])`, or `inputs=[args, ...]`
or `draw="name", count=20` (see drawers) with the solution giving the results. `partial=False` makes
it all or nothing; `rel`/`abs` allow a tolerance. Examples are shown to the learner and tried live.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simlab.exercise.kinds import drawers
from simlab.exercise.kinds.common import (
    ask,
    ask_solution,
    fault,
    hidden,
    later,
    seconds,
    show,
    show_call,
    subject,
    trouble,
    visible,
)
from simlab.exercise.kinds.compare import near, same
from simlab.exercise.protocol import Call, CheckSpec, Context, Detail, Got, Play, Verdict
from simlab.exercise.wire import Other


@dataclass(frozen=True)
class Case:
    """One input, the result that is right, and what to say when it is missed."""

    call: Call
    wanted: Any
    message: str = ""


def play(spec: CheckSpec, context: Context) -> Play:
    cases = _cases(spec, context)
    if not cases:
        return (yield from _only_there(spec))
    reply = yield from ask([c.call for c in cases], seconds(spec))
    details = [_detail(spec, case, got) for case, got in zip(cases, reply, strict=True)]
    return _verdict(spec, details, openly=spec.expect is None and context.practice)


def _cases(spec: CheckSpec, context: Context) -> list[Case]:
    name = subject(spec)
    listed = hidden(spec, "cases") or (visible(spec, "examples") if spec.expect is None else None)
    if listed:
        if not all(isinstance(c, list | tuple) and len(c) in (2, 3) for c in listed):
            raise fault(spec, "a case is [arguments, result] or [arguments, result, message]")
        return [Case(Call(name, args_of(spec, c[0])), *c[1:]) for c in listed]
    inputs = [args_of(spec, a) for a in hidden(spec, "inputs") or []]
    if hidden(spec, "draw"):
        inputs += drawers.draw(hidden(spec, "draw"), context.seed, int(hidden(spec, "count", 20)))
    if context.practice and context.reference is None:
        return []
    if not inputs:
        raise fault(spec, "needs check.expect(cases=...), (inputs=...) or (draw=...)")
    calls = [Call(name, a) for a in inputs]
    return [Case(c, w) for c, w in zip(calls, ask_solution(spec, context, calls), strict=True)]


def args_of(spec: CheckSpec, listed: Any) -> tuple[Any, ...]:
    """The arguments of one call, which an author writes as a list. Raises ContentError."""
    if not isinstance(listed, list | tuple):
        raise fault(spec, f"arguments are a list, such as [21], not {show(listed)}")
    return tuple(listed)


def _only_there(spec: CheckSpec) -> Play:
    call = Call(subject(spec), apply=False)
    (got,) = yield from ask([call], seconds(spec))
    if got.error:
        return Verdict(0.0, f"Not yet: {trouble(call, got)}")
    if not isinstance(got.value, Other):
        return Verdict(0.0, f"Not yet: {call.expr} is {show(got.value)}; a function is asked for.")
    return later(f"`{call.expr}` is there; it is tried on inputs that you have not seen.")


def _detail(spec: CheckSpec, case: Case, got: Got) -> Detail:
    if got.error:
        return Detail(trouble(case.call, got), False)
    rel, abs_ = hidden(spec, "rel"), hidden(spec, "abs")
    if rel is None and abs_ is None:
        ok = same(got.value, case.wanted)
    else:
        ok = near(got.value, case.wanted, float(rel or 0.0), float(abs_ or 0.0))
    text = f"{show_call(case.call)} gave {show(got.value)}"
    return Detail(text if ok or not case.message else f"{text}: {case.message}", ok)


def _verdict(spec: CheckSpec, details: list[Detail], openly: bool) -> Verdict:
    good, size = sum(d.ok for d in details), len(details)
    share = good / size if hidden(spec, "partial", True) else float(good == size)
    what = "examples" if openly else "cases"
    if good == size:
        tail = " It is marked later on inputs that you have not seen." if openly else ""
        return Verdict(1.0, f"Right: {good} of {size} {what}.{tail}", tuple(details), hidden(spec, "cite", ""))
    first = next(d.text for d in details if not d.ok)
    text = f"Not yet: {good} of {size} {what} are right. The first that is not: {first}"
    return Verdict(share, text, tuple(details), hidden(spec, "cite", ""))
