"""The wheel is a whole course for a learner, and holds nothing that is the trainer's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ("simlab", "lessons", "exercises", "solutions", "tests/packaging")
FILES = ("pyproject.toml", "README.md", "LICENSE", ".gitignore")
# What a trainer's clone holds beside the course, and nobody may be handed.
PRIVATE = (
    ".simlab/secret",
    "submitted/ana/x.txt",
    "exercises/02-encryption/answers.json",
    "exercises/02-encryption/.ipynb_checkpoints/x.ipynb",
    "lessons/answers.json.part",
)
# Looks from inside an interpreter that knows one simlab only.
LOOK = """
import json, sys
from pathlib import Path
out, clone = Path(sys.argv[1]), Path(sys.argv[2])
sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != clone]
import simlab
from simlab.content import resource
from simlab.tabletop.scenario import load
found = {"simlab": simlab.__file__, "scenario": load("vendor-portal").id}
for name in ("lessons", "exercises"):
    found[name] = sorted(p.relative_to(resource(name)).as_posix() for p in resource(name).rglob("*.ipynb"))
below = Path(simlab.__file__).parent
found["beside"] = sorted(
    p.relative_to(below).as_posix() for p in below.rglob("*")
    if {"templates", "static"} & set(p.parts) and p.is_file()
)
out.write_text(json.dumps(found), encoding="utf-8")
"""
MAIN = """
import sys
from pathlib import Path
clone = Path(sys.argv.pop(1))
sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != clone]
from simlab.cli import main
main()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the clone in which a trainer has worked."""
    clone = tmp_path_factory.mktemp("clone")
    for name in SHIPPED:
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, clone / name)
    for name in PRIVATE:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("private", encoding="utf-8")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=clone, check=True, capture_output=True, timeout=120)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel in it; installing a pure wheel is unpacking it, and uv's environments have no pip."""
    folder = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def look(tmp_path: Path, *, first: Path | None = None, without: Path | None = None) -> dict[str, Any]:
    """What an interpreter in an empty folder finds; `first` leads its path, `without` is taken off it."""
    out = tmp_path / "found.json"
    command = [sys.executable, "-c", LOOK, str(out), str(without or tmp_path / "nothing")]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120, env=_env(first))
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def _env(first: Path | None) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return env | ({"PYTHONPATH": str(first)} if first else {})


def test_it_holds_what_was_written_here_and_nothing_of_the_trainers(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"simlab"}
    never = ("solutions/", "misconceptions/", "tests/", "answers.json", "/secret", "checkpoints", "submitted/")
    assert not [n for n in names if any(word in n for word in never)]


def test_no_notebook_in_it_holds_a_solution_or_a_hidden_check(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as box:
        notebooks = {n: box.read(n).decode() for n in box.namelist() if n.endswith(".ipynb")}
    assert {f"simlab/course/{n}.ipynb" for n in ("lessons/home", "exercises/02-encryption/02-encryption")} <= set(
        notebooks
    )
    for name, text in notebooks.items():
        for mark in ("BEGIN HIDDEN", "BEGIN SOLUTION", "BEGIN MARK SCHEME", "check.expect("):
            assert mark not in text, f"{name} carries {mark}"


def test_every_data_file_of_the_package_is_in_it(wheel: Path) -> None:
    here = {p.relative_to(ROOT).as_posix() for p in (ROOT / "simlab").rglob("*") if p.is_file()}
    # What authors begin a lesson from is for a clone: it shows what a hidden check looks like.
    here = {p for p in here if not p.endswith(".pyc") and "/template/" not in p and ".ipynb_checkpoints" not in p}
    assert here <= set(zipfile.ZipFile(wheel).namelist())


def test_wheel_and_clone_give_the_same(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    wheel, clone = look(tmp_path / "a", first=installed, without=ROOT), look(tmp_path / "b")
    assert str(wheel.pop("simlab")).startswith(str(installed))
    assert str(clone.pop("simlab")).startswith(str(ROOT / "simlab"))
    assert wheel == clone
    assert "home.ipynb" in wheel["lessons"] and wheel["exercises"] and wheel["scenario"] == "vendor-portal"
    assert {part for n in wheel["beside"] for part in n.split("/")} >= {"templates", "static"}


def test_a_workspace_is_made_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAIN, str(ROOT), "lab", "--prepare-only", "--workspace", "mine"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120, env=_env(installed), check=False
    )
    assert done.returncode == 0, done.stderr
    made = {p.relative_to(tmp_path / "mine").as_posix() for p in (tmp_path / "mine").rglob("*.ipynb")}
    assert {"home.ipynb", "lessons/02-encryption.ipynb", "exercises/02-encryption/02-encryption.ipynb"} <= made
    assert not [p for p in tmp_path.rglob("*") if "solution" in p.name or p.name == "answers.json"]
