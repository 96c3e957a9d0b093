"""`simlab respond`: what it prints and writes, both outcomes of what is missing, and bad input in one sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from simlab.cli import main
from simlab.errors import SimlabError
from simlab.insurer import Insurer
from simlab.response import licenses
from simlab.response.command import respond_command

PLAIN = "is_phi: true\npermitted_use: false\nsecured: false\ndiscovered: 2026-03-10\ncounts: {OH: 501}\n"


def said(path: Path, *args: str) -> tuple[int, str]:
    """The exit code and what stands on the screen, by the command as a user calls it."""
    done = CliRunner().invoke(respond_command, [str(path), *args])
    if isinstance(done.exception, SimlabError):
        return 2, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, re.sub(r"\s+", " ", done.output)


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.yml"
    path.write_text(PLAIN, encoding="utf-8")
    return path


def test_it_prints_the_answer_in_order(facts: Path) -> None:
    code, text = said(facts)
    assert code == 0
    parts = [
        "Breach of unsecured PHI: notify",
        "WHAT IS OWED",
        "45 CFR 164.404(b)",
        "STARTS ONLY IF",
        "WHAT IS MISSING",
    ]
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)


def test_it_begins_with_each_date_and_what_it_is_called_further_down(facts: Path, tmp_path: Path) -> None:
    facts.write_text(f"{PLAIN}determined: 2026-03-11T09:00:00-05:00\ninsurer: larkspur\n", encoding="utf-8")
    text = said(facts)[1]
    assert text.index("AT A GLANCE Breach of unsecured PHI: notify.") < text.index("IS IT A BREACH")
    # A plan's clock is not UTC: who reads 14:00 at the wall has missed it by hours.
    assert "by 2026-03-14 14:00 UTC (09:00 in America/Chicago): Notify the insurance commissioner" in text
    assert "by 2026-05-09: Notify each affected individual. hipaa.individuals" in text
    out = tmp_path / "answer.html"
    said(facts, "--html", str(out))
    assert "<td>by 2026-05-09</td><td>Notify each affected individual</td>" in out.read_text("utf-8")


def test_what_only_some_entities_owe_so_stands_under_their_names(facts: Path) -> None:
    lines = [line for line in PLAIN.splitlines() if not line.startswith("counts")]
    entities = "entities: {Larkspur Health Plan: {OH: 700}, Juniper Mills: {OH: 501}, Red Mesa: {OH: 502}}"
    facts.write_text("\n".join([*lines, entities]), encoding="utf-8")
    owed = said(facts)[1].split("Notify each affected individual. Owed by")[1].split("Notify prominent")[0]
    parts = [
        "For Larkspur Health Plan (700): 60 calendar days",
        "Juniper Mills (501); Red Mesa (502): 60 calendar days",
    ]
    assert all(owed.count(part) == 1 for part in parts)
    assert max(owed.index(part) for part in parts) < owed.index(
        "For all of them: Notice that could have gone out sooner"
    )


def test_json_is_one_object_and_holds_dates_as_text(facts: Path) -> None:
    done = CliRunner().invoke(respond_command, [str(facts), "--json", "--at", "2026-05-12"])
    plain = json.loads(done.output)
    individuals = next(d for d in plain["duties"] if d["id"] == "hipaa.individuals")
    assert (individuals["due"], individuals["count"]) == ("2026-05-09", 501)
    assert plain["at"] == "2026-05-12" and plain["facts"]["counts"] == {"OH": 501}


def test_a_page_escapes_what_the_facts_say(facts: Path, tmp_path: Path) -> None:
    facts.write_text(
        PLAIN + 'title: "<script>alert(1)</script>"\nentities: {"<b>Mill</b>": {OH: 501}}\n', encoding="utf-8"
    )
    out = tmp_path / "answer.html"
    code, text = said(facts, "--html", str(out))
    assert code == 0 and "Written: " in text
    page = out.read_text(encoding="utf-8")
    assert "<script" not in page and "<b>" not in page and "&lt;b&gt;Mill" in page


def test_a_terminal_is_not_steered(facts: Path) -> None:
    facts.write_text(PLAIN + 'title: "a\\e[2Jb"\n', encoding="utf-8")
    done = CliRunner().invoke(respond_command, [str(facts)])
    assert "\x1b" not in done.output and "a\ufffd[2Jb" in done.output


def test_the_day_on_which_one_asks_shows_what_is_past_and_what_is_old(facts: Path) -> None:
    assert "3 days past on 2026-05-12" in said(facts, "--at", "2026-05-12")[1]
    assert "past on" not in said(facts, "--at", "2026-05-09")[1] and "CHECK FIRST" not in said(facts)[1]
    text = said(facts, "--at", "2028-01-01")[1]
    assert "CHECK FIRST" in text and "hipaa: the text of 45 CFR 164.400-414 was last checked on" in text


@pytest.mark.parametrize(
    ("more", "yes", "no"),
    [
        ("permitted_use: null", "falls away: hipaa.", "hipaa.individuals by 2026-05-09"),
        ("secured: true\nin_use: false", "hipaa.individuals by 2026-05-09", "falls away: hipaa."),
        ("is_phi: null", "hipaa.individuals by 2026-05-09", "falls away: hipaa."),
        (
            "exception: not retained\nconditions: {good_faith: true}",
            "falls away: hipaa.",
            "hipaa.individuals by 2026-05-09",
        ),
        (
            "counts: {CA: 3}\nlicensed: []",
            "owed: california.residents (CA) by 2026-04-09",
            "falls away: california.residents (CA)",
        ),
    ],
)
def test_a_missing_fact_shows_both_outcomes(facts: Path, more: str, yes: str, no: str) -> None:
    keys = {line.split(":")[0] for line in more.splitlines()}
    kept = [line for line in PLAIN.splitlines() if line.split(":")[0] not in keys]
    facts.write_text("\n".join([*kept, more]) + "\n", encoding="utf-8")
    text = said(facts)[1]
    missing = text[text.index("WHAT IS MISSING") :]
    # The answers of one question stand one after the other, yes before no.
    assert re.search(rf"yes: ((?! no: )[^?])*{re.escape(yes)}", missing)
    assert re.search(rf"no: [^?]*{re.escape(no)}", missing)


def test_what_decides_by_count_and_by_agency_is_tried_too(facts: Path) -> None:
    facts.write_text("is_phi: true\npermitted_use: false\nsecured: false\ndiscovered: 2026-03-10\n", encoding="utf-8")
    text = said(facts)[1]
    assert re.search(r"500 in one State \(OH\): owed: [^;]*hipaa.hhs-large by 2026-05-09", text)
    assert re.search(r"499 in one State \(OH\): owed: [^;]*hipaa.hhs-annual by 2027-03-01", text)
    facts.write_text(
        "is_phi: true\npermitted_use: false\nsecured: false\nba_discovered: 2026-02-01\nba_notified: 2026-03-20\n"
        "counts: {OH: 3}\n",
        encoding="utf-8",
    )
    text = said(facts)[1]
    assert "the plan knew: owed: hipaa.individuals by 2026-04-02" in text
    assert "starts the clock: owed: hipaa.individuals by 2026-05-19" in text


def test_recipients_of_a_company_are_told_by_kind_and_written_by_name(tmp_path: Path) -> None:
    path, rows = tmp_path / "facts.yml", tmp_path / "letters.csv"
    lines = [line for line in PLAIN.splitlines() if not line.startswith("counts")]
    path.write_text("\n".join([*lines, "insurer: {seed: 7, members: 300}", "member_ids: all"]), encoding="utf-8")
    code, text = said(path, "--letters", str(rows))
    assert (
        code == 0
        and "to the member, policy address, first-class mail." in text.split("TO WHOM Cobalt")[1]
        and "EACH COVERED ENTITY" in text
    )
    found = pd.read_csv(rows)
    assert len(found) == 300 and found["member_id"].is_unique
    path.write_text(
        "\n".join([*lines, "insurer: {seed: 7, members: 300}", "member_ids: [M0000001, M0000002]"]), "utf-8"
    )
    assert said(path, "--letters", str(rows))[0] == 0 and len(pd.read_csv(rows)) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("occurred: 2026-03-11\n" + PLAIN, "facts.yml: discovered: 2026-03-10 is before occurred, 2026-03-11"),
        (PLAIN + "members: 500\n", "facts.yml: counts: 501 people are affected, but there are 500 members"),
        (PLAIN.replace("OH", "OHIO"), "facts.yml: counts: 'OHIO' is no State code: write OH"),
        (PLAIN.replace("2026-03-10", "2026-03-10T23:59:00"), "facts.yml: discovered: .*has no time zone"),
        (PLAIN + "determined: 2026-03-10T23:59:00\n", "facts.yml: determined: .* has no time zone"),
        (PLAIN + "discoverd: 2026-03-10\n", "facts.yml:6: discoverd: unknown key: did you mean 'discovered'"),
        (PLAIN + "member_ids: [M1]\n", "facts.yml: member_ids: stand without an insurer"),
        (PLAIN + "insurer: {seed: 7, members: 100}\nmember_ids: [M1]\n", "M1"),
        (PLAIN + "insurer: {seed: 7, members: 100}\nmember_ids: some\n", "write a list of ids"),
        (PLAIN + "insurer: {seed: 7, members: 100}\nmember_ids: [M0000001]\n", "counts: .* leave counts out"),
        (PLAIN + "insurer: larkspurr\n", "insurer: 'larkspurr': write larkspur, or its seed and size"),
        (PLAIN + "insurer: larkspur\nmember_ids: all\n", "insurer: member_ids need its seed and its size"),
        (PLAIN + "insurer: {seed: 7, members: 99}\nmember_ids: all\n", "insurer.members: .*100, not 99"),
        (PLAIN + "entities: {Mill: {OH: 3}}\n", "add up to"),
        (PLAIN + "contracts: [{entity: Mill}]\n", "contracts: stand without"),
        (PLAIN + "entities: {Mill: {OH: 501}}\ncontracts: [{entity: Moll}]\n", "did you mean 'Mill'"),
        (PLAIN + "entities: {Mill: {OH: -501}}\n", "facts.yml: entities.Mill.OH: -501 people: a count is 0 or more"),
        (PLAIN + "entities: {Mill: {Ohio: 501}}\n", "facts.yml: entities.Mill: 'Ohio' is no State code: write OH"),
        (PLAIN + "licensed: [OH, texas]\n", r"facts.yml: licensed\[1\]: 'texas' is no State code: write TX"),
        (PLAIN + "domicile: oh\n", "facts.yml: domicile: 'oh' is no State code: write OH"),
        (PLAIN + "zone: America/Springfield\n", "facts.yml: zone: no time zone named 'America/Springfield'"),
        (PLAIN.replace("03-10", "02-29"), "facts.yml:4: discovered: there is no such day"),
        (PLAIN.replace("2026-03-10", "10 March"), "facts.yml:4: discovered: must be a day, as in .*, not '10 March'"),
        (PLAIN + "determined: 23:59\n", "facts.yml:6: determined: must be a moment with its zone, .*, not '23:59'$"),
        (PLAIN.replace("501", "0"), "facts.yml: counts: nobody is affected: leave it out while it is not known"),
        (PLAIN.replace("501", "many"), "facts.yml:5: counts.OH: must be a whole number, not 'many'"),
        (PLAIN.replace("{OH: 501}", "many"), "facts.yml:5: counts: must be a mapping of keys to values, not 'many'"),
        (PLAIN.replace("501", "true"), "facts.yml:5: counts.OH: must be a whole number, not true"),
        (PLAIN.replace("501", "9" * 20), "facts.yml: counts.OH: .* more than there are"),
        (PLAIN + "counts: {OH: 3}\n", 'facts.yml:6: duplicate key "counts": each key once'),
        (PLAIN + "insurer: {seed: 7, members: 100}\nmember_ids: []\n", "facts.yml: member_ids: nobody is affected"),
        ("", "facts.yml:1: is empty: write keys with values"),
        ("- a list", "facts.yml:1: must be a mapping"),
        ("a: [", "facts.yml:1: not valid YAML"),
    ],
)
def test_bad_input_is_one_clear_sentence(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "facts.yml"
    path.write_text(text, encoding="utf-8")
    code, line = said(path)
    assert code == 2 and re.search(message, line) and "\n" not in line and "Traceback" not in line


def test_the_command_ends_with_code_2(tmp_path: Path, facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    large = tmp_path / "large.yml"
    large.write_text(PLAIN + "#" * 10_000_000, encoding="utf-8")
    for args in (
        [str(tmp_path / "none.yml")],
        [str(tmp_path)],
        [str(large)],
        [str(facts), "--at", "12 May"],
        [str(facts), "--letters", "x.csv"],
    ):
        with pytest.raises(SystemExit) as e:
            main(["respond", *args])
        assert e.value.code == 2 and capsys.readouterr().err.startswith("simlab: ")


HOME = {"domicile": "OK", "licensed": ["AR", "CA", "CO", "FL", "IL", "KS", "MO", "NM", "NY", "OK", "TX", "WA"]}


@pytest.mark.parametrize("insurer", ["larkspur", "{seed: 7, members: 300}"])
def test_the_insurer_says_where_it_is_licensed(facts: Path, insurer: str) -> None:
    facts.write_text(f"{PLAIN}insurer: {insurer}\n", encoding="utf-8")
    plain = json.loads(CliRunner().invoke(respond_command, [str(facts), "--json"]).output)
    assert {key: plain["facts"][key] for key in HOME} == HOME
    told = [(d["id"], d["state"]) for d in plain["duties"] if d["owes"] == "licensee"]
    assert told == [("naic-668.commissioner", "OK"), ("ny-dfs.incident", "")]  # 501 of Ohio, where it has no license


def test_licenses_given_by_hand_win(facts: Path) -> None:
    facts.write_text(f"{PLAIN}insurer: larkspur\nlicensed: [OH]\n", encoding="utf-8")
    plain = json.loads(CliRunner().invoke(respond_command, [str(facts), "--json"]).output)
    assert plain["facts"]["licensed"] == ["OH"] and "domicile" not in plain["facts"]
    assert licenses(Insurer.build(7, members=300))["domicile"] == "OK"


def test_a_file_that_begins_with_a_byte_order_mark_is_read(facts: Path) -> None:
    facts.write_text(PLAIN, encoding="utf-8-sig")
    assert said(facts)[0] == 0


def test_answers_that_lead_to_the_same_stand_together(facts: Path) -> None:
    facts.write_text("is_phi: false\ndiscovered: 2026-03-10\npersonal_information: true\n", encoding="utf-8")
    text = said(facts)[1]
    assert "499 in one State (OH); or 500 in one State (OH); or 501 in one State (OH): falls away" in text


def test_a_duty_that_finds_its_state_does_not_fall_away(facts: Path) -> None:
    text = said(facts)[1]
    assert "in NY, OH: still open: determined. in none of them: falls away: naic-668.commissioner" in text


def test_a_statement_without_an_end_is_tried_with_two(facts: Path) -> None:
    held = "counts: {CA: 3}\npersonal_information: true\nlaw_enforcement: [{kind: oral, statement: 2026-03-20}]\n"
    facts.write_text(PLAIN.replace("counts: {OH: 501}\n", held), encoding="utf-8")
    text = said(facts)[1]
    assert "30 days after the statement: owed: california.residents (CA) by 2026-04-19" in text
    assert "90 days after the statement: owed: california.residents (CA) by 2026-06-18" in text
