from __future__ import annotations

import sys
from pathlib import Path

import pytest

from simlab import doctor


def test_this_machine_is_well(tmp_path: Path) -> None:
    states = {f.what: f.state for f in doctor.examine(tmp_path)}
    assert set(states) == {"Python", "packages", "kernel", "alembic", "bubblewrap", "write access"}
    assert states["Python"] == states["packages"] == states["kernel"] == states["write access"] == "ok"


def test_an_old_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    found = doctor.python()
    assert found.state == "missing" and "3.10.4" in found.said and "3.11" in found.mend


def test_alembic_off_the_path_is_for_trainers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = doctor.alembic()
    assert found.state == "trainer" and str(Path(sys.executable).parent) in found.mend


def test_no_bubblewrap_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = doctor.bubblewrap()
    assert found.state == "trainer" and found.mend


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None if name == "duckdb" else object())
    found = doctor.packages()
    assert found.state == "missing" and "duckdb" in found.said


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "NamedTemporaryFile", refuse)  # root may write anywhere
    found = doctor.writable(tmp_path / "new")
    assert found.state == "missing" and "--workspace" in found.mend


def test_one_look_that_fails_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def burst() -> doctor.Finding:
        raise RuntimeError("no kernels here")

    monkeypatch.setattr(doctor, "kernel", burst)
    found = doctor.examine(tmp_path)
    assert len(found) == 6 and any("no kernels here" in f.said for f in found)
