"""`simlab insurer` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simlab.cli import INSURER, simlab
from simlab.errors import InputError
from simlab.insurer import TABLES, Insurer
from simlab.insurer.describing import describe


def typed(*args: str) -> Result:
    return CliRunner().invoke(simlab, ["insurer", *args], catch_exceptions=True)


def refused(*args: str) -> str:
    """What went wrong, which `simlab` says with exit code 2."""
    error = typed(*args).exception
    assert isinstance(error, InputError), error
    return str(error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("insurer") / "larkspur"
    done = typed("build", "--members", "200", "--seed", "9", "--out", str(out))
    assert done.exit_code == 0 and "200 members" in done.output and "claims" in done.output
    return out


@pytest.mark.parametrize("command", INSURER)
def test_every_command_explains_itself(command: str) -> None:
    done = typed(command, "--help")
    assert done.exit_code == 0 and done.output.startswith("Usage: simlab insurer")


def test_build_writes_what_the_seed_gives(folder: Path) -> None:
    assert Insurer.read(folder).digest() == Insurer.build(9, 200).digest()


def test_digest_is_the_same_for_the_folder_and_for_its_seed(folder: Path) -> None:
    ours, theirs = typed("digest", str(folder)), typed("digest", "--members", "200", "--seed", "9")
    assert ours.output == theirs.output == Insurer.build(9, 200).digest() + "\n"
    assert typed("digest", "--members", "200", "--seed", "10").output != ours.output


def test_describe_says_sizes_shares_and_examples(folder: Path) -> None:
    said = typed("describe", str(folder))
    assert said.exit_code == 0
    for words in (*TABLES, "200 members, seed 9", "members by State", "letters by channel", "One claim and who learns"):
        assert words in said.output


def test_describe_gives_the_same_as_json(folder: Path) -> None:
    found = json.loads(typed("describe", str(folder), "--json").output)
    assert found["sizes"] == {name: len(Insurer.read(folder).table(name)) for name in TABLES}
    assert {"what", "kind", "count", "of"} == set(found["shares"][0])


def test_shares_are_counts_of_the_tables() -> None:
    insurer = Insurer.build(2, 1_000)
    shares = {(s.what, s.kind): s for s in describe(insurer).shares}
    assert shares["claims by status", "denied"].count == (insurer.claims["status"] == "denied").sum()
    minors = shares["members who need care with", "minors"]
    assert (minors.count, minors.of) == (insurer.members["is_minor"].sum(), 1_000)
    by_age = [s.count for (what, _), s in shares.items() if what == "members by age"]
    assert sum(by_age) == 1_000


def test_the_example_is_somebody_who_learns_of_anothers_care() -> None:
    lines = describe(Insurer.build(2, 1_000)).examples["One claim and who learns of it"]
    assert len(lines) == 3 and lines[0].split()[0] not in lines[2]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["build", "--members", "99", "--out", "x"], "members is 99: give a whole number from 100 to 5,000,000"),
        (["build", "--seed", "-1", "--out", "x"], "seed is -1: give a whole number from 0"),
        (["digest", "nowhere"], "nowhere: no insurer lies here"),
        (["describe", "nowhere"], "nowhere: no insurer lies here"),
        (["digest", "nowhere", "--seed", "3"], "give a folder, or --members and --seed"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(args: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert said in refused(*args)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_built_over_what_is_there(folder: Path) -> None:
    assert "is there already" in refused("build", "--members", "200", "--out", str(folder))
