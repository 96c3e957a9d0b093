"""From an alert to the scope, on the log alone; and what is kept of it as evidence."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simlab import clock, events
from simlab.activity import ordinary, place, queue, steps
from simlab.activity.incident import Step
from simlab.controls.inforce import Controls
from simlab.detection import baselines, detect
from simlab.errors import InputError, UnknownName
from simlab.exercise.worlds._scope_case import build
from simlab.grading.scopes import Compared, compare
from simlab.insurer import Insurer
from simlab.response import Breach, Ledger, Scope, all_duties, assess, facts_of, investigate, keep
from simlab.response.ledger import require_unchanged

SEED, START, DAYS = 5, dt.date(2026, 3, 3), 3
INSURER = Insurer.build(SEED, 1_000)
AT = clock.micros(dt.datetime(2026, 3, 5, 15, 30, tzinfo=dt.UTC))
ORDINARY = ordinary(INSURER, start=START, days=DAYS, seed=SEED)
STORIES = {
    "vendor": ("vendor-address", "stolen-login", "bulk-read", "exfiltration"),
    "neighbor": ("one-member-read-often", "snooping-neighbor"),
    "export": ("bulk-export", "bulk-export"),
}
# What sees each step, where every member and event is found and nothing else, in a log of three days.
EXACT = {
    "adversary-in-the-middle": ("outside-login", "address-change"),
    "backup-deletion": ("backup-deletion",),
    "bulk-export": ("bulk-export",),
    "bulk-read": ("vendor-address", "baseline-travel"),
    "credential-stuffing": ("credential-stuffing",),
    "database-dump": ("database-dump",),
    "dormant-account": ("baseline-departed",),
    "exfiltration": ("baseline-travel",),
    "file-transfer-zero-day": ("service-account-outside",),
    "lent-badge": ("baseline-passed-back",),
    "log-tampering": ("log-files-deleted",),
    "lost-badge": ("badge-refused",),
    "mfa-fatigue": ("mfa-fatigue",),
    "network-probing": ("network-probing",),
    "password-spraying": ("password-spraying",),
    "portal-mixup": ("portal-mixup",),
    "privilege-escalation": ("privilege-grant", "warehouse-by-others", "baseline-read-per-day"),
    "ransomware": ("ransomware",),
    "snooping-coworker": ("one-member-read-often",),
    "snooping-neighbor": ("one-member-read-often",),
    "snooping-relative": ("one-member-read-often",),
    "snooping-vip": ("one-member-read-often",),
    "stolen-login": ("baseline-travel",),
    "tracking-pixel": ("third-party-on-portal",),
    "unbadged-login": ("baseline-without-badge",),
    "vendor-account-abuse": ("vendor-address", "baseline-read-per-day"),
    "web-probing": ("web-probing",),
}
# What cannot be told: (members found, events found, events right), each at least, and why.
SHORT = {
    "door-held": ("door-held", 1.0, 0.7, 1.0, "the swipe before the door was held is like any other"),
    "leavers-access": ("baseline-inside-elsewhere", 1.0, 1.0, 0.9, "the alert's own swipe is the owner's"),
    "login-elsewhere": ("baseline-inside-elsewhere", 1.0, 0.8, 1.0, "the way out by the door is the owner's"),
    "misdirected-mail": ("list-from-claims", 1.0, 1.0, 0.3, "which of the letters had the list with it"),
    "phishing": ("password-known", 1.0, 0.1, 1.0, "the letters are like others"),
    "shared-login": ("shared-login", 0.4, 0.4, 1.0, "what was done at the owner's own desk"),
    "slow-exfiltration": ("export-then-connection", 1.0, 0.9, 0.5, "which of an analyst's exports were reports"),
}


def made(name: str, at: int = AT, insurer: Insurer = INSURER, seed: int = SEED) -> Step:
    maker = steps.get(name)
    return maker(insurer, at=at, over=min(maker.over, 8 * clock.HOUR), seed=seed, incident="i")


def found(log: pd.DataFrame, truth: pd.DataFrame, rule: str) -> tuple[Scope, Compared]:
    """The scope from the rule's first alert about the truth, beside it; reports to the privacy officer are no part."""
    alerts = baseline(rule, log) if rule.startswith("baseline-") else detect(log, [rule])
    true = set(truth["event"])
    scope = investigate(log, next(row for _, row in alerts.iterrows() if true & set(row["events"])))
    return scope, compare(scope, truth[~truth["step"].str.endswith("-report")], log)


@functools.cache
def of_step(name: str, rule: str) -> tuple[Scope, Compared]:
    return found(*place(ORDINARY, [made(name)]), rule)


def baseline(rule: str, log: pd.DataFrame) -> pd.DataFrame:
    """The alerts of one baseline."""
    named = getattr(baselines, rule.removeprefix("baseline-").replace("-", "_").replace("read_", ""))
    found: pd.DataFrame = named(log, INSURER.staff, INSURER.members) if rule == "baseline-departed" else named(log)
    return found[found["rule_id"] == rule]


@functools.cache
def story(name: str) -> tuple[pd.DataFrame, pd.DataFrame, Scope]:
    """The log, the truth, and the scope from the alert about it."""
    rule, *parts = STORIES[name]
    log, truth = place(ORDINARY, [made(step, AT + n * clock.MINUTE) for n, step in enumerate(parts)])
    return log, truth, found(log, truth, rule)[0]


def test_one_alert_brings_all_steps_of_a_story_and_nobody_else() -> None:
    log, truth, scope = story("vendor")
    beside = compare(scope, truth, log)
    assert beside.is_exact and len(beside.found) == 300 and beside.events_found == beside.events_right == 1.0
    assert "300 of 300 members found, 0 too many" in str(beside)


@pytest.mark.parametrize(("name", "rule"), [(n, r) for n, rules in EXACT.items() for r in rules])
def test_each_step_is_found_whole_and_nothing_beside_it(name: str, rule: str) -> None:
    _, beside = of_step(name, rule)
    assert beside.is_exact and beside.events_found == beside.events_right == 1.0, str(beside)


@pytest.mark.parametrize("name", SHORT)
def test_what_cannot_be_told_is_as_little_as_is_said(name: str) -> None:
    rule, members, events_found, events_right, why = SHORT[name]
    _, beside = of_step(name, rule)
    affected = len(beside.found) + len(beside.missed)
    assert not beside.extra and len(beside.found) >= members * affected, why
    assert events_found <= beside.events_found and events_right <= beside.events_right, why
    assert min(beside.events_found, beside.events_right) < 1, f"{name} is found whole now: say so"


@pytest.mark.long
@pytest.mark.parametrize("seed", [11, 23])
@pytest.mark.parametrize("name", [n for n in steps.names() if n in EXACT or n in SHORT])
def test_whatever_sees_a_step_leads_to_the_same_people(name: str, seed: int) -> None:
    """Every rule and baseline, in two weeks of other companies."""
    insurer, days = weeks(seed)
    log, truth = place(days, [made(name, AT, insurer, seed)])
    usual = baselines.detect(
        log, queue(insurer, START - dt.timedelta(days=8), 12, seed), insurer.staff, insurer.members, insurer.relations
    )
    seen = pd.concat([detect(log), usual]).drop_duplicates("rule_id")
    true, real = set(truth["event"]), truth[~truth["step"].str.endswith("-report")]
    for _, alert in seen[[bool(true & set(e)) for e in seen["events"]]].iterrows():
        beside = compare(investigate(log, alert), real, log)
        about = f"{alert['rule_id']}: {beside}"
        assert not beside.extra and (name == "shared-login" or not beside.missed), about
        assert name in SHORT or beside.events_found == 1.0, about


@functools.cache
def weeks(seed: int) -> tuple[Insurer, pd.DataFrame]:
    insurer = Insurer.build(seed, 1_000)
    return insurer, ordinary(insurer, start=START - dt.timedelta(days=8), days=12, seed=seed)


def test_the_steps_that_no_alert_sees_are_known() -> None:
    """Where nothing shows, nothing can be followed: a new step is put into one of the tables."""
    unseen = {"extortion", "improper-disposal", "leavers-badge", "lost-device", "misdirected-fax", "tailgating"}
    unseen |= {"unlocked-cabinet", "wrong-envelope"}
    assert {*EXACT, *SHORT, *unseen} == set(steps.names())


def test_it_says_who_what_since_when_and_which_classes() -> None:
    _, _, scope = story("vendor")
    assert (
        scope.addresses == ("203.0.113.240",) and scope.systems == ("vendor-portal",) and scope.classes == ("claims",)
    )
    assert scope.acts == ("Export", "Read") and abs(scope.first - AT) < clock.HOUR and scope.since_known
    assert scope.entered < scope.first < scope.last
    assert all(word in str(scope) for word in ("203.0.113.240", "300 members by name", "claims", "2026-03-05"))
    assert "at 203.0.113.240, which is not the vendor's" in str(scope)


def test_an_export_without_names_and_the_people_read_before_it_may_be_the_same() -> None:
    _, _, scope = story("vendor")
    assert (scope.at_least, scope.at_most) == (300, 600)
    said = "300 members by name. One Export of 300 records names nobody: they may be the same people."
    assert f"{said} At least 300 people, at most 600." in str(scope)


def test_an_export_without_names_is_counted_and_not_guessed() -> None:
    _, _, scope = story("export")
    assert (
        scope.members == ()
        and 0 < scope.at_least < scope.at_most == 800
        and "of 800 records in all name nobody" in str(scope)
    )
    assert facts_of(scope, INSURER).counts is None


def test_what_the_company_does_on_the_same_day_stays_out() -> None:
    """Somebody of the house looks up one neighbor during a day's work: the work itself is no incident."""
    log, truth, scope = story("neighbor")
    work = log[(log["actor"].astype(str) == scope.actors[0]) & (log["member"].astype(str) != "")]
    assert len(work) > len(truth) and len(scope.members) == 1 and scope.why == ()


def test_a_log_that_begins_with_it_says_so() -> None:
    log, _, _ = story("vendor")
    late = log[log["time"] >= AT].reset_index(drop=True)
    alert = next(r for _, r in detect(late, ["vendor-address"]).iterrows())
    scope = investigate(late, alert)
    assert not scope.since_known and "may have begun earlier" in str(scope)
    # Nothing in such a log tells whose the address is; the company's list of vendors does.
    assert "nothing tells whether that is the vendor's" in str(scope)
    assert "which is not the vendor's" in str(investigate(late, alert, INSURER))


def test_an_alert_of_another_log_is_refused() -> None:
    log, _, _ = story("vendor")
    alert = next(r for _, r in detect(log, ["vendor-address"]).iterrows())
    for other in (log.iloc[:10], log.iloc[50:].reset_index(drop=True)):
        with pytest.raises(InputError, match="another log's"):
            investigate(other, alert)
    with pytest.raises(InputError, match="row of what detect gives"):
        investigate(log, {"actor": "x"})


# Whose sitting it was


def sitting(name: str, device: str, site: str, address: str, at: int, member: str, **more: Any) -> dict[str, Any]:
    """A record read; `more` says what is otherwise."""
    row = {"time": at, "actor": name, "role": "claims_examiner", "device": device, "site": site, "src_ip": address}
    row |= {"class_name": "Datastore Activity", "activity_name": "Read", "status": "Success", "system": "claims-core"}
    row |= {"member": member, "record_count": 1, "data_class": "claims", "purpose": "payment", "status_detail": ""}
    return row | {"session": f"{name}{device}{address}{at // clock.DAY}"} | more


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    rows = sorted(rows, key=lambda r: int(r["time"]))
    return events.frame({n: [row[n] for row in rows] for n in events.COLUMNS}, len(rows))


def alert_about(log: pd.DataFrame, *positions: int) -> dict[str, Any]:
    times = log["time"].iloc[list(positions)]
    return {"actor": "S1", "events": positions, "window_start": times.min(), "window_end": times.max(), "told": AT}


def test_a_guest_at_the_strangers_address_on_a_device_of_the_company_is_left_out() -> None:
    rows = [sitting(s, f"D{s}", "ST01", "192.0.2.10", AT - clock.DAY + n, "M1") for n, s in enumerate(("S1", "S2"))]
    rows += [sitting("S1", "", "", "198.51.100.7", AT, "M2"), sitting("S2", "DS2", "remote", "198.51.100.7", AT, "M3")]
    log = table(rows)
    assert investigate(log, alert_about(log, 2)).members == ("M2",)


def test_a_session_that_moves_to_another_address_stays_the_strangers_and_leads_to_other_accounts() -> None:
    hotel, other = "198.51.100.7", "203.0.113.9"
    rows = [sitting(s, f"D{s}", "ST01", "192.0.2.10", AT - clock.DAY + n, "M1") for n, s in enumerate(("S1", "S2"))]
    rows += [
        sitting("S1", "", "", hotel, AT, "M2", session="x"),
        sitting("S1", "", "", other, AT + 1, "M3", session="x"),
    ]
    rows += [sitting("S2", "", "", other, AT + 2, "M4"), sitting("S1", "", "", "", AT + 3, "M5", session="x")]
    log = table(rows)
    scope = investigate(log, alert_about(log, 2))
    assert scope.members == ("M2", "M3", "M4", "M5") and scope.actors == ("S1", "S2")


def test_a_log_in_that_succeeds_from_another_address_of_the_network_that_tries_passwords_counts() -> None:
    make = steps.get("credential-stuffing")
    tries = make(INSURER, at=AT, over=clock.HOUR, seed=SEED, incident="i", accounts=40)
    _, beside = found(*place(ORDINARY, [tries]), "credential-stuffing")
    assert beside.is_exact and len(beside.found) == 3


def test_a_kiosk_is_everybodys_and_a_colleagues_laptop_is_not() -> None:
    rows = [
        sitting(s, f"D{s}", "ST01", "192.0.2.10", AT - n * clock.DAY, "M1") for s in ("S1", "S2") for n in (3, 2, 1)
    ]
    rows += [sitting(s, "kiosk", "ST01", "192.0.2.10", AT, "M2") for s in ("S1", "S2")]
    rows.append(sitting("S1", "DS2", "ST01", "192.0.2.10", AT + 1, "M3"))
    log = table(rows)
    scope = investigate(log, alert_about(log, 6, 7, 8))
    assert scope.members == ("M3",) and scope.why == ("S1 on DS2, which is S2's",)


def test_the_incident_that_learners_are_marked_on_is_found_whole() -> None:
    """A stranger in a hotel where one of the staff stays too, under two accounts, whose session moves; sealed letters."""
    case = build(0)
    scope = investigate(case.log, case.alert)
    assert set(scope.members) - set(scope.sealed) == case.told and set(scope.sealed) == case.others["sealed"]
    assert scope.entered == case.others["since"] and set(scope.actors) == case.others["accounts"]
    assert set(scope.classes) == case.others["classes"]


# Sealed, and the keys


def copies(*asked: tuple[str, str]) -> Scope:
    """Two sealed letters copied from outside, each under its key, and which keys were asked for with which answer."""
    file = {"class_name": "File Activity", "system": "file-exchange"}
    rows = [sitting("S1", "DS1", "ST01", "192.0.2.10", AT - 2 * clock.DAY, "M0000009")]
    rows += [
        sitting("S1", "", "", "198.51.100.7", AT + n, f"M000000{n}", **file, status_detail=f"sealed with K{n}")
        for n in (1, 2)
    ]
    asking = {"class_name": "API Activity", "system": "identity", "data_class": "credential", "record_count": 0}
    for n, (key, status) in enumerate(asked):
        said = f"key {key} {'handed out' if status == 'Success' else 'refused'}"
        rows.append(sitting("S1", "", "", "198.51.100.7", AT + 9 + n, "", **asking, status=status, status_detail=said))
    log = table(rows)
    return investigate(log, alert_about(log, 1))


def test_the_scope_says_which_keys_were_taken_and_whose_copies_stay_sealed() -> None:
    scope = copies(("K1", "Success"), ("K2", "Failure"))
    assert scope.keys_taken == ("K1",) and scope.keys_refused == ("K2",) and scope.sealed == ("M0000002",)
    assert "Keys handed out: K1.\nKeys refused: K2.\nOnly sealed, and the key not taken: 1 member." in str(scope)
    assert copies().sealed == ("M0000001", "M0000002") and copies().keys_taken == ()


@pytest.mark.parametrize(
    ("asked", "people", "key_compromised", "is_breach"),
    [((), 2, False, False), ((("K1", "Success"), ("K2", "Failure")), 1, True, True)],
)
def test_sealed_copies_are_no_breach_until_the_key_is_taken(
    asked: tuple[tuple[str, str], ...], people: int, key_compromised: bool, is_breach: bool
) -> None:
    facts = facts_of(copies(*asked), INSURER, permitted_use=False)
    assert (facts.secured, facts.key_compromised, facts.in_use) == (True, key_compromised, False)
    assert facts.total == people and assess(facts).is_breach is is_breach


APART = Controls(sealed_fields=True, keys_apart=True)
BESIDE = Controls(sealed_fields=True)


@pytest.mark.parametrize(
    ("name", "rule", "controls", "secured", "key_compromised", "in_use"),
    [
        ("bulk-read", "vendor-address", Controls(), False, False, True),
        ("bulk-read", "vendor-address", APART, True, False, True),  # logged in: the application opens what is sealed
        ("bulk-read", "vendor-address", BESIDE, True, False, True),  # and hands out no key
        ("database-dump", "database-dump", Controls(), False, False, False),
        ("database-dump", "database-dump", APART, True, False, False),
        ("database-dump", "database-dump", BESIDE, True, True, False),
        ("backup-deletion", "backup-deletion", APART, True, False, False),
        # What is laid out for a vendor is a file of its own: no sealed column reaches it.
        ("file-transfer-zero-day", "service-account-outside", APART, False, False, False),
        # Of what was encrypted, mail was in clear; the sealed rest is not counted beside it.
        ("ransomware", "ransomware", APART, False, False, False),
    ],
)
def test_was_it_sealed_follows_from_how_it_was_reached(
    name: str, rule: str, controls: Controls, secured: bool, key_compromised: bool, in_use: bool
) -> None:
    scope, _ = of_step(name, rule)
    facts = facts_of(scope, INSURER, controls=controls, permitted_use=False)
    assert (facts.secured, facts.key_compromised, facts.in_use) == (secured, key_compromised, in_use)
    shut = secured and not key_compromised and not in_use
    assert assess(facts).is_breach is not shut


def test_where_neither_controls_nor_log_tell_it_stays_unknown() -> None:
    facts = facts_of(story("vendor")[2], INSURER)
    assert (facts.secured, facts.key_compromised, facts.in_use) == (None, None, None)


def test_the_scope_as_facts_leads_to_the_duties() -> None:
    _, _, scope = story("vendor")
    facts = facts_of(scope, INSURER, controls=Controls(), permitted_use=False)
    assert facts.occurred == dt.date(2026, 3, 5) and facts.discovered == dt.date(2026, 3, 5) and facts.total == 300
    owed = {d.id: d for d in all_duties(facts, only=["hipaa"])}
    assert owed["hipaa.individuals"].due == dt.date(2026, 5, 4) and "hipaa.hhs-annual" in owed
    later = facts_of(scope, INSURER, permitted_use=False, discovered="2026-03-09")
    assert later.discovered == dt.date(2026, 3, 9)


def test_evidence_is_kept_once_and_its_digest_in_the_ledger(tmp_path: Path) -> None:
    _, _, scope = story("vendor")
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
