"""What this machine lacks for the course, in plain words, each with how to mend it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `state`: ok, missing (a learner cannot go on), or trainer (only grading needs it)."""

    what: str
    state: Literal["ok", "missing", "trainer"]
    said: str
    mend: str = ""


def python() -> Finding:
    """Python 3.11 or newer."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= (3, 11):  # noqa: UP036  pip can be told to ignore requires-python
        return Finding("Python", "ok", version)
    return Finding("Python", "missing", f"{version} is too old", "install Python 3.11 or newer, then: make setup")


def packages() -> Finding:
    """The packages of the lock."""
    needed = ("jupyterlab", "ipywidgets", "nbgrader", "cryptography", "pandas", "duckdb", "pydantic", "sigma")
    gone = [name for name in needed if importlib.util.find_spec(name) is None]
    if not gone:
        return Finding("packages", "ok", f"{len(needed)} of {len(needed)} found")
    return Finding("packages", "missing", f"not found: {', '.join(gone)}", "make setup (Windows: see the README)")


def kernel() -> Finding:
    """A kernel named python3 that starts this very Python, so that notebooks find simlab."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        argv = KernelSpecManager().get_kernel_spec("python3").argv
    except NoSuchKernel:
        return Finding(
            "kernel", "missing", "no kernel named python3", f"{sys.executable} -m ipykernel install --sys-prefix"
        )
    # A spec that names plain `python` is resolved by jupyter_client to the running interpreter.
    program = sys.executable if Path(argv[0]).name.startswith("python") and not Path(argv[0]).is_absolute() else argv[0]
    if Path(program).exists() and Path(program).samefile(sys.executable):
        return Finding("kernel", "ok", "python3 starts this Python")
    said = f"python3 starts {argv[0]}, which may not know simlab"
    return Finding("kernel", "missing", said, f"{sys.executable} -m ipykernel install --sys-prefix")


def alembic() -> Finding:
    """nbgrader starts `alembic` by name when it opens a gradebook."""
    found = shutil.which("alembic")
    if found:
        return Finding("alembic", "ok", "on PATH, as nbgrader needs")
    mend = f"put {Path(sys.executable).parent} on PATH, or start through the simlab command, which does"
    return Finding("alembic", "trainer", "not on PATH: nbgrader cannot open its gradebook", mend)


def bubblewrap() -> Finding:
    """The sandbox that grading runs submissions in (Linux only), tried and not only looked for."""
    if sys.platform != "linux":
        return Finding("bubblewrap", "trainer", "grading needs Linux", "grade in WSL2 or in a Linux container")
    program = shutil.which("bwrap")
    if not program:
        return Finding("bubblewrap", "trainer", "not installed: simlab grade refuses", "sudo apt install bubblewrap")
    tried = subprocess.run(
        [program, "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    if tried.returncode == 0:
        return Finding("bubblewrap", "ok", "a box starts")
    mend = "allow user namespaces for bwrap (Ubuntu 24.04: an AppArmor profile for it; containers: --privileged or a seccomp profile)"
    return Finding("bubblewrap", "trainer", f"a box does not start: {tried.stderr.strip()[:200]}", mend)


def writable(folder: Path) -> Finding:
    """Write access where the workspace will lie."""
    place = next(p for p in (folder, *folder.parents) if p.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=place):
            return Finding("write access", "ok", str(place.resolve()))
    except OSError as e:
        mend = "choose another folder: simlab lab --workspace FOLDER"
        return Finding("write access", "missing", f"{place}: {e.strerror}", mend)


def examine(folder: Path) -> list[Finding]:
    """Every finding, in the order in which one would mend them; one that fails does not stop the rest."""
    looks: list[Callable[[], Finding]] = [python, packages, kernel, alembic, bubblewrap, lambda: writable(folder)]
    return [_look(look) for look in looks]


def _look(look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Exception as e:  # the doctor's own work is to report, whatever is broken
        return Finding(
            getattr(look, "__name__", "write access"), "missing", f"could not be examined: {e}", "make setup"
        )


@click.command()
@click.option(
    "--workspace", default=Path(), type=click.Path(path_type=Path), help="Where the course will be worked in."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def doctor(workspace: Path, as_json: bool) -> None:
    """Say what is missing on this machine, and how to mend it.

    Exits with 1 when a learner could not go on; what only trainers need does not count.
    """
    # The command line has put this environment's programs first; look as nbgrader will.
    findings = examine(workspace)
    for f in findings:
        click.echo(json.dumps(f.__dict__) if as_json else _line(f))
    if any(f.state == "missing" for f in findings):
        raise SystemExit(1)


def _line(f: Finding) -> str:
    word = {"ok": "ok", "missing": "MISSING", "trainer": "for trainers"}[f.state]
    mend = f"{os.linesep}    to mend: {f.mend}" if f.mend else ""
    return f"{f.what:<13} {word:<13} {f.said}{mend}"
