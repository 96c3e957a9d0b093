"""The reference: the trainer's solution, run in a box of its own, asked what a learner is asked.

One kernel for each notebook and process, started at the first question and kept for the
submissions that follow. It runs on a thread with a loop of its own, because plays ask it from
inside the loop that serves the learner's kernel.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from simlab.errors import GradingError
from simlab.exercise.protocol import Ask, Reply
from simlab.grading import packing, spec
from simlab.grading.kernels import GradingKernelManager, connect
from simlab.grading.outcome import Limits
from simlab.grading.rounds import Line, Meter

# By process: the thread and the kernel of one are of no use to another that was forked from it.
_kept: dict[tuple[int, Path, bool], Reference] = {}


def of(notebook: Path, *, limits: Limits, boxed: bool = True, zygote: Path | None = None) -> Reference:
    """This process's reference for a solution notebook; nothing starts before it is asked."""
    key = (os.getpid(), notebook, boxed)
    if key not in _kept:
        _kept[key] = Reference(notebook, limits=limits, boxed=boxed, zygote=zygote)
    return _kept[key]


def close_all() -> None:
    """End the kernels of all references of this process."""
    for (pid, *_), reference in list(_kept.items()):
        if pid == os.getpid():
            reference.close()
    _kept.clear()


atexit.register(close_all)


class Reference:
    """A solution that answers `Ask`s. Calling it raises GradingError when the solution cannot answer."""

    def __init__(self, notebook: Path, *, limits: Limits, boxed: bool = True, zygote: Path | None = None) -> None:
        self.notebook, self.boxed, self.zygote = notebook, boxed, zygote
        self.limits = Limits(
            cell_seconds=limits.cell_seconds, notebook_seconds=86_400, cpu_seconds=3_600, memory_mb=limits.memory_mb
        )
        self._line: Line | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self, ask: Ask) -> Reply:
        try:
            if self._line is None:
                self._line = self._await(self._start())
            reply: Reply = self._await(self._line.ask(ask))
        except GradingError:
            self.close()
            raise
        except Exception as e:
            self.close()
            raise GradingError(f"{self._name}: the solution did not answer: {type(e).__name__} {e}".strip()) from e
        if self._line.timed_out:
            self._line.timed_out = False
            raise GradingError(f"{self._name}: the solution took longer than {ask.seconds:g} s to answer")
        return reply

    @property
    def _name(self) -> str:
        return f"{self.notebook.parent.name}/{self.notebook.name}"

    def _await(self, work: Coroutine[Any, Any, Any]) -> Any:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="simlab-reference", daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self) -> Line:
        """A kernel in which every cell of the solution but its checks has run."""
        files = packing.pack(self.notebook.parent, without=".ipynb")
        self._manager = GradingKernelManager(limits=self.limits, files=files, boxed=self.boxed, zygote=self.zygote)
        await self._manager.start()
        self._client = await connect(self._manager)
        line = Line(self._client, self._manager, reply_cap=self.limits.reply_kb << 10, meter=Meter(1 << 40))
        for source in spec.code(self.notebook):
            await line.run(source, self.limits.cell_seconds)
            if line.timed_out:
                raise GradingError(f"{self._name}: a cell of the solution ran over {self.limits.cell_seconds} s")
        return line

    def close(self) -> None:
        """End the kernel and the thread; the next question starts them anew."""
        loop, self._loop, self._line = self._loop, None, None
        if loop is None:
            return
        if hasattr(self, "_manager"):
            asyncio.run_coroutine_threadsafe(self._stop(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join(timeout=10)
        loop.close()

    async def _stop(self) -> None:
        if hasattr(self, "_client"):
            self._client.stop_channels()
        await self._manager.stop()
