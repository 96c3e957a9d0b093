"""Windows laptops are users' machines: only the trainer's grading may need Unix, and only when it grades."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "simlab"
# Imports each module as a machine without Unix's modules would: they are missing to simlab, while what other
# packages need on this machine they get. Writes what failed.
IMPORT = """
import builtins, importlib, json, sys
UNIX = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "crypt", "posix", "readline"}
real = builtins.__import__
def without(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0 and name.split(".")[0] in UNIX and str((globals or {}).get("__name__")).split(".")[0] == "simlab":
        raise ModuleNotFoundError(f"{name} is not on Windows")
    return real(name, globals, locals, fromlist, level)
builtins.__import__ = without
failed = {}
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except Exception as e:
        failed[name] = repr(e)
print(json.dumps(failed))
"""


def modules() -> list[str]:
    """Every module of simlab."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = ["simlab", *path.relative_to(ROOT).with_suffix("").parts]
        found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return [name for name in found if not name.endswith("__main__")]


def failed(names: list[str]) -> dict[str, str]:
    """The modules of these that cannot be imported without Unix, and why."""
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-c", IMPORT, json.dumps(names)],
        capture_output=True, encoding="utf-8", timeout=120, check=True,
    )  # fmt: skip
    told: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_every_room_is_imported_without_unix() -> None:
    names = modules()
    assert {"simlab.cli", "simlab.notebook.lab", "simlab.exercise.workspace"} <= set(names)
    assert not failed(names)


def test_the_look_would_find_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "simlab").mkdir()
    (tmp_path / "simlab" / "__init__.py").write_text("import fcntl\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "fcntl" in failed(["simlab"])["simlab"]
