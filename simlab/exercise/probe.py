"""The learner's side of a check: evaluates the calls of an `Ask` and hands back plain data.

`source` gives the line that the judge runs in the learner's kernel; `respond` is the same work in
process, for live checks. Neither holds anything that the learner may not see: expected values stay
with the judge.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

from simlab.exercise.protocol import Ask, Call, Got, Reply
from simlab.exercise.wire import CAP, TEXT_CAP, clip, pack_ask, pack_got, unpack_ask, unpack_reply

MIME = "application/vnd.simlab.reply+json"


def source(ask: Ask, token: str) -> str:
    """One line of Python for the learner's kernel; it leaves no name behind and prints nothing.

    It publishes one display_data whose `MIME` entry is {"token": token, "reply": wire text}.
    Without IPython it prints {MIME: that} as one line of JSON instead.
    """
    # Through __import__ and builtins, so that a learner's own name such as `globals` does no harm.
    return (
        "__import__('simlab.exercise.probe', fromlist=['answer'])"
        f".answer({token!r}, {pack_ask(ask)!r}, __import__('builtins').globals())"
    )


def answer(token: str, request: str, namespace: dict[str, Any], cap: int = CAP) -> None:
    """Make the calls of a packed `Ask` in a namespace and publish the reply under `token`."""
    publish({"token": token, "reply": respond_text(request, namespace, cap)})


def publish(data: dict[str, str]) -> None:
    """Send one message out of the kernel; print it where there is no kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        sys.stdout.write(json.dumps({MIME: data}) + "\n")
    else:
        shell.display_pub.publish(data={MIME: data}, metadata={})


def respond(ask: Ask, namespace: dict[str, Any], cap: int = CAP) -> Reply:
    """The reply to an `Ask`, in process; values and inputs cross the wire all the same."""
    return unpack_reply(respond_text(pack_ask(ask), namespace, cap), cap + 1000 * (len(ask.calls) + 1))


def respond_text(request: str, namespace: dict[str, Any], cap: int = CAP) -> str:
    """The reply to a packed `Ask` as wire text of about `cap` characters at most."""
    parts: list[str] = []
    left, stopped = cap, False
    with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
        for call in unpack_ask(request).calls:
            got = Got(error="NotRun", message="an earlier call took too long") if stopped else _make(call, namespace)
            stopped = stopped or got.error == "KeyboardInterrupt"
            # Written at once: a later call may change what an earlier one returned.
            parts.append(_pack(got, left))
            left = max(0, left - len(parts[-1]))
    return "[" + ",".join(parts) + "]"


def _pack(got: Got, cap: int) -> str:
    try:
        return pack_got(got, cap)
    except BaseException as e:  # the value's own code may run while it is read
        return pack_got(Got(error=_name(e), message="the value could not be read"))


def _make(call: Call, namespace: dict[str, Any]) -> Got:
    try:
        value = eval(call.expr, namespace)  # noqa: S307 - the learner's own work, in the learner's own process
        return Got(value(*call.args) if call.apply else value)
    except KeyboardInterrupt:
        return Got(error="KeyboardInterrupt", message="it took too long and was stopped")
    except BaseException as e:  # SystemExit too: leaving is not an answer
        return Got(error=_name(e), message=_said(e))


def _name(e: BaseException) -> str:
    return clip(str(type(e).__name__), 80)


def _said(e: BaseException) -> str:
    try:
        return clip(str.__str__(str(e)), TEXT_CAP)
    except BaseException:
        return ""


class _Nowhere(io.TextIOBase):
    """Swallows what the learner's functions print: two hundred megabytes cost nothing."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)
