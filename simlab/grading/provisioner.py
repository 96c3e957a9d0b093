"""The kernel provisioner `simlab-sandbox`: Jupyter starts a kernel, and it starts in the box.

Jupyter's clients talk to it over Unix sockets that lie on the box's own memory disk. This side
holds each of them open by descriptor before any code of the learner runs, so that a socket that is
later swapped for a link leads nowhere.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Any as AnyTrait

from simlab.errors import GradingError, SandboxError
from simlab.grading import packing, sandbox, walls, warmbox
from simlab.grading.outcome import Limits

CONNECTION = "/run/kernel.json"
PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "hb_port": 4, "control_port": 5}
ARGUMENTS = ("-f", CONNECTION, "--HistoryManager.hist_file=:memory:", "--InteractiveShellApp.ignore_cwd=True")
_START_SECONDS = 60
_PREFIX = "simlab-kernel-"


class SandboxProvisioner(LocalProvisioner):
    """One kernel in one box. Chosen by a kernel spec, or by JUPYTER_DEFAULT_PROVISIONER_NAME.

    `limits`, `files` (a zip for the working folder), `hide` and `zygote` come from the kernel spec's
    provisioner config; without `files`, those of a working folder that was
    asked for are taken, notebooks excepted (nbgrader's hold hidden tests).
    """

    limits: Limits = AnyTrait(Limits())
    files: bytes | None = AnyTrait(None, allow_none=True)
    hide: Iterable[Path] = AnyTrait(())
    zygote: Path | None = AnyTrait(None, allow_none=True)

    box: sandbox.Box | None = None
    _folder: Path | None = None
    _held: tuple[int, ...] = ()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Name the sockets and write Jupyter's connection file; the kernel gets a copy of its own."""
        sandbox.bwrap()
        _sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        manager = self.parent
        manager.transport, manager.ip = "ipc", str(self._folder / "k")
        manager.connection_file = str(self._folder / "connection.json")
        for name, port in PORTS.items():
            setattr(manager, name, port)
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        return {"cmd": list(ARGUMENTS), "cwd": kwargs.get("cwd")}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the box and wait until its kernel listens. Raises SandboxError where there is no box.

        A kernel that ended before it was ready, as where the machine ran short of memory, is a GradingError:
        that submission is tried again next time, and the others go on.
        """
        files = self.files
        if files is None and kwargs.get("cwd"):
            files = packing.pack(Path(kwargs["cwd"]), without=".ipynb")
        inside = {**self.connection_info, "ip": f"{walls.SOCKETS}/k", "key": self.connection_info["key"].decode()}
        extra = {CONNECTION: json.dumps(inside).encode()}
        self.box = self._box(cmd, files or b"", extra)
        self.process = self.box.process
        self.pid = self.box.process.pid
        try:
            await self._connect()
        except BaseException:
            self.box.close()
            raise
        return self.connection_info

    def _box(self, cmd: list[str], files: bytes, extra: dict[str, bytes]) -> sandbox.Box:
        """A warm kernel's box where there is a zygote, else a cold one: slower, and as closed."""
        start = functools.partial(sandbox.start, cmd, limits=self.limits, files=files, extra=extra, hide=self.hide)
        if self.zygote is not None:
            try:
                return start(zygote=self.zygote)
            except warmbox.NotWarmError:
                pass
        return start()

    async def _connect(self) -> None:
        """Open the five sockets as they appear and give each a name on this side. Raises GradingError."""
        assert self.box is not None and self._folder is not None
        ends = time.monotonic() + _START_SECONDS
        for port in PORTS.values():
            there = self.box.root / walls.SOCKETS.lstrip("/") / f"k-{port}"
            while not (held := _open_socket(there)):
                if self.box.process.poll() is not None:
                    raise GradingError(f"the kernel ended before it was ready: {self.box.why or self.box.said()}")
                if time.monotonic() > ends:
                    raise GradingError(f"the kernel was not ready in {_START_SECONDS} s: {self.box.said()}")
                await asyncio.sleep(0.01)
            self._held += (held,)
            (self._folder / f"k-{port}").symlink_to(f"/proc/{os.getpid()}/fd/{held}")

    async def send_signal(self, signum: int) -> None:
        """An interrupt goes to the kernel alone; any other signal ends the whole box."""
        if self.box is None:
            return
        if signum != signal.SIGINT:
            self.box.kill()
            return
        try:
            os.kill(self.box.kernel_pid, signum)
        except (ProcessLookupError, SandboxError):
            return

    async def wait(self) -> int | None:
        """The exit code of the box, once it has ended (a killed one has within milliseconds)."""
        while self.process is not None and self.process.poll() is None:
            await asyncio.sleep(0.01)
        ended = self.process
        self.process = None  # type: ignore[assignment]
        return ended.returncode if ended is not None else 0

    async def kill(self, restart: bool = False) -> None:
        if self.box is not None:
            self.box.kill()

    async def terminate(self, restart: bool = False) -> None:
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Nothing outlives the box: its processes, its sockets and the names on this side go."""
        if self.box is not None:
            self.box.close()
        for held in self._held:
            os.close(held)
        self._held = ()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


@functools.cache
def _sweep() -> None:
    """Once a process: remove what graders that were killed have left (names and a connection file)."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = folder.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)) and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)


def _open_socket(path: Path) -> int:
    """A descriptor that stands for a socket, never for what a link points at; 0 while there is none."""
    try:
        held = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except PermissionError as e:
        raise SandboxError(f"cannot reach into the box: {e.strerror} (is /proc mounted with hidepid?)") from e
    if stat.S_ISSOCK(os.fstat(held).st_mode):
        return held
    os.close(held)
    return 0
