"""A second process of the same notebook, for the rounds that must not lean on what the first remembers.

It is started when the first such round is asked, in a box of its own, and runs the same cells in
the same order. Whatever goes wrong in it is an answer that did not come, but for what is this machine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simlab.errors import GradingError
from simlab.exercise.protocol import Ask, Got, Reply
from simlab.grading.kernels import GradingKernelManager, connect
from simlab.grading.rounds import NO_REPLY, Line, Meter, Stuck
from simlab.grading.run import Run
from simlab.grading.watch import MACHINE


class Second:
    """Answers `Ask`s like the first kernel's line; `close` ends it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.manager: GradingKernelManager | None = None
        self.client: Any = None
        self.line: Line | None = None
        self.done = 0  # cells run so far
        self.is_lost = False

    async def ask(self, request: Ask, cells: Sequence[str]) -> Reply:
        """The reply after `cells` have run there; nothing but `NoReply` once it has failed."""
        if not self.is_lost:
            try:
                line = self.line or await self._start()
                await self._catch_up(line, cells)
                return await line.ask(request)
            except (Stuck, RuntimeError, OSError):  # it hung, died or ran out of memory
                self.is_lost = True
                if self.manager is not None and self.manager.reason == MACHINE:
                    raise GradingError(self.manager.why) from None
        return tuple(Got(error=NO_REPLY, message="a second process did not answer") for _ in request.calls)

    async def _start(self) -> Line:
        run = self.run
        self.manager = GradingKernelManager(
            limits=run.limits, files=run.files, hide=run.hide, boxed=run.boxed, zygote=run.zygote
        )
        await self.manager.start()
        self.client = await connect(self.manager)
        meter = Meter(run.limits.output_mb << 20)
        self.line = Line(self.client, self.manager, reply_cap=run.limits.reply_kb << 10, meter=meter)
        return self.line

    async def _catch_up(self, line: Line, cells: Sequence[str]) -> None:
        for source in cells[self.done :]:
            self.done += 1
            await line.run(source, self.run.limits.cell_seconds)

    async def close(self) -> None:
        """End the kernel and its box, if there is one."""
        if self.client is not None:
            self.client.stop_channels()
        if self.manager is not None:
            await self.manager.stop()
