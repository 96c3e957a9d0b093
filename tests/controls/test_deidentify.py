"""De-identification: every identifier goes, in odd forms too; what is left is measured and attacked."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from simlab.controls import deidentify as de
from simlab.controls.deidentify.harbor import OLDEST
from simlab.controls.deidentify.notes import find
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer

FILE = YAML(typ="safe", pure=True).load((Path(__file__).parent / "pairs" / "deidentify.yml").read_text("utf-8"))
ON = dt.date(2026, 6, 15)
Facts = dict[str, Any]


def _value(facts: Facts) -> Facts:
    done = de.safe_harbor(pd.DataFrame({facts["column"]: [facts["value"]]}), facts["on"])
    return {"left": done.table.iloc[0, 0], "cite": done.sources[facts["column"]]}


def _kept(facts: Facts) -> Facts:
    how, cite = de.treatment(facts["column"], limited=facts["ask"].endswith("limited data set"))
    return {"kept": how == "keep", "cite": cite}


def _release(facts: Facts) -> Facts:
    done = de.safe_harbor(
        pd.DataFrame({"gender": ["F"]}), facts["on"], has_actual_knowledge=facts["actual_knowledge"]
    )  # fmt: skip
    return {"deidentified": bool(done), "cite": done.cite}


def _code(facts: Facts) -> Facts:
    ssn = "948-25-8598"
    made = hashlib.sha256(b"948258598").hexdigest()[:16]
    codes = de.new_codes(["M1"]) if facts["made_from"] == "chance" else {"M1": made}
    found = de.judge_codes(codes, {"M1": [ssn, "Zoë Fontaine"]})
    return {"fine": found.holds, "cite": found.cite}


def _note(facts: Facts) -> Facts:
    found = find(facts["text"])
    return {"found": [f.kind for f in found], "cite": "45 CFR 164.514(b)(2)(i)"}


def _expert(facts: Facts) -> Facts:
    keys = ("risk_is_very_small", "methods_documented")
    found = de.judge_expert(**{k: facts[k] for k in keys})
    return {"deidentified": found.holds, "cite": found.cite}


def _agreement(facts: Facts) -> Facts:
    found = de.judge_agreement(facts["terms"])
    return {"complete": found.holds, "cite": found.cite}


ANSWERS = {
    "value": _value, "kept": _kept, "kept in a limited data set": _kept, "release": _release, "code": _code,
    "note": _note, "expert": _expert, "agreement": _agreement,
}  # fmt: skip


@pytest.mark.parametrize("pair", FILE["pairs"], ids=lambda p: p["id"])
def test_one_fact_flips_the_answer(pair: Facts) -> None:
    before = FILE["base"] | pair["base"]
    ((name, value),) = pair["change"].items()
    after = copy.deepcopy(before) | {name: value}
    assert before[name] != after[name]
    for facts, expected in ((before, pair["expect"]), (after, pair["then"])):
        assert ANSWERS[facts["ask"]](facts) == expected


def test_the_lists_are_the_eighteen_the_sixteen_and_both_of_zip3() -> None:
    rules = de.safe_harbor_rules()
    assert len(rules.identifiers) == 18 and sum(i.limited is not None for i in rules.identifiers) == 16
    assert (len(rules.zip3_census_2000), len(rules.zip3_census_2010), len(rules.small)) == (17, 14, 19)


def test_the_insurers_members_leave_without_what_identifies_them() -> None:
    members = Insurer.build(3, 2_000).members
    done = de.safe_harbor(members, ON)
    gone = {"name_given", "name_family", "phone", "email", "ssn", "bank_account", "member_id", "birth_date"}
    assert done and not gone & set(done.table.columns) and len(done.table) == len(members)
    text = done.table.to_csv()
    for column in ("ssn", "member_id", "phone", "email", "household_id"):
        assert not any(value in text for value in members[column].astype(str) if value), column
    years = members["birth_date"].dt.year
    assert (done.table["age"].astype(str) == "90+").sum() >= (years < ON.year - OLDEST - 1).sum()
    assert set(done.table["age"].astype(str)) <= {*map(str, range(90)), "90+"}


@pytest.mark.parametrize("name", ["members", "households", "policies", "claims", "eobs", "appeals", "call_notes",
                                  "premiums", "eligibility_checks", "authorizations"])  # fmt: skip
def test_every_table_about_members_can_leave_and_no_id_of_it_does(name: str) -> None:
    table = Insurer.build(3, 500).table(name)
    done = de.safe_harbor(table, ON)
    ids = [c for c in table.columns if c.endswith(("_id", "_ID")) and c not in ("plan_id", "provider_id")]
    assert done and ids and not set(ids) & set(done.table.columns)
    days = [c for c in done.table.columns if pd.api.types.is_datetime64_any_dtype(done.table[c])]
    assert not days and len(done.table) == len(table)


def test_a_limited_data_set_keeps_dates_and_places_and_is_still_protected() -> None:
    company = Insurer.build(3, 200)
    table = company.members.merge(company.households[["household_id", "city", "street_line"]], on="household_id")
    done = de.limited_data_set(table, ON)
    assert {"birth_date", "city", "zip3", "state"} <= set(done.table.columns)
    assert not {"street_line", "phone", "ssn", "name_family", "member_id"} & set(done.table.columns)
    assert not done and "still protected" in done.reason


def test_a_column_that_nobody_has_looked_at_is_refused() -> None:
    table = pd.DataFrame({"shoe_size": [9], "gender": ["F"]})
    with pytest.raises(InputError, match=r"shoe_size.*say with `more`"):
        de.safe_harbor(table, ON)
    assert list(de.safe_harbor(table, ON, more={"shoe_size": "keep"}).table) == ["shoe_size", "gender"]


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("78701-1234", "787"),
        ("", "000"),
        ("7870", "000"),
        ("ABC", "000"),
        ("٧٨٧", "000"),
        (None, "000"),
        ("059", "000"),
    ],
)
def test_what_is_no_zip_code_becomes_000(value: str | None, left: str) -> None:
    assert list(de.safe_harbor(pd.DataFrame({"zip5": [value, "10001"]}), ON).table["zip5"]) == [left, "100"]


@pytest.mark.parametrize(
    ("born", "died", "age"),
    [("2026-06-16", None, "0"), ("2000-02-29", None, "26"), ("1930-01-01", "2019-12-31", "89"), (None, None, "nan"),
     ("1930-01-01", "2020-01-01", "90+"), ("1900-01-01", None, "90+"), ("1986-06-15", None, "40"), ("1986-06-16", None, "39")],
)  # fmt: skip
def test_an_age_is_in_whole_years_and_ends_with_death(born: str | None, died: str | None, age: str) -> None:
    table = pd.DataFrame({"birth_date": pd.to_datetime([born]), "death_date": pd.to_datetime([died])})
    assert [str(a) for a in de.safe_harbor(table, ON).table["age"]] == [age]


KNOWN = ["Zoë Fontaine", "Zoë", "Cedar Falls Foundry", "Caleb", "Van de Berg", "Waco"]
# What must be gone, in the forms in which people write it, and what the note becomes.
NOTES = {
    "Seen 3/2/2026, back 03.02.26": "Seen [date in 2026], back [date]",
    "on March 2nd, 2026 and 2 Mar 2026": "on [date in 2026] and [date in 2026]",
    "since 2026-03-02T10:15Z or 20260302": "since [date in 2026] or [date in 2026]",
    "the 4th of July": "the [date]",
    "call 212-555-0142 or (212) 555 0143": "call [phone] or [phone]",
    "call +1 212.555.0142 or 5550142": "call [phone] or [number]",
    "fax: 212 555 0144": "fax: [fax]",
    "SSN 948-25-8598, 948 25 8598": "SSN [social security number], [social security number]",
    "SSN: xxx-xx-8598": "SSN: [social security number]",
    "mail zoe@example.org, zoe (at) example (dot) org": "mail [email], [email]",
    "zoe at example dot org": "[email]",
    "see https://example.org/zoe?id=1 now": "see [url] now",
    "from 192.0.2.7 and 2001:db8::7": "from [IP address] and [IP address]",
    "MRN 00-4471, chart #A9981": "MRN [record], chart #[record]",
    "member id M0000001, H0000002": "member id [plan number], [plan number]",
    "account no. 12-3456-7": "account no. [account]",
    "plate ABC 1234": "plate [vehicle]",
    "pump serial: SN-99812": "pump serial: [device]",
    "a 93-year-old, aged 101, age 97": "a [90+]-year-old, aged [90+], age [90+]",
    "ninety-three years old": "[90+] years old",
    "zoe fontaine and ZOË": "[name] and [name]",
    "Zo\u200bë Fontaine": "[name]",
    "Zoe\u0308": "[name]\u0308",
    "van-de-Berg": "[name]",
    "his wife Anna and Mrs. O'Neill": "his wife [name] and Mrs. [name]",
    "works at Redbud Mailing": "works at [name]",
    "at 12 Maple Street, Waco, TX 76701": "at [place], [name], TX [place]",
    "PO Box 7": "[place]",
    "٢١٢-٥٥٥-٠١٤٢": "[phone]",
    "9 4 8 - 2 5 - 8 5 9 8": "[number]",
    "DOB 03-Feb-1961, Feb.3,1961 or 3rd Feb '61": "DOB [date in 1961], [date in 1961] or [date]",
    "born Feb of 1961, so 02/1961": "born [date in 1961], so [date in 1961]",
    "212·555·0142 or 212-555-0142x33": "[phone] or [phone]",
    "m0000001 and M-0000002": "[plan number] and [plan number]",
    "Medicare 1EG4-TE5-MK73": "Medicare [plan number]",
    "card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00": "card [account], IBAN [account]",
    "fe80::1, ftp://example.org/x, example.org/zoe": "[IP address], [url], [url]",
    "@zoe_f on the app": "[account] on the app",
    "she is 94, age: ninety": "she is [90+], age: [90+]",
    "at 357 Nightjarrow Close, TX78701": "at [place], TX[place]",
}


@pytest.mark.parametrize("text", NOTES)
def test_a_note_loses_what_identifies_in_whatever_form(text: str) -> None:
    assert de.scrub(text, KNOWN) == NOTES[text]


@pytest.mark.parametrize(
    "text",
    ["BP 120/80, pulse 72", "J45.909 asthma, 40 mg twice daily", "an 89-year-old, 5 ft 6", "took 2 of 3 doses in 2026",
     "CPT 99213 billed", "may recover in March or May", "his son is well", "SpO2 97 percent", "", "pulse is 94", "the pump is 95 percent full", "3 times 2 is 6 at 10",
     "walks 2 miles in 40 min", "e.g. aspirin.Then rest"],
)  # fmt: skip
def test_a_note_keeps_what_does_not_identify(text: str) -> None:
    assert de.scrub(text, KNOWN) == text


def test_notes_of_a_table_are_scrubbed_and_counted() -> None:
    table = pd.DataFrame({"call_note": ["Zoë called 212-555-0142", "all well"], "gender": ["F", "M"]})
    done = de.safe_harbor(table, ON, more={"call_note": "note"}, known=["Zoë"])
    assert list(done.table["call_note"]) == ["[name] called [phone]", "all well"]
    assert done.in_notes == {"names": 1, "phones": 1}


def test_alike_is_measured_as_by_hand() -> None:
    table = pd.DataFrame(
        {"a": ["x", "x", "x", "y", "y", None], "b": [1, 1, 1, 2, 2, 3], "s": ["f", "g", "f", "h", "h", "f"]}
    )
    found = de.k_anonymity(table, ["a", "b"])
    assert (found.k, found.groups, found.alone, found.rows) == (1, 3, 1, 6)
    assert list(found.below(3)) == [False, False, False, True, True, True]
    assert de.k_anonymity(table[:5], ["a", "b"]).k == 2
    assert (de.l_diversity(table[:3], ["a"], "s"), de.l_diversity(table[:5], ["a"], "s")) == (2, 1)
    with pytest.raises(UnknownName):
        de.k_anonymity(table, ["c"])
    with pytest.raises(InputError):
        de.k_anonymity(table[:0], ["a"])


def test_alike_is_the_same_as_pandas_finds_however_many_columns() -> None:
    draw = np.random.default_rng(7)
    half = pd.DataFrame({f"q{i}": draw.integers(0, 4, 250) for i in range(48)})  # 4 ** 48 is past any integer
    wide = pd.concat([half, half.assign(q0=(half["q0"] + 1) % 4)], ignore_index=True)
    quasi = list(wide.columns)
    sizes = wide.groupby(quasi).size()
    found = de.k_anonymity(wide, quasi)
    assert (found.k, found.groups, found.alone) == (sizes.min(), len(sizes), (sizes == 1).sum()) == (1, 500, 500)


def test_an_attack_shows_who_is_found_and_safe_harbor_finds_fewer() -> None:
    members = Insurer.build(5, 10_000).members
    truth = members["member_id"]
    careless = members[["birth_date", "gender", "zip3"]]
    found = de.reidentify(careless, members, ["birth_date", "gender", "zip3"], truth=truth)
    assert found.share > 0.8 and found.found["is_right"].all()
    done = de.safe_harbor(careless, ON)
    known = de.as_released(members.drop(columns="death_date"), ON)
    again = de.reidentify(done.table, known, ["age", "gender", "zip3"], truth=truth)
    assert again.share < found.share / 2


def test_an_attack_with_a_list_of_some_names_the_wrong_ones_too() -> None:
    release = pd.DataFrame({"gender": ["F", "M"], "age": ["40", "50"]})
    people = pd.DataFrame({"member_id": ["M1", "M2"], "gender": ["F", "F"], "age": ["40", "41"]})
    found = de.reidentify(release, people, ["gender", "age"], truth=pd.Series(["M9", "M3"]))
    assert list(found.found["who"]) == ["M1"] and not found.found["is_right"].any() and found.share == 0.0
    with pytest.raises(UnknownName):
        de.reidentify(release, people, ["zip3"])


@pytest.mark.parametrize("made", ["948-25-8598", "8958-52-849", hashlib.md5(b"948-25-8598").hexdigest(), "948258598"])
def test_a_code_that_a_list_undoes_is_seen(made: str) -> None:
    assert not de.judge_codes({"M1": made}, {"M1": ["948-25-8598"]})
