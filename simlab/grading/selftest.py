"""Before a batch: one start of the box that proves what it is trusted for.

From inside, it tries what a learner might: the network, the course's secrets, other people's work,
writing to this machine. From a box that lets any of it through, no grade is taken.
"""

from __future__ import annotations

import ast
import contextlib
import json
import socket
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from simlab.errors import SandboxError
from simlab.grading import mounts, sandbox, walls, warmbox
from simlab.grading.outcome import Limits

_PROBE = """
import importlib, json, os, socket, sys
ask = json.loads(sys.argv.pop(1))
told = {"uid": os.getuid(), "euid": os.geteuid(), "pids": sum(p.isdigit() for p in os.listdir("/proc"))}
told["missing"] = {}
for name in ask["modules"]:
    try:
        importlib.import_module(name)
    except BaseException as e:
        told["missing"][name] = f"{type(e).__name__}: {e}"[:300]
told["readable"] = []
for path in ask["secret"]:
    try:
        if os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1):
            told["readable"].append(path)
    except OSError:
        pass
def reached(family, address):
    try:
        with socket.socket(family) as s:
            s.settimeout(1)
            s.connect(address)
        return True
    except OSError:
        return False
told["network"] = [str(a) for a in ask["addresses"] if reached(socket.AF_INET, tuple(a))]
told["networks"] = sorted({line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line} - {"lo"})
told["writable"] = []
for line in open("/proc/self/mountinfo"):
    parts = line.split()
    kind = parts[parts.index("-") + 1]
    if kind not in ("proc", "tmpfs", "devtmpfs", "devpts", "mqueue") and "ro" not in parts[5].split(","):
        told["writable"].append(parts[4])
for folder in ask["folders"]:
    try:
        name = os.path.join(folder, "simlab-selftest")
        open(name, "w").close()
        os.unlink(name)
        told["writable"].append(folder)
    except OSError:
        pass
try:
    os.setuid(0)
    told["root"] = True
except OSError:
    told["root"] = False
print(json.dumps(told))
"""
_ALWAYS = ("ipykernel", "IPython", "simlab", "simlab.exercise.probe")


def selftest(course: Path | None = None, *, limits: Limits | None = None, zygote: Path | None = None) -> None:
    """Start the box once and try it from inside; for a course, with all that it must not show.

    With a `zygote` it is a warm kernel that tries. Raises NotWarmError when none comes up, and SandboxError that says in plain words what does not hold and how to mend it.
    """
    secret = secrets_of(course) if course else []
    host = socket.create_server(("127.0.0.1", 0))
    try:
        told = _try(course, secret, list(host.getsockname()[:2]), limits or Limits(), zygote)
    finally:
        host.close()
    faults = _faults(told)
    if faults:
        raise SandboxError("the box does not hold: " + "; ".join(faults))


def proved(course: Path, assignments: Iterable[str]) -> warmbox.Zygote | None:
    """Both kinds of box proved, and where the warm ones' kernels come from; None where only cold ones work.

    Raises SandboxError.
    """
    with ThreadPoolExecutor(1) as beside:
        cold = beside.submit(selftest, course)
        zygote = None
        with contextlib.suppress(warmbox.NotWarmError):
            zygote = warmbox.Zygote(warm_modules(course, assignments), walls.environment())
        try:
            cold.result()
            if zygote:
                selftest(course, zygote=zygote.path)
        except BaseException as e:
            if zygote:
                zygote.close()
            if not isinstance(e, warmbox.NotWarmError):
                raise
            return None
    return zygote


def _try(
    course: Path | None, secret: list[Path], here: list[Any], limits: Limits, zygote: Path | None
) -> dict[str, Any]:
    folders = ["/", "/usr", "/etc", "/dev", "/run", *map(str, mounts.python_paths())]
    ask = {
        "modules": [*_ALWAYS, *sorted(course_modules(course) if course else [])],
        "secret": [*map(str, secret), *(str(mounts.PACKAGE / part) for part in mounts.SECRET)],
        "addresses": [here, ["192.0.2.1", 80]],
        "folders": folders,
    }
    box = sandbox.start(
        [_PROBE, json.dumps(ask)],
        program=walls.SCRIPT,
        limits=limits,
        hide=_hidden(course),
        keep_output=True,
        zygote=zygote,
    )
    try:
        assert box.output is not None
        text = box.output.read()
        box.process.wait()
        return dict(json.loads(text))
    except ValueError:
        raise SandboxError(f"the box started, and Python did not run in it: {box.said()}") from None
    finally:
        box.close()


def _hidden(course: Path | None) -> tuple[Path, ...]:
    return hidden(course) if course else ()


def hidden(course: Path) -> tuple[Path, ...]:
    """Everything in a course's folder but what learners have anyway."""
    return tuple(sorted(p for p in course.iterdir() if p.name not in ("exercises", "lessons")))


def secrets_of(course: Path) -> list[Path]:
    """What must not be readable in the box: solutions, gradebook, everybody's work and results."""
    names = ("solutions", "submitted", "autograded", "feedback", "results", "gradebook.db", ".simlab", ".git")
    return [course / n for n in names if (course / n).exists()]


def course_modules(course: Path) -> set[str]:
    """Top-level names of the modules that the solutions import, but those that lie beside them."""
    return {name.split(".")[0] for name in warm_modules(course)}


def warm_modules(course: Path, names: Iterable[str] = ("*",)) -> set[str]:
    """The modules that solutions import (all, or those named), but those that lie beside them."""
    found: set[str] = set()
    for notebook in (n for name in names for n in course.glob(f"solutions/{name}/*.ipynb")):
        beside = {p.stem for p in notebook.parent.iterdir()}
        found |= {m for m in _imports(notebook) if m.split(".")[0] not in beside}
    return {m for m in found if m.replace(".", "").isidentifier()}


# Both kinds of box are proved at once, and CPython 3.11 cannot make two trees in two threads (gh-106905).
_PARSING = threading.Lock()


def _imports(notebook: Path) -> Iterable[str]:
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(c.get("source", "")) for c in cells if c.get("cell_type") == "code"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    for source in sources:
        try:
            with _PARSING:
                tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue  # a cell with magics
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (a.name for a in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module


def _faults(told: dict[str, Any]) -> list[str]:
    faults = [
        f"{name} cannot be imported in it ({why}): install it into {sys.prefix}, readable for every user"
        for name, why in told["missing"].items()
    ]
    if told["uid"] == 0 or told["euid"] == 0 or told["root"]:
        faults.append("code in it is root, or can become root: grade as a plain user")
    if told["network"] or told["networks"]:
        faults.append(f"it reaches the network ({', '.join(told['network'] + told['networks'])})")
    if told["readable"]:
        faults.append(f"it can read {', '.join(told['readable'])}: keep the course outside the Python installation")
    if told["writable"]:
        faults.append(f"it can write to {', '.join(told['writable'])}")
    if told["pids"] > 8:
        faults.append(f"it sees {told['pids']} processes, so those of this machine too")
    return faults
