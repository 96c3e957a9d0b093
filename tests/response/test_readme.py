"""What README shows of the privacy office's work, done as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from simlab.cli import simlab

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
OFFICE = README[README.index("## Five minutes in the privacy office") :]
SHELL, PYTHON = (re.search(rf"```{name}\n(.*?)```", OFFICE, re.DOTALL)[1] for name in ("sh", "python"))  # type: ignore[index]


def test_each_line_of_the_shell_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in SHELL.splitlines():
        command, _, target = line.split("  #")[0].strip().partition(" > ")
        done = CliRunner().invoke(simlab, command.split()[1:])
        assert done.exit_code == 0, (line, done.output, done.exception)
        if target:
            Path(target).write_text(done.output, encoding="utf-8")
    assert "3 days past on 2026-05-12" in Path("answer.html").read_text("utf-8")


def test_the_ledger_is_kept_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(PYTHON.replace("annual(", "due = annual("), names)
    assert str(names["due"]).startswith("(datetime.date(2027, 3, 1), [Breach(") and Path("records").is_dir()
