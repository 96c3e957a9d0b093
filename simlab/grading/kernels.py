"""Kernel managers that grading uses: boxed, or, when a trainer insists, in the open."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Any as AnyTrait

from simlab.errors import SandboxError
from simlab.grading.outcome import Limits
from simlab.grading.provisioner import SandboxProvisioner
from simlab.grading.rounds import settle

# At most this many messages wait on this side; with the cap on each, that bounds the grader's memory.
_WAITING = 24
_OPEN = "import sys; sys.path.append(''); from ipykernel.kernelapp import launch_new_instance as s; s()"


class GradingKernelManager(AsyncKernelManager):
    """Starts this Python's kernel in a box (`boxed`), or in a folder of its own without one.

    The kernel that a notebook's metadata names is not looked up: a name is the learner's to choose.
    """

    limits: Limits = AnyTrait(Limits())
    files: bytes = AnyTrait(b"")
    hide: Iterable[Path] = AnyTrait(())
    boxed: bool = AnyTrait(True)
    zygote: Path | None = AnyTrait(None, allow_none=True)
    _folder: Path | None = None

    def _context_default(self) -> zmq.asyncio.Context:
        self._created_context = True
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.MAXMSGSIZE, max(self.limits.output_mb << 20, 2 * self.limits.reply_kb << 10))
        context.setsockopt(zmq.RCVHWM, _WAITING)
        return context

    @property
    def kernel_spec(self) -> KernelSpec:
        name = "simlab-sandbox" if self.boxed else "local-provisioner"
        ours = {"limits": self.limits, "files": self.files, "hide": self.hide, "zygote": self.zygote}
        config = ours if self.boxed else {}
        argv = [sys.executable, "-P", "-s", "-c", _OPEN, "-f", "{connection_file}"]
        argv += ["--HistoryManager.hist_file=:memory:", "--InteractiveShellApp.ignore_cwd=True"]
        chosen = {"kernel_provisioner": {"provisioner_name": name, "config": config}}
        return KernelSpec(argv=argv, display_name="Python 3", language="python", metadata=chosen)

    async def start(self) -> None:
        """Start, and make sure that it is the kernel that was asked for. Raises SandboxError."""
        where: dict[str, Any] = {} if self.boxed else {"cwd": str(self._unpack()), "stdout": DEVNULL, "stderr": DEVNULL}
        await self.start_kernel(**where)
        if self.boxed and not isinstance(self.provisioner, SandboxProvisioner):
            await self.stop()
            raise SandboxError("the kernel did not start in the box, so nothing of the learner's was run")

    async def stop(self) -> None:
        """End the kernel and everything that it started or left on this side."""
        try:
            if isinstance(self.provisioner, SandboxProvisioner):  # Jupyter's own way waits in tenths of a second
                await self.provisioner.kill()
                await self.provisioner.wait()
                await self.cleanup_resources()
            elif self.has_kernel:
                await self.shutdown_kernel(now=True)
        finally:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def reason(self) -> str:
        """Why a box ended, "" while it runs or without one."""
        box = getattr(self.provisioner, "box", None)
        return box.reason if box is not None else ""

    @property
    def why(self) -> str:
        """What a box was ended for, in words; "" when it was not."""
        box = getattr(self.provisioner, "box", None)
        return box.why if box is not None else ""

    def frozen(self) -> contextlib.AbstractContextManager[None]:
        """A box in which nothing runs meanwhile; without a box, nothing is held."""
        box = getattr(self.provisioner, "box", None)
        return box.frozen() if box is not None else contextlib.nullcontext()

    def _unpack(self) -> Path:
        self._folder = Path(tempfile.mkdtemp(prefix="simlab-work-"))
        if self.files:
            with zipfile.ZipFile(io.BytesIO(self.files)) as z:
                z.extractall(self._folder)
        return self._folder


async def connect(manager: GradingKernelManager) -> Any:
    """A client whose kernel answers. Raises RuntimeError."""
    client = manager.client(context=manager.context)  # by itself it makes one without our caps
    client.start_channels()
    try:
        await settle(client, manager)
    except RuntimeError:
        client.stop_channels()
        raise
    client.allow_stdin = False
    return client
