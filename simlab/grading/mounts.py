"""What the box can see of this machine: Python, the installed packages, system libraries, no more.

The `simlab` package is mounted by itself, so that an editable install does not bring the
repository that it lies in, solutions included; grading and scenario truth are masked inside it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import simlab

PACKAGE = Path(simlab.__file__).resolve().parent
SECRET = ("grading", "content/scenarios")
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts")


def arguments(hide: Iterable[Path] = ()) -> list[str]:
    """bwrap arguments that mount what a kernel needs, read-only; paths to `hide` are masked."""
    shown = {p: ["--ro-bind", str(p), str(p)] for p in python_paths()}
    masked = {p: ["--tmpfs", str(p), "--remount-ro", str(p)] for p in _covered(hide, shown) if p.is_dir()}
    masked |= {p: ["--ro-bind", "/dev/null", str(p)] for p in _covered(hide, shown) if p.is_file()}
    both = [(len(p.parts), 0, a) for p, a in masked.items()] + [(len(p.parts), 1, a) for p, a in shown.items()]
    # Parents first: a course that lies around the Python it uses is masked, then Python put back.
    placed = [word for _, _, words in sorted(both) for word in words]
    inside = [word for part in SECRET if (PACKAGE / part).is_dir() for word in _mask(PACKAGE / part)]
    return _system() + _parents(shown) + placed + inside


def python_paths() -> list[Path]:
    """Folders and files that this Python, its packages and simlab are read from, parents only."""
    found = {Path(p) for p in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)}
    found |= {p.resolve() for p in found} | {PACKAGE, Path(simlab.__file__).parent}
    found |= set(_libraries()) | set(_links(Path(sys.executable)))
    found = {p for p in found if not p.is_relative_to("/usr") and p != Path("/")}
    return sorted(p for p in found if not any(q != p and p.is_relative_to(q) for q in found))


def _libraries() -> list[Path]:
    """Folders of the shared libraries that this process has mapped, libpython's first of all."""
    try:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    files = {Path(m) for m in re.findall(r"(/\S+/libpython[^/\s]*\.so[^/\s]*)$", maps, re.M)}
    return [f.parent for f in files if not any(f.is_relative_to(s) for s in _SYSTEM)]


def _links(program: Path) -> list[Path]:
    """Every file on the way from a program's name to the program itself."""
    found = []
    for _ in range(20):
        found.append(program)
        if not program.is_symlink():
            break
        program = Path(os.path.normpath(program.parent / program.readlink()))
    return [p for p in found if p.exists()]


def _covered(hide: Iterable[Path], shown: Iterable[Path]) -> list[Path]:
    roots = [*shown, Path("/usr")]
    return [p for p in hide if any(p.is_relative_to(r) for r in roots)]


def _parents(paths: Iterable[Path]) -> list[str]:
    """The folders above what is mounted, open to the box's plain user: bwrap alone makes them root's."""
    above = {q for p in paths for q in p.parents if q != Path("/")}
    return [word for q in sorted(above) for word in ("--perms", "0755", "--dir", str(q))]


def _mask(folder: Path) -> list[str]:
    return ["--size", "4096", "--tmpfs", str(folder), "--remount-ro", str(folder)]


def _system() -> list[str]:
    words = ["--ro-bind", "/usr", "/usr"]
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            words += ["--ro-bind", name, name]
    for name in _ETC:
        words += ["--ro-bind-try", name, name]
    return words
