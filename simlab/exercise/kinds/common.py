"""What all kinds share: reading a spec, asking, and telling a person what a call gave."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from simlab.errors import ContentError
from simlab.exercise.protocol import Ask, Call, CheckSpec, Context, Expr, Got, Lit, Reply, Verdict
from simlab.exercise.wire import Frame, Other

LATER = "Recorded: it is marked later, when your trainer grades what you submit."
Asking = Generator[Ask, Reply, Any]


def fault(spec: CheckSpec, problem: str) -> ContentError:
    """The author's error: which check, what is wrong."""
    return ContentError(spec.grade_id or "check", problem, key=f"check.{spec.kind}")


def title(spec: CheckSpec) -> str:
    """The check's name: its leading literal text, or "" where it has none."""
    first = spec.args[0] if spec.args else None
    return first.value if isinstance(first, Lit) and isinstance(first.value, str) else ""


def subject(spec: CheckSpec) -> str:
    """The one expression that the check is about. Raises ContentError."""
    found = [a.text for a in spec.args if isinstance(a, Expr)]
    if len(found) != 1:
        raise fault(spec, f"needs one name from the notebook, not {len(found)}")
    return found[0]


def visible(spec: CheckSpec, key: str, default: Any = None) -> Any:
    """A literal keyword of the visible part of the check."""
    given = spec.kwargs.get(key)
    return given.value if isinstance(given, Lit) else default


def hidden(spec: CheckSpec, key: str, default: Any = None) -> Any:
    """A keyword of `check.expect`, or else of the visible part."""
    if spec.expect is not None and key in spec.expect.kwargs:
        return spec.expect.kwargs[key]
    return visible(spec, key, default)


def seconds(spec: CheckSpec) -> float:
    return float(hidden(spec, "seconds", 10.0))


def ask(calls: Sequence[Call], limit: float = 10.0, *, fresh: bool = False) -> Asking:
    """One round; always as many `Got` as calls, whatever the other side sent."""
    reply = yield Ask(tuple(calls), limit, fresh)
    missing = Got(error="NotRun", message="no answer came back")
    return [reply[i] if i < len(reply) else missing for i in range(len(calls))]


def ask_solution(spec: CheckSpec, context: Context, calls: Sequence[Call]) -> list[Any]:
    """The values that the solution gives for the same calls. Raises ContentError."""
    if context.reference is None:
        raise fault(spec, "has neither check.expect nor a solution to compare with")
    reply = context.reference(Ask(tuple(calls), seconds(spec)))
    for call, got in zip(calls, reply, strict=True):
        if got.error:
            raise fault(spec, f"the solution raised {got.error}: {got.message} for {show_call(call)}")
    return [got.value for got in reply]


def unknown(spec: CheckSpec, context: Context) -> bool:
    """Whether this is practice, where the result that is right is not known."""
    return context.practice and context.reference is None and not (spec.expect and spec.expect.args)


def expected(spec: CheckSpec, context: Context, call: Call) -> Any:
    """What is right: the first value of `check.expect`, or else what the solution gives. Raises ContentError."""
    return spec.expect.args[0] if spec.expect and spec.expect.args else ask_solution(spec, context, [call])[0]


def show(value: Any, cap: int = 80) -> str:
    """A value in a few words."""
    if isinstance(value, Other):
        return f"a {value.type} (not plain data)"
    if isinstance(value, Frame):
        return f"a table of {value.rows} rows"
    try:
        said = repr(value)
    except ValueError:  # Python writes no integer of more than some thousand digits
        return "a number too long to write"
    return said if len(said) <= cap else said[: cap - 3] + "..."


def show_call(call: Call, cap: int = 120) -> str:
    if not call.apply:
        return call.expr
    inside = ", ".join(show(a, 60) for a in call.args)
    return f"{call.expr}({inside if len(inside) <= cap else inside[: cap - 3] + '...'})"


def trouble(call: Call, got: Got) -> str:
    """What went wrong in a call that gave no value, and the next step."""
    name = f"`{call.expr}`"
    if got.error == "NameError" and repr(call.expr) in got.message:
        return f"{name} is not there yet. Run the cell that makes it, then check again."
    if got.error == "NotImplementedError":
        return f"{name} is not written yet. Fill in its cell, run it, then check again."
    if got.error == "KeyboardInterrupt":
        return f"{show_call(call)} took too long and was stopped. Look for a loop that never ends."
    if got.error == "NotRun":
        return f"{show_call(call)} was not run: {got.message}."
    if got.error == "TooLarge":
        return f"{show_call(call)} gave back too much to read. Return only what is asked for."
    said = f"{got.error}: {got.message}" if got.message else got.error
    if not call.apply:
        return f"{name} raised {said}. Run it in a cell of its own to see where."
    return f"your function raised {said} for {show_call(call)}. Run that call in a cell of its own to see where."


def later(text: str = "") -> Verdict:
    """The live verdict where nothing can be said openly."""
    return Verdict(0.0, f"{text} {LATER}".strip())
