from __future__ import annotations

import subprocess
import sys

import pytest

from simlab.cli import COMMANDS


def simlab(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "simlab", *args], capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    done = simlab(command, "--help")
    assert done.returncode == 0 and "Usage: simlab" in done.stdout, done.stderr


def test_help_names_every_command_and_imports_no_room() -> None:
    code = "import sys; from simlab.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(sorted(m for m in sys.modules if m.startswith('simlab.')), 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert all(name in done.stdout for name in COMMANDS)
    assert done.stdout.rstrip().endswith("['simlab.cli', 'simlab.errors', 'simlab.lean'] False")


@pytest.mark.parametrize(
    "args",
    [
        ("tabletop", "run", "vendor-potral"),
        ("tabletop", "replay", "nothing-1"),
        ("grade", "nowhere", "--course", "nowhere"),
        ("submit", "--workspace", "nowhere"),
        ("lab", "--workspace", "simlab", "--prepare-only"),
        ("lab", "--learner", "../x", "--workspace", "w", "--prepare-only"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_words(args: tuple[str, ...], tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "simlab").mkdir()
    (tmp_path / "simlab" / "mine.txt").touch()
    done = simlab(*args)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr and done.stderr.strip()
