"""One task, one process: started from a server that has nbgrader imported, ended with all it began.

The processes come from a fork server, so that the imports (seconds of CPU) are paid once a batch.
What comes back through the pipe is text. `__main__` is kept out of it: a script that calls `grade`
without a guard must not run again in each process. So is the folder that the trainer stands in: it
may be the one that submissions came in, and a json.py there would be imported by each fresh Python.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import psutil

from simlab.errors import GradingError, SandboxError
from simlab.grading import ahead

Task = Callable[..., str]
PRELOAD = "simlab.grading.warm"
MAX_ANSWER = 20_000_000


class FailedError(GradingError):
    """The task itself failed; `trace` is for whoever mends it."""

    def __init__(self, reason: str, trace: str = "") -> None:
        self.trace = trace
        super().__init__(reason)


class Server:
    """Where processes come from: a fork server, or a fresh Python where the system has none.

    `played` are the worlds that submissions are played in, made ready before the first.
    """

    def __init__(self, played: Iterable[str] = ()) -> None:
        if "forkserver" not in multiprocessing.get_all_start_methods():
            self._context: Any = multiprocessing.get_context("spawn")
            return
        from multiprocessing import forkserver

        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([PRELOAD])
        ahead.tell(played)
        with _apart():
            forkserver.ensure_running()  # it imports while we go on

    def start(self, task: Task, *args: Any, seconds: float) -> Worker:
        """The task begun in a process of its own; both it and its arguments must be importable."""
        return Worker(self._context, task, args, seconds)


class Worker:
    """A task at work; `wait_on` becomes ready when `result` can be asked, `until` is when to stop waiting."""

    def __init__(self, context: Any, task: Task, args: tuple[Any, ...], seconds: float) -> None:
        self.wait_on, told = context.Pipe(duplex=False)
        self.until = time.monotonic() + seconds
        self._process = context.Process(target=_child, args=(told, task, args))
        with _apart():
            self._process.start()
        told.close()

    def result(self) -> str:
        """What the task returned. Raises GradingError as the task did, FailedError when it broke."""
        try:
            said = json.loads(self.wait_on.recv_bytes(MAX_ANSWER))
        except (EOFError, OSError, ValueError):
            self._process.join(10)
            code = self._process.exitcode
            how = f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"
            raise FailedError(f"the process that graded it ended {how}: grade again") from None
        finally:
            self.end()
        if "result" in said:
            return str(said["result"])
        if said["trace"]:
            raise FailedError(said["text"], said["trace"])
        raise (SandboxError if said["error"] == "SandboxError" else GradingError)(said["text"])

    def end(self) -> None:
        """End the process and every process that it began."""
        with contextlib.suppress(psutil.Error, OSError):
            if self._process.pid:
                for each in psutil.Process(self._process.pid).children(recursive=True):
                    with contextlib.suppress(psutil.Error):
                        each.kill()
        self._process.join(0.2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(10)
        self.wait_on.close()


@contextlib.contextmanager
def _apart() -> Iterator[None]:
    """Start Python in here, and it imports neither this program's script nor what lies in this folder."""
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__spec__", "__file__") if hasattr(main, name)}
    safe = os.environ.get("PYTHONSAFEPATH")
    try:
        os.environ["PYTHONSAFEPATH"] = "1"
        main.__spec__ = None
        main.__dict__.pop("__file__", None)
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)
        if safe is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = safe


def _child(told: Connection, task: Task, args: tuple[Any, ...]) -> None:
    _alone()
    try:
        said = {"result": task(*args)}
    except GradingError as e:
        said = {"error": type(e).__name__, "text": str(e), "trace": ""}
    except BaseException as e:
        text = f"a fault of the grader ({type(e).__name__}: {str(e)[:300]})"
        said = {"error": type(e).__name__, "text": text, "trace": traceback.format_exc()[-10_000:]}
    told.send_bytes(json.dumps(said).encode())
    told.close()


def _let_go() -> None:
    """Close the pipe by which the fork server sees that its owner lives: it would live as long as we do."""
    with contextlib.suppress(ImportError, AttributeError, OSError, TypeError):
        from multiprocessing import forkserver

        held = forkserver._forkserver._forkserver_alive_fd  # type: ignore[attr-defined]
        forkserver._forkserver._forkserver_alive_fd = None  # type: ignore[attr-defined]
        os.close(held)


def _alone() -> None:
    """A session of its own, silent, and ended by the kernel when the fork server ends."""
    with contextlib.suppress(AttributeError, OSError):
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    _let_go()
    quiet = os.open(os.devnull, os.O_WRONLY)
    for fd in (1, 2):
        with contextlib.suppress(OSError):
            os.dup2(quiet, fd)
