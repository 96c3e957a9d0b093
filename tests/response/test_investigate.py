"""From an alert to the scope, on the log alone; and what is kept of it as evidence."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from simlab import clock
from simlab.activity import ordinary, place, steps
from simlab.controls.inforce import Controls
from simlab.detection import detect
from simlab.errors import InputError, UnknownName
from simlab.grading.scopes import compare
from simlab.insurer import Insurer
from simlab.response import all_duties, assess
from simlab.response.investigate import Scope, facts_of, investigate, keep
from simlab.response.ledger import Breach, Ledger, require_unchanged

INSURER = Insurer.build(5, 1_000)
AT = clock.micros(dt.datetime(2026, 3, 5, 15, 30, tzinfo=dt.UTC))
DAYS = ordinary(INSURER, start=dt.date(2026, 3, 2), days=5, seed=5)
STORIES = {
    "vendor": ("stolen-login", "bulk-read", "exfiltration"),
    "neighbor": ("snooping-neighbor",),
    "in-the-middle": ("adversary-in-the-middle",),
    "export": ("bulk-export",),
}


def story(name: str) -> tuple[pd.DataFrame, pd.DataFrame, Scope]:
    """The log, the truth, and the scope from the first alert about it."""
    done = [
        steps.get(step)(INSURER, at=AT + n * clock.MINUTE, seed=5, incident="i") for n, step in enumerate(STORIES[name])
    ]
    log, truth = place(DAYS, done)
    true = set(truth["event"])
    alerts = detect(log)
    alert = next(row for _, row in alerts.iterrows() if true & set(row["events"]))
    return log, truth, investigate(log, alert)


VENDOR = story("vendor")


@pytest.mark.parametrize("name", ["vendor", "neighbor", "in-the-middle"])
def test_one_alert_brings_everybody_and_nobody_else(name: str) -> None:
    log, truth, scope = VENDOR if name == "vendor" else story(name)
    found = compare(scope, truth, log)
    assert found.is_exact and found.found and found.events_found == 1.0
    # In a log of five days an address that somebody used once is as new as a stranger's.
    assert found.events_right == 1.0 if name != "in-the-middle" else found.events_right > 0.85
    assert f"{len(found.found):,} of {len(found.found):,} members found, 0 too many" in str(found)


def test_it_says_who_what_since_when_and_which_classes() -> None:
    _, _, scope = VENDOR
    assert (
        scope.addresses == ("203.0.113.240",) and scope.systems == ("vendor-portal",) and scope.classes == ("claims",)
    )
    assert scope.acts == ("Export", "Read") and abs(scope.first - AT) < clock.HOUR and scope.since_known
    assert all(word in str(scope) for word in ("203.0.113.240", "300 members by name", "claims", "2026-03-05"))
    # An export names nobody, and may hold the same people as what was read before it.
    assert (scope.at_least, scope.at_most) == (300, 600)


def test_an_export_without_names_is_counted_and_not_guessed() -> None:
    _, _, scope = story("export")
    assert scope.members == () and scope.unnamed > 0 and scope.at_least == scope.unnamed <= scope.at_most
    assert facts_of(scope, INSURER).counts is None


def test_what_the_company_does_on_the_same_day_stays_out() -> None:
    """Somebody of the house looks up one neighbor during a day's work: the work itself is no incident."""
    log, truth, scope = story("neighbor")
    work = log[(log["actor"].astype(str) == scope.actors[0]) & (log["member"].astype(str) != "")]
    assert len(work) > len(truth) and len(scope.members) == 1


def test_a_log_that_begins_with_it_says_so() -> None:
    log, _, _ = VENDOR
    late = log[log["time"] >= AT].reset_index(drop=True)
    alert = next(r for _, r in detect(late, ["vendor-address"]).iterrows())
    scope = investigate(late, alert)
    assert not scope.since_known and "may have begun earlier" in str(scope)


def test_an_alert_of_another_log_is_refused() -> None:
    log, _, _ = VENDOR
    alert = next(r for _, r in detect(log, ["vendor-address"]).iterrows())
    with pytest.raises(InputError):
        investigate(log.iloc[:10], alert)
    with pytest.raises(InputError, match="row of what detect gives"):
        investigate(log, {"actor": "x"})


@pytest.mark.parametrize(
    ("controls", "is_breach"),
    [(Controls(), True), (Controls(sealed_fields=True, keys_apart=True), True)],
)
def test_the_scope_as_facts_leads_to_the_duties(controls: Controls, is_breach: bool) -> None:
    """What was read through a log-in was open in clear, sealed or not."""
    _, _, scope = VENDOR
    facts = facts_of(scope, INSURER, controls=controls, permitted_use=False)
    assert facts.occurred == dt.date(2026, 3, 5) and facts.discovered == dt.date(2026, 3, 5) and facts.total == 300
    assert assess(facts).is_breach is is_breach
    owed = {d.id: d for d in all_duties(facts, only=["hipaa"])}
    assert owed["hipaa.individuals"].due == dt.date(2026, 5, 4) and "hipaa.hhs-annual" in owed
    later = facts_of(scope, INSURER, permitted_use=False, discovered="2026-03-09")
    assert later.discovered == dt.date(2026, 3, 9)


def test_evidence_is_kept_once_and_its_digest_in_the_ledger(tmp_path: Path) -> None:
    _, _, scope = VENDOR
    ledger, at = Ledger(tmp_path / "ledger"), dt.datetime(2026, 3, 6, tzinfo=dt.UTC)

    def kept(name: str) -> None:
        keep(scope, tmp_path / name, ledger, breach="B1", evidence=name, at=at, by="S0001", source="the log")

    with pytest.raises(UnknownName, match="B1"):
        kept("E1")
    assert not (tmp_path / "E1").exists()
    breach = Breach(
        id="B1", entity="Larkspur Health Plan", discovered=dt.date(2026, 3, 5), people=300, what="x", why="y"
    )
    ledger.add(breach, at=at, by="S0001")
    kept("E1")
    path = tmp_path / "E1" / "events.csv"
    require_unchanged(ledger.read(), "E1", path)
    assert len(pd.read_csv(path)) == len(scope.events)
    with pytest.raises(InputError, match="never written over"):
        kept("E1")
