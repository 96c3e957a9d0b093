"""The samples to begin with, and `simlab notice`: a draft checked, notices written, letters to those affected."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from simlab.content import load_text, resource
from simlab.errors import SimlabError
from simlab.response import answer, as_text
from simlab.response.command import respond_command
from simlab.response.incident import Incident
from simlab.response.notice_command import notice
from simlab.response.notices import Story, kind, kinds

SAMPLE = resource("samples", "facts.yml").read_text(encoding="utf-8")
COMPANY = (
    "is_phi: true\npermitted_use: false\nsecured: false\noccurred: 2026-03-08\ndiscovered: 2026-03-10\n"
    "insurer: {seed: 7, members: 400}\nmember_ids: "
)
# What stands beside the live lines of the sample in one of its comments, and what it takes the place of.
INSTEAD = {"counted": "counts", "entities": "counts", "insurer": "counts"}
BESIDE = {
    "contracts": "entities",
    "member_ids": "insurer",
    "low_probability": "assessment_done",
    "conditions": "exception",
}


def said(*args: str) -> tuple[int, str]:
    """The exit code and what stands on the screen, by the command as a user calls it."""
    done = CliRunner().invoke(notice, list(args))
    if isinstance(done.exception, SimlabError):
        return 2, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with both samples, as the commands print them."""
    for name, (command, *args) in {"facts.yml": (respond_command, "--sample"), "story.yml": (notice, "sample")}.items():
        done = CliRunner().invoke(command, args)  # type: ignore[arg-type]
        assert done.exit_code == 0
        (tmp_path / name).write_text(done.output, encoding="utf-8")
    return tmp_path


def files(folder: Path) -> list[str]:
    return ["--story", str(folder / "story.yml"), "--facts", str(folder / "facts.yml")]


def blocks() -> dict[str, str]:
    """The sample's facts that stand in a comment, by key, each with the lines that belong to it."""
    found: dict[str, str] = {}
    key = ""
    for line in SAMPLE.splitlines():
        if start := re.match(r"# ([a-z0-9_]+):(?: |$)", line):
            key = start[1]
            found[key] = line[2:]
        elif key and line.startswith("#   "):
            found[key] += f"\n{line[2:]}"
        else:
            key = ""
    return found


def test_the_sample_of_facts_names_every_key_and_runs() -> None:
    live = set(re.findall(r"^([a-z0-9_]+):", SAMPLE, re.MULTILINE))
    assert live | set(blocks()) == set(Incident.model_fields) and not live & set(blocks())
    text = as_text(answer(load_text(SAMPLE, Incident, "facts.yml")))
    assert "Breach of unsecured PHI: notify." in text and "WHAT IS MISSING" in text


@pytest.mark.parametrize("key", blocks())
def test_each_fact_in_a_comment_of_the_sample_can_be_used(key: str) -> None:
    wanted = [k for k in (BESIDE.get(BESIDE.get(key, ""), ""), BESIDE.get(key, ""), key) if k]
    gone = {INSTEAD.get(k, "") for k in wanted}
    kept = [line for line in SAMPLE.splitlines() if line.split(":")[0] not in gone]
    incident = load_text("\n".join([*kept, *(blocks()[k] for k in wanted)]), Incident, "facts.yml")
    assert key in incident.model_fields_set


def test_a_draft_is_mended_at_the_shell_until_it_is_ready(folder: Path) -> None:
    draft = folder / "draft.txt"
    text = "On March 8, 2026 we sent a list to the wrong broker. It held your name. Please read your statements. "
    draft.write_text(text + "We now check each list. Call 1-800-555-0142 if you have questions.", encoding="utf-8")
    args = ("check", str(draft), "--facts", str(folder / "facts.yml"))
    code, out = said(*args)
    assert code == 1 and "Not ready: 1 thing to mend." in out
    assert "Give the day on which you found out" in out and "[45 CFR 164.404(c)(1)(A)]" in out
    draft.write_text(draft.read_text("utf-8") + " We found out on March 9, 2026.\x1b[2J", encoding="utf-8")
    code, out = said(*args)
    assert code == 1 and "facts say March 10, 2026" in out and "\x1b" not in out
    draft.write_text(draft.read_text("utf-8").replace("March 9", "March 10"), encoding="utf-8")
    code, out = said(*args)
    assert code == 0 and 'the day on which it was discovered, if known: "We found out on March 10, 2026.' in out
    plain = json.loads(said(*args, "--json")[1])
    assert plain["ready"] is True and set(plain["says"]) == {e.id for e in kind("individual").elements}


def test_the_sentence_that_tells_what_happened_is_no_list_of_kinds(folder: Path) -> None:
    draft = folder / "draft.txt"
    draft.write_text("We sent a list of claims to the wrong broker.", encoding="utf-8")
    assert "types" not in json.loads(said("check", str(draft), "--json")[1])["says"]
    draft.write_text("The file held names and dates of care.", encoding="utf-8")
    assert "types" in json.loads(said("check", str(draft), "--json")[1])["says"]


@pytest.mark.parametrize("name", kinds())
def test_what_is_written_is_ready_for_the_check(folder: Path, name: str) -> None:
    facts = folder / "facts.yml"
    facts.write_text(facts.read_text("utf-8").replace("# individuals_notified", "individuals_notified"), "utf-8")
    more = {"individual": ("--to", "Dolores Ray", "--address", "1 Larch Lane, Dayton, OH")}
    code, text = said("write", name, *files(folder), *more.get(name, ("--state", "OH")))
    assert code == 0 and text.endswith("\n")
    draft = folder / "written"
    draft.write_text(text, encoding="utf-8")
    code, out = said("check", str(draft), "--kind", name, "--facts", str(facts))
    assert code == 0, out


def test_a_form_of_hhs_does_not_say_no_to_an_associate_that_the_facts_name(folder: Path) -> None:
    facts = folder / "facts.yml"
    facts.write_text(facts.read_text("utf-8").replace("# ba_", "ba_"), encoding="utf-8")
    assert 'business_associate: ""' in said("write", "hhs", *files(folder))[1]
    assert 'business_associate: "Pellworth"' in said("write", "hhs", *files(folder), "--by", "Pellworth")[1]


def test_letters_go_to_whom_they_may_and_the_rest_are_told_apart(folder: Path) -> None:
    facts, out = folder / "facts.yml", folder / "letters"
    facts.write_text(COMPANY + "all\n", encoding="utf-8")
    code, text = said("merge", *files(folder), "--out", str(out))
    held = (out / "held.csv").read_text("utf-8")
    assert code == 0 and "writes it: no contract hands the letters on" in text and "a minor with" in held
    assert len(list(out.glob("letter-*.txt"))) + len(held.splitlines()) - 1 == 400
    minors = [line for line in held.splitlines() if "a minor with" in line]
    (folder / "seen.csv").write_text("\n".join(["member_id,why", *minors]), encoding="utf-8")
    contract = "contracts: [{entity: Red Mesa School Staff Health Plan, notices: [individuals]}]\n"
    facts.write_text(COMPANY + "all\n" + contract, encoding="utf-8")
    code, text = said(
        "merge", *files(folder), "--out", str(folder / "more"), "--looked-at", str(folder / "seen.csv"), "--html"
    )
    again = (folder / "more" / "held.csv").read_text("utf-8")
    assert code == 0 and "Red Mesa" not in again and "Tallgrass" in again
    assert not {line.split(",")[0] for line in minors} & {line.split(",")[0] for line in again.splitlines()}
    assert "<h2>What happened</h2>" in (folder / "more" / "letter-00001.html").read_text("utf-8")


def test_letters_with_a_gap_are_not_written(folder: Path) -> None:
    (folder / "facts.yml").write_text(COMPANY + "[M0000002, M0000003]\n", encoding="utf-8")
    story = folder / "story.yml"
    story.write_text(story.read_text("utf-8").replace("Read the statements that", "The letters"), encoding="utf-8")
    story.write_text(story.read_text("utf-8").replace("call us", "be calm"), encoding="utf-8")
    code, text = said("merge", *files(folder), "--out", str(folder / "letters"))
    assert code == 2 and "the letter is not ready" in text and "Say what the person can do" in text
    assert not (folder / "letters").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("check", "draft.txt", "--kind", "lettre"), "no notice named 'lettre': .*there are: hhs, individual"),
        (("check", "none.txt"), "none.txt: cannot be read"),
        (("check", "word.docx"), "word.docx: is no text in UTF-8: save the draft as plain text"),
        (("check", "long.txt"), "the draft has 60,000 characters"),
        (("check", "endless.txt"), "longer than 200 kB"),
        (("check", "draft.txt", "--kind", "hhs"), "draft.txt:1: must be a mapping"),
        (("write", "media"), "media: .*give --state, such as --state OH"),
        (("write", "media", "--state", "Ohio"), "Ohio"),
        (("write", "individual"), "give --to and --address"),
        (("merge", "--out", "letters"), "facts.yml: names no insurer and member_ids"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_bad_input_is_one_clear_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(folder)
    for name, raw in {"draft.txt": b"- x", "word.docx": b"PK\x03\x04\xff", "long.txt": b"x" * 60_000}.items():
        Path(name).write_bytes(raw)
    Path("endless.txt").write_bytes(b"x" * 300_000)
    needs = [] if args[0] == "check" else ["--story", "story.yml", "--facts", "facts.yml"]
    code, line = said(*args, *needs)
    assert code == 2 and re.search(message, line) and "\n" not in line


def test_somebody_who_is_not_affected_was_not_looked_at(folder: Path) -> None:
    (folder / "facts.yml").write_text(COMPANY + "[M0000002]\n", encoding="utf-8")
    (folder / "seen.txt").write_text("M0000003\n", encoding="utf-8")
    args = ("--out", str(folder / "letters"), "--looked-at", str(folder / "seen.txt"))
    code, text = said("merge", *files(folder), *args)
    assert code == 2 and "no affected member named 'M0000003': did you mean 'M0000002'" in text


def test_the_sample_of_a_story_is_one() -> None:
    assert load_text(resource("samples", "story.yml").read_text("utf-8"), Story, "story.yml").contact.toll_free
