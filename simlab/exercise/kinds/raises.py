"""A function that must refuse: `check.raises(open_, examples=[...])`.

Hidden: `check.expect("ValueError", inputs=[args, ...], fine=[args, ...])`: the named error (or one
of a list of names) for each input, and no error for each of `fine`, so that refusing everything is
no way to full marks. Live, without `expect`: `error="ValueError"` beside `examples` is tried openly.
"""

from __future__ import annotations

from simlab.exercise.kinds.common import ask, fault, hidden, later, seconds, show, show_call, subject, trouble, visible
from simlab.exercise.kinds.function import args_of
from simlab.exercise.protocol import Call, CheckSpec, Context, Detail, Got, Play, Verdict

# Our own words for a call that never came to an end: no author can mean these.
NO_ANSWER = ("NotRun", "KeyboardInterrupt", "TooLarge")


def play(spec: CheckSpec, context: Context) -> Play:
    name = subject(spec)
    names = _names(spec, spec.expect.args[0] if spec.expect and spec.expect.args else visible(spec, "error"))
    bad = hidden(spec, "inputs") or visible(spec, "examples") or []
    fine = hidden(spec, "fine") or []
    if not names or not bad:
        if context.practice:
            return later()
        raise fault(spec, 'needs check.expect("ErrorName", inputs=[[...], ...])')
    calls = [Call(name, args_of(spec, a)) for a in [*bad, *fine]]
    reply = yield from ask(calls, seconds(spec))
    details = [
        _refused(call, got, names) if i < len(bad) else _let_through(call, got)
        for i, (call, got) in enumerate(zip(calls, reply, strict=True))
    ]
    return _verdict(details)


def _names(spec: CheckSpec, given: object) -> tuple[str, ...]:
    names = tuple(given) if isinstance(given, list | tuple) else (given,) if given else ()
    if not all(isinstance(n, str) and n not in NO_ANSWER for n in names):
        raise fault(spec, 'names errors as text, such as "ValueError"')
    return names


def _refused(call: Call, got: Got, names: tuple[str, ...]) -> Detail:
    if got.error in names:
        return Detail(f"{show_call(call)} raised {got.error}, as it should", True)
    if not got.error:
        return Detail(f"{show_call(call)} gave {show(got.value)}; it should raise {' or '.join(names)}", False)
    if got.error in NO_ANSWER or got.error in ("NameError", "NotImplementedError"):
        return Detail(trouble(call, got), False)
    return Detail(f"{show_call(call)} raised {got.error}; it should raise {' or '.join(names)}", False)


def _let_through(call: Call, got: Got) -> Detail:
    if got.error:
        return Detail(trouble(call, got), False)
    return Detail(f"{show_call(call)} was let through, as it should", True)


def _verdict(details: list[Detail]) -> Verdict:
    good = sum(d.ok for d in details)
    if good == len(details):
        return Verdict(1.0, f"Right: {good} of {good} calls.", tuple(details))
    first = next(d.text for d in details if not d.ok)
    text = f"Not yet: {good} of {len(details)} calls do as they should. The first that does not: {first}"
    return Verdict(good / len(details), text, tuple(details))
