"""Questions to a kernel that is believed in nothing, and the play of a check over them."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from queue import Empty
from typing import Any

from simlab.errors import InputError
from simlab.exercise import probe
from simlab.exercise.protocol import Ask, Got, Play, Reply, Verdict
from simlab.exercise.wire import unpack_reply

MOST_ROUNDS = 200
_GRACE = 3.0  # seconds from an interrupt to an idle kernel
_ENVELOPE = 200  # bytes that a message takes when there is nothing in it
NO_REPLY = "NoReply"


class Stuck(Exception):
    """The kernel did not come back from an interrupt."""


class Meter:
    """Counts what a kernel sends; over its cap, outputs are no longer kept."""

    def __init__(self, cap: int) -> None:
        self.cap, self.count = cap, 0

    def add(self, message: dict[str, Any]) -> None:
        self.count += _ENVELOPE + weight(message["content"]) + sum(len(b) for b in message.get("buffers") or ())

    @property
    def is_full(self) -> bool:
        return self.count > self.cap


def weight(value: Any) -> int:
    """About how many bytes a decoded JSON value takes."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(weight(k) + weight(v) for k, v in value.items()) + 16
    if isinstance(value, list | tuple):
        return sum(weight(v) for v in value) + 16
    return 8


async def heard(get: Callable[..., Awaitable[Any]], timeout: float | None) -> dict[str, Any] | None:
    """The next message that `get` gets; None for what Jupyter would not send, be it unsigned or of another shape.

    Raises Empty when none comes in time.
    """
    try:
        message = await get(timeout=timeout)
        shape = message["msg_type"], message["parent_header"], message["content"]
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        return None
    is_whole = all(isinstance(part, kind) for part, kind in zip(shape, (str, dict, dict), strict=True))
    return dict(message) if is_whole else None


class Line:
    """A client's line to one kernel, with the manager that can interrupt it."""

    def __init__(self, client: Any, manager: Any, *, reply_cap: int, meter: Meter) -> None:
        self.client, self.manager = client, manager
        self.reply_cap, self.meter = reply_cap, meter
        self.timed_out = False

    async def ask(self, request: Ask) -> Reply:
        """The reply to one round; a missing, late, forged or oversized one is `NoReply` for each call.

        Raises Stuck when the kernel cannot be interrupted, RuntimeError when it has died.
        """
        token = secrets.token_hex(16)
        texts = await self.run(probe.source(request, token), request.seconds, token)
        nothing = tuple(Got(error=NO_REPLY, message="no answer came back in time") for _ in request.calls)
        if len(texts) != 1:
            return nothing
        try:
            reply = unpack_reply(texts[0], self.reply_cap)
        except (InputError, RecursionError, MemoryError):
            return nothing
        return reply if len(reply) == len(nothing) else nothing

    async def run(self, source: str, seconds: float, token: str = "") -> list[str]:
        """Execute source apart from the notebook's history; the replies published under `token`."""
        message_id = self.client.execute(
            source, silent=False, store_history=False, allow_stdin=False, stop_on_error=False
        )
        found: list[str] = []
        if not await self._until_idle(message_id, seconds, token, found):
            self.timed_out = True
            found.clear()
            await self.manager.interrupt_kernel()
            if not await self._until_idle(message_id, _GRACE, "", []):
                raise Stuck
        return found

    async def reopen(self) -> None:
        """A new line for outputs: one message over the cap ends the old one for good."""
        reopen(self.client)
        await settle(self.client, self.manager)

    async def _until_idle(self, message_id: str, seconds: float, token: str, found: list[str]) -> bool:
        """Whether the kernel finished in time; False too when it did and its outputs are lost."""
        ends, is_done = time.monotonic() + seconds, False
        while (left := ends - time.monotonic()) > 0:
            try:
                message = await heard(self.client.get_iopub_msg, min(left, 0.5))
            except Empty:
                if not await self.manager.is_alive():
                    raise RuntimeError("the kernel has died") from None
                if is_done:
                    found.clear()
                    await self.reopen()
                    return True
                is_done = await self._has_answered(message_id)
                continue
            if message is None:
                continue
            self.meter.add(message)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            found += _replies(message, token)[: 2 - len(found)]  # two are none, and so are a thousand
            if message["msg_type"] == "status" and message["content"].get("execution_state") == "idle":
                return True
        return False

    async def _has_answered(self, message_id: str) -> bool:
        """Whether the kernel says on its other line that it has finished."""
        for _ in range(50):
            try:
                message = await heard(self.client.get_shell_msg, 0)
            except Empty:
                return False
            if message is not None and message["parent_header"].get("msg_id") == message_id:
                return True
        return False


def reopen(client: Any) -> None:
    """Drop a client's line for outputs and make another."""
    client.iopub_channel.stop()
    client._iopub_channel = None
    client.iopub_channel.start()


async def settle(client: Any, manager: Any, seconds: float = 60.0) -> None:
    """Wait until the kernel answers and its outputs arrive here. Raises RuntimeError."""
    ends, misses = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        if await _answered(client, client.kernel_info(), 0.3):
            return
        if not await manager.is_alive():
            raise RuntimeError("the kernel has died")
        misses += 1
        if misses % 5 == 0:
            reopen(client)
    raise RuntimeError(f"the kernel did not answer within {seconds:g} s")


async def _answered(client: Any, message_id: str, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        try:
            message = await heard(client.get_iopub_msg, left)
        except Empty:
            return False
        if message is not None and message["parent_header"].get("msg_id") == message_id:
            return True
    return False


def _replies(message: dict[str, Any], token: str) -> list[str]:
    """The reply in a message that carries this round's token, as wire text."""
    if not token or message["msg_type"] != "display_data":
        return []
    data = message["content"].get("data")
    held = data.get(probe.MIME) if isinstance(data, dict) else None
    if not isinstance(held, dict) or held.get("token") != token or not isinstance(held.get("reply"), str):
        return []
    return [held["reply"]]


async def run_play(play: Play, ask: Callable[[Ask], Awaitable[Reply]]) -> Verdict:
    """The verdict of a play, asked round by round. Raises what the play raises."""
    try:
        request = next(play)
        for _ in range(MOST_ROUNDS):
            reply = await ask(request)
            await asyncio.sleep(0)
            request = play.send(reply)
    except StopIteration as end:
        return end.value
    finally:
        play.close()
    raise RuntimeError(f"the check asked more than {MOST_ROUNDS} times")
