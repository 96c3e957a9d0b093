"""Every regime file with its own worked examples, and a regime that is added by one file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from simlab.content import load_text
from simlab.content.loader import CONTENT
from simlab.errors import ContentError, InputError
from simlab.response import Facts, duties, regimes
from simlab.response.law import Regime, regime

FILES = sorted((CONTENT / "law").glob("*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_worked_examples(path: Path) -> None:
    law = regime(path.stem)
    assert law.id == path.stem
    for example in law.examples:
        found = duties(example.facts, regime=law)
        for want in example.expect:
            all_ = [d for d in found if d.id == f"{law.id}.{want.duty}"]
            got = [d for d in all_ if not want.states or d.state in want.states]
            assert got, f"{example.id}: {want.duty} is not owed"
            assert {(d.due, d.earliest, d.status) for d in got} == {(want.due, want.earliest, "owed")}, example.id
            named = {s for w in example.expect if w.duty == want.duty for s in w.states}
            assert not named or {d.state for d in all_} == named, example.id
        assert not {f"{law.id}.{id_}" for id_ in example.not_owed} & {d.id for d in found}, example.id


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_duty_is_in_some_example_and_cited(path: Path) -> None:
    law = regime(path.stem)
    shown = {want.duty for example in law.examples for want in example.expect}
    assert shown == {rule.id for rule in law.duties}
    assert all(rule.cite for rule in law.duties) and law.checked_against


def test_hipaa_is_there() -> None:
    assert "hipaa" in regimes()


OTHER = """
id: other
name: An invented regime, to show that one file adds it
cite: 99 NYCRR 500.17
status: comparison
applies_to: security event
checked: 2026-11-25
checked_against: nothing, it is invented
zone: America/New_York
holidays: [2026-11-26, 2026-12-25]
duties:
  - {id: authority, duty: Tell the authority, owes: insurer, owed: authority, trigger: determination, unit: hours,
     count: 72, cite: 99 NYCRR 500.17(a)(1)}
  - {id: payment, duty: Tell of the payment, owes: insurer, owed: authority, trigger: payment, unit: hours, count: 24,
     contingent: true, cite: 99 NYCRR 500.17(c)(1)}
  - {id: attorney, duty: Tell the attorney general, owes: insurer, owed: attorney general, trigger: notice to HHS,
     unit: business days, count: 5, contingent: true, states: [NY], cite: Other Act 899-aa(9)}
  - {id: residents, duty: Tell residents, owes: insurer, owed: residents, trigger: awareness, unit: calendar days,
     count: 30, threshold: {per: state, at_least: 250}, states: [TX, CO], cite: Other Act 521.053}
examples:
  - id: all
    facts: {determined: 2026-11-24T22:30:00Z, paid: 2026-11-25T01:00:00Z, hhs_notified: 2026-11-25, aware:
            2026-11-24T03:00:00Z, counts: {NY: 3, TX: 250, CO: 249, OH: 900}}
    expect: [{duty: authority, due: 2026-11-27T22:30:00Z}]
"""


@pytest.fixture
def other() -> Regime:
    return load_text(OTHER, Regime, "other.yml")


def test_hours_business_days_and_other_triggers(other: Regime) -> None:
    found = {d.id: d for d in duties(other.examples[0].facts, regime=other)}
    assert found["other.authority"].due == dt.datetime(2026, 11, 27, 22, 30, tzinfo=dt.UTC)
    assert found["other.payment"].due == dt.datetime(2026, 11, 26, 1, 0, tzinfo=dt.UTC)
    assert found["other.attorney"].due == dt.date(2026, 12, 3)  # Thanksgiving does not count
    # 03:00 UTC on the 24th is still the 23rd in New York.
    assert found["other.residents"].due == dt.date(2026, 12, 23)
    assert (found["other.residents"].state, found["other.residents"].count) == ("TX", 250)
    assert list(found) == ["other.payment", "other.authority", "other.attorney", "other.residents"]


def test_a_contingent_duty_needs_its_trigger_and_another_waits_for_its_date(other: Regime) -> None:
    found = {d.id: d for d in duties(Facts.of(counts={"TX": 300}), regime=other)}
    assert "other.payment" not in found
    assert found["other.authority"].due is None and found["other.authority"].missing == ("determined",)


def test_states_limit_a_duty_without_threshold(other: Regime) -> None:
    facts = Facts.of(hhs_notified="2026-11-25", counts={"TX": 300})
    assert "other.attorney" not in {d.id for d in duties(facts, regime=other)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("99 NYCRR 500.17(a)(1)", "section five hundred", "cite"),
        ("unit: hours,\n     count: 72, ", "", "unit and count"),
        ("per: state, at_least: 250", "per: state", "exactly one"),
        ("per: state, at_least: 250", "per: state, at_least: 250, more_than: 3", "exactly one"),
        ("duty: authority, due", "duty: nobody, due", "nobody"),
        ("trigger: payment", "trigger: paymnet", "trigger"),
        ("states: [NY]", "states: [New York]", "states"),
        ("holidays: [2026-11-26, 2026-12-25]", "holidays: bank", "holidays"),
        ("Other Act 899-aa(9)}", "Other Act 899-aa(9), is_confirmed: false}", "confirm"),
        ("Other Act 899-aa(9)}", "see the Act}", "duties.2..cite: must be a citation, as in .*, not 'see the Act'"),
        ("99 NYCRR 500.17(a)(1)", "45 C.F.R. 164.404(b)", "must be a citation"),
        ("99 NYCRR 500.17(a)(1)", "§ 164.404(b)", "must be a citation"),
        ("99 NYCRR 500.17(a)(1)", "45 CFR 164.404(b", "must be a citation"),
        ("99 NYCRR 500.17(a)(1)", "CFR 45 part one", "must be a citation"),
        ("99 NYCRR 500.17(a)(1)", "164.404(b)", "must be a citation"),
        ("99 NYCRR 500.17(a)(1)", "45 CFR", "must be a citation"),
        ("99 NYCRR 500.17(a)(1)", "''", "must be a citation"),
        ("duties:\n", "boundaries: [{id: b, when: sunny, says: x, cite: 99 NYCRR 1.1}]\nduties:\n", "sunny"),
        ("per: state, at_least: 250}", "per: total, at_least: 250}, per_license: true", "per_license"),
        ("zone:", "zoen:", "zone"),
        ("duties:\n", "hold: {takes: [oral], cite: 99 NYCRR 1.1}\nduties:\n", "hold: confirm"),
        ("duties:\n", "hold: {takes: [by post], cite: 99 NYCRR 1.1, confirm: x}\nduties:\n", "takes"),
        ("duties:\n", "hold: {takes: [], holds: [nobody], cite: 99 NYCRR 1.1}\nduties:\n", "hold: holds names duty"),
    ],
)
def test_a_wrong_regime_file_is_named(old: str, new: str, said: str) -> None:
    assert old in OTHER
    with pytest.raises(ContentError, match=said) as e:
        load_text(OTHER.replace(old, new), Regime, "other.yml")
    assert str(e.value).startswith("other.yml:")


def test_contradictory_facts_in_a_file_are_input_errors() -> None:
    with pytest.raises(InputError, match="counts"):
        load_text(OTHER.replace("NY: 3", "ZZ: 3"), Regime, "other.yml")
