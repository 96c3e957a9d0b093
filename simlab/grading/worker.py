"""One submission, one process: started from a server that has nbgrader imported, ended with all it began.

The processes come from a fork server, so that the imports (3 to 5 CPU seconds) are paid once a batch.
What comes back through the pipe is JSON. `__main__` is kept out of it: a script that calls `grade`
without a guard must not run again in each process.
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
from collections.abc import Callable, Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from simlab.errors import GradingError, SandboxError
from simlab.grading import outcome as outcomes
from simlab.grading.outcome import Limits, Outcome

Work = Callable[..., Outcome]
PRELOAD = ["simlab.grading.pipeline"]
MAX_ANSWER = 20_000_000


class FailedError(GradingError):
    """Grading itself failed for one submission; `trace` is for whoever mends it."""

    def __init__(self, reason: str, trace: str = "") -> None:
        self.trace = trace
        super().__init__(reason)


def context(work: Work | None = None) -> Any:
    """Where processes come from: a fork server, or a fresh Python where the system has none."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    ctx = multiprocessing.get_context("forkserver")
    ctx.set_forkserver_preload(PRELOAD if work is None else [work.__module__])
    return ctx


class Worker:
    """A submission being graded; `wait_on` becomes ready when `outcome` can be asked."""

    def __init__(
        self,
        course: Path,
        learner: str,
        assignment: str,
        limits: Limits,
        sandbox: bool,
        work: Work | None,
        seconds: float,
    ) -> None:
        ctx = context(work)
        self.wait_on, told = ctx.Pipe(duplex=False)
        self.until = time.monotonic() + seconds
        self._process = ctx.Process(
            target=_child, args=(told, str(course), learner, assignment, limits, sandbox, work), daemon=False
        )
        with _no_main():
            self._process.start()
        told.close()

    def outcome(self) -> Outcome:
        """What the process says. Raises SandboxError, GradingError, FailedError (it died, or a fault of ours)."""
        try:
            said = json.loads(self.wait_on.recv_bytes(MAX_ANSWER))
        except (EOFError, OSError, ValueError):
            self._process.join(10)
            code = self._process.exitcode
            how = f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"
            raise FailedError(f"the process that graded it ended {how}: grade again") from None
        finally:
            self.end()
        if "outcome" in said:
            return outcomes.from_json(said["outcome"])
        if said["error"] == "SandboxError":
            raise SandboxError(said["text"])
        raise FailedError(said["text"], said["trace"])

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
def _no_main() -> Iterator[None]:
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__spec__", "__file__") if hasattr(main, name)}
    try:
        main.__spec__ = None
        main.__dict__.pop("__file__", None)
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)


def _child(
    told: Connection, course: str, learner: str, assignment: str, limits: Limits, sandbox: bool, work: Work | None
) -> None:
    _alone()
    try:
        result = (work or _autograde())(Path(course), learner, assignment, limits=limits, sandbox=sandbox)
        said = {"outcome": json.dumps(asdict(result), ensure_ascii=True)}
    except GradingError as e:
        said = {"error": type(e).__name__, "text": str(e), "trace": ""}
    except BaseException as e:
        text = f"a fault of the grader ({type(e).__name__}: {str(e)[:300]})"
        said = {"error": type(e).__name__, "text": text, "trace": traceback.format_exc()[-10_000:]}
    told.send_bytes(json.dumps(said).encode())
    told.close()


def _autograde() -> Work:
    from simlab.grading.pipeline import autograde

    return autograde


def _alone() -> None:
    """A session of its own, silent, and ended by the kernel when the fork server ends."""
    with contextlib.suppress(AttributeError, OSError):
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    quiet = os.open(os.devnull, os.O_WRONLY)
    for fd in (1, 2):
        with contextlib.suppress(OSError):
            os.dup2(quiet, fd)
