"""What a trainer gives back reaches the learner, and nobody else's does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from simlab import organization
from simlab.errors import InputError
from simlab.exercise import returned, workspace
from simlab.notebook.command import lab

NAME = "02-encryption"


@pytest.fixture
def own(tmp_path: Path) -> workspace.Workspace:
    workspace.prepare(tmp_path / "w", "ana.ito")
    return workspace.find(tmp_path / "w")


def given_back(folder: Path, learner: str, text: str = "") -> Path:
    place = folder / learner / NAME
    place.mkdir(parents=True)
    result = {"assignment": NAME, "learner": learner, "points": 18, "maximum": 20, "passed": True}
    (place / "result.json").write_text(text or json.dumps(result), encoding="utf-8")
    (place / "index.html").write_text("<p>ünder</p>", encoding="utf-8")
    return folder


def test_own_results_and_certificates_are_taken(own: workspace.Workspace, tmp_path: Path) -> None:
    back = given_back(given_back(tmp_path / "feedback", "ana.ito"), "bo.larsen")
    (back / "ana.ito" / "certificate-claims.html").write_text("x", encoding="utf-8")
    assert returned.take(own, back) == [f"{NAME}/result.json", f"{NAME}/index.html", "certificate-claims.html"]
    assert (own.folder / "feedback" / NAME / "index.html").read_text("utf-8") == "<p>ünder</p>"
    for part in (back, back / "ana.ito", back / "ana.ito" / NAME):
        assert returned.take(own, part) == []  # there already
        (own.folder / "feedback" / NAME / "result.json").unlink()
        assert returned.take(own, part) == [f"{NAME}/result.json"]


def test_other_peoples_results_and_links_are_left(own: workspace.Workspace, tmp_path: Path) -> None:
    back = given_back(tmp_path / "feedback", "bo.larsen")
    (back / "bo.larsen" / "certificate-claims.html").write_text("x", encoding="utf-8")
    for part in (back, back / "bo.larsen", back / "bo.larsen" / NAME):
        assert returned.take(own, part) == []
    assert not (own.folder / "feedback").exists()
    link = tmp_path / "links" / NAME
    link.mkdir(parents=True)
    (link / "result.json").symlink_to(back / "bo.larsen" / NAME / "result.json")
    assert returned.take(own, link.parent) == []
    with pytest.raises(InputError, match="is not a folder"):
        returned.take(own, tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["{", "[]", '{"assignment": "../../x", "learner": "ana.ito"}', "[" * 100_000])
def test_a_damaged_result_is_left(own: workspace.Workspace, tmp_path: Path, text: str) -> None:
    assert returned.take(own, given_back(tmp_path / "feedback", "ana.ito", text)) == []


def test_a_place_that_cannot_be_written_is_said(own: workspace.Workspace, tmp_path: Path) -> None:
    (own.folder / "feedback").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="cannot write"):
        returned.take(own, given_back(tmp_path / "feedback", "ana.ito"))


def test_the_course_opens_also_before_anything_was_given_back(own: workspace.Workspace, tmp_path: Path) -> None:
    (tmp_path / "feedback").mkdir()
    words = ["--workspace", str(own.folder), "--prepare-only", "--feedback", str(tmp_path / "feedback")]
    done = CliRunner().invoke(lab, words)
    assert done.exit_code == 0 and "Taken in from your trainer: nothing new." in done.output


def test_the_command_settles_it_all(own: workspace.Workspace, tmp_path: Path) -> None:
    back = given_back(tmp_path / "feedback", "ana.ito")
    mine = tmp_path / "mine.yml"
    text = organization.sample().read_text("utf-8").replace("is_example: true\n", "")
    mine.write_text(text.replace("Larkspur Health Plan", "Fern Mutual"), encoding="utf-8")
    more = ["--role", "claims", "--organization", str(mine), "--feedback", str(back)]
    done = CliRunner().invoke(lab, ["--workspace", str(own.folder), "--prepare-only", *more])
    assert done.exit_code == 0, done.output
    assert "Your track: Claims" in done.output and "those of Fern Mutual" in done.output
    assert "Taken in from your trainer: 02-encryption/result.json" in done.output
    assert workspace.role_of(own.folder) == "claims"
    assert organization.current(own.folder / "lessons").name == "Fern Mutual"


def test_an_unknown_track_is_named(own: workspace.Workspace) -> None:
    done = CliRunner().invoke(lab, ["--workspace", str(own.folder), "--prepare-only", "--role", "claim"])
    assert "did you mean 'claims'?" in str(done.exception)
