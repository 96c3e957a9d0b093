"""The access review: each fault is found from log and records, and goes when one fact is another."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from simlab import clock, events
from simlab.activity import ordinary, place, steps, write_year
from simlab.activity.work import work
from simlab.content import names
from simlab.detection import FINDINGS, access_review
from simlab.detection import directory as listed
from simlab.detection.directory import needs, rights
from simlab.detection.review_command import access_review_command
from simlab.detection.reviewed.shape import kind
from simlab.errors import InputError
from simlab.insurer import Insurer

START, DAYS, SEED = dt.date(2026, 4, 6), 63, 101
MONDAY = clock.micros(dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC))
Tables = dict[str, pd.DataFrame]
Case = tuple[list[dict[str, Any]], Tables]


@functools.cache
def weeks() -> tuple[Insurer, pd.DataFrame]:
    insurer = Insurer.build(SEED, 3_000)
    return insurer, ordinary(insurer, start=START, days=DAYS, seed=SEED)


def keys(found: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(found["kind"], found["who"], strict=True))


def rows(found: list[dict[str, Any]]) -> pd.DataFrame:
    """Events in order; `day` and `minute` say when."""
    plain = {"time": 0, "record_count": 0, "data_class": "none", "purpose": "none stated", "status": "Success"}
    plain |= {"class_name": "Datastore Activity", "activity_name": "Read", "role": "manager", "system": "mail"}
    whole = [
        {**row, "time": MONDAY + row.get("day", 0) * clock.DAY + row.get("minute", 0) * clock.MINUTE}
        for row in sorted(found, key=lambda row: (row.get("day", 0), row.get("minute", 0)))
    ]
    columns = {name: [row.get(name, plain.get(name, "")) for row in whole] for name in events.COLUMNS}
    return events.frame(columns, len(whole))


def company(**changes: list[dict[str, Any]]) -> Tables:
    """A company of two managers; `staff=[...]` and so on add rows."""
    hired, none = pd.Timestamp("2020-01-06"), pd.NaT
    day = {"shift_start_hour": 8, "shift_end_hour": 17, "hired": hired, "left": none}
    base: dict[str, list[dict[str, Any]]] = {
        "staff": [{"staff_id": who, "role": "manager", **day} for who in ("S1", "S2")],
        "staff_changes": [],
        "devices": [{"device_id": "D1", "staff_id": "S1"}, {"device_id": "D2", "staff_id": "S2"}],
        "sites": [{"site_id": "ST5", "kind": "data center", "egress_ip": "192.0.2.50"}],
        "systems": [{"system_id": "claims-core", "holds": "claims"}, {"system_id": "badge-system", "holds": "none"}],
        "vendors": [], "contracts": [], "service_accounts": [], "leave": [], "roles": [],
    }  # fmt: skip
    out = {}
    for name, kept in base.items():
        given = [day | row if name == "staff" else row for row in changes.get(name, [])]
        told = {str(row.get("staff_id", n)) for n, row in enumerate(given)} if name == "staff" else set()
        whole = [row for row in kept if row.get("staff_id") not in told or name != "staff"] + given
        if whole:
            out[name] = pd.DataFrame(whole)
    if "left" in out["staff"]:
        out["staff"]["left"] = pd.to_datetime(out["staff"]["left"])
    return out


def work_of(who: str, days: int = 10, **more: Any) -> list[dict[str, Any]]:
    """Somebody at work, day by day."""
    return [
        {"actor": who, "day": n, "minute": 5, "system": "claims-core", "data_class": "claims"} | more
        for n in range(days)
    ]


BOTH = [*work_of("S1"), *work_of("S2", minute=9)]
JOB = {"account_id": "svc-x", "kind": "service", "system_id": "claims-core", "owner_id": "S1", "is_active": True}
JOB |= {"rotated": pd.Timestamp("2026-01-05")}
LOGON = {"class_name": "Authentication", "activity_name": "Logon", "system": "identity"}
DISABLED = {"actor": "svc-d", "class_name": "Account Change", "activity_name": "Disable", "role": "member"}


def leaver(last: str = "2026-03-04", *, closed: int | None = 3, uses: list[dict[str, Any]] | None = None) -> Case:
    staff = [{"staff_id": "S2", "role": "manager", "left": pd.Timestamp(last)}]
    off = [DISABLED | {"day": closed, "status_detail": "account of S2 disabled"}] if closed is not None else []
    return [*work_of("S1"), *work_of("S2", 2), *off, *(uses or [])], company(staff=staff)


def mover(**use: Any) -> Case:
    change = {"staff_id": "S2", "date": pd.Timestamp("2026-02-02"), "kind": "transferred", "from_role": "analyst"}
    done = {"actor": "S2", "day": 8, "system": "data-warehouse"} | use
    return [*BOTH, done], company(staff_changes=[change | {"to_role": "manager"}])


def session(name: str, minute: int, **more: Any) -> list[dict[str, Any]]:
    place_ = {"actor": "S2", "session": name, "device": "D2", "site": "ST1", "src_ip": "192.0.2.10", "day": 3}
    return [place_ | {"minute": minute + n * 20} | more for n in range(3)]


NIGHT = [{"staff_id": "S2", "role": "it_admin", "shift_start_hour": 22, "shift_end_hour": 7}]


def on_leave(first: str, *, staff: list[dict[str, Any]] | None = None, **row: Any) -> Case:
    leave = {"staff_id": "S2", "first": pd.Timestamp(first), "last": pd.Timestamp("2026-03-10")}
    return [*BOTH, LOGON | {"actor": "S2", "day": 3} | row], company(leave=[leave], staff=staff or [])


def job(*found: dict[str, Any], **change: Any) -> Case:
    acts = [{"actor": "svc-x", "role": "service_account"} | row for row in found]
    return [*BOTH, *acts], company(service_accounts=[JOB | change])


def slept(first: str, last: str, days: int) -> Case:
    leave = {"staff_id": "S2", "first": pd.Timestamp(first), "last": pd.Timestamp(last)}
    return [*work_of("S1", 60), *work_of("S2", days)], company(leave=[leave])


def vendor(end: str, signed: bool = True) -> Case:
    table = {"vendor_id": "V1", "portal_login": "v1", "has_contract": signed}
    contract = {"from": "larkspur", "to": "V1", "start": pd.Timestamp("2020-01-01"), "end": pd.Timestamp(end)}
    return [*BOTH, {"actor": "v1", "role": "vendor", "day": 9}], company(vendors=[table], contracts=[contract])


HOME = {"device": "D9", "site": "remote", "src_ip": "203.0.113.10"}

DOOR = {"actor": "S2", "class_name": "Physical Access", "activity_name": "Swipe", "site": "ST1"}

# Kind, whose account, the fault, and the same with one fact changed.
PAIRS: dict[str, tuple[str, str, Case, Case]] = {
    "used after leaving / tried and refused": (
        "leaver-used", "S2",
        leaver(uses=[{"actor": "S2", "day": 7}]),
        leaver(uses=[{"actor": "S2", "day": 7, "status": "Failure"}]),
    ),
    "used after leaving / used on the last day": (
        "leaver-used", "S2", leaver(uses=[{"actor": "S2", "day": 4}]), leaver(uses=[{"actor": "S2", "day": 2, "minute": 60}]),
    ),
    "a leaver's badge opens / is refused": (
        "leaver-badge", "S2", leaver(uses=[DOOR | {"day": 7}]), leaver(uses=[DOOR | {"day": 7, "status": "Failure"}]),
    ),
    "never closed / closed": ("leaver-open", "S2", leaver(closed=None), leaver(closed=3)),
    "closed late / closed in the night after": ("closed-late", "S2", leaver(closed=4), leaver(closed=3)),
    "old work goes on / in the week of the change": (
        "mover-kept", "S2", mover(), ([*BOTH, {"actor": "S2", "day": 8, "system": "data-warehouse"}], company(
            staff_changes=[{"staff_id": "S2", "date": pd.Timestamp("2026-03-05"), "kind": "transferred",
                "from_role": "analyst", "to_role": "manager"}])),
    ),
    "old work goes on / the new role needs it": ("mover-kept", "S2", mover(), mover(system="claims-core")),
    "two places at once / one after the other": (
        "shared-account", "S2",
        ([*BOTH, *session("a", 0), *session("b", 10, **HOME)], company()),
        ([*BOTH, *session("a", 0), *session("b", 70, **HOME)], company()),
    ),
    "two places at once / two windows on one desk, and home in the evening": (
        "shared-account", "S2",
        ([*BOTH, *session("a", 0), *session("b", 10, **HOME)], company()),
        ([*BOTH, *session("a", 0), *session("b", 10), *session("c", 300, **HOME)], company()),
    ),
    "a colleague's laptop / the machine that all share": (
        "shared-account", "S2",
        ([*BOTH, *session("a", 0, device="D1")], company()),
        ([*BOTH, *session("a", 0, device="kiosk-ST1")], company()),
    ),
    "on leave / back": ("used-on-leave", "S2", on_leave("2026-03-05"), on_leave("2026-03-06")),
    "on leave / a password refused": (
        "used-on-leave", "S2", on_leave("2026-03-05"), on_leave("2026-03-05", status="Failure"),
    ),
    "on leave / a letter comes in": (
        "used-on-leave", "S2", on_leave("2026-03-05"),
        on_leave("2026-03-05", class_name="Email Activity", activity_name="Receive"),
    ),
    "on leave / the morning after the last night shift": (
        "used-on-leave", "S2", on_leave("2026-03-05", staff=NIGHT, day=4), on_leave("2026-03-05", staff=NIGHT),
    ),
    "nobody owns it / somebody does": ("no-owner", "svc-x", job(owner_id=""), job()),
    "nobody owns it / it is closed": ("no-owner", "svc-x", job(owner_id=""), job(owner_id="", is_active=False)),
    "used from a laptop / used by its machine": (
        "person-behind", "svc-x", job({"device": "D1", "day": 1}), job({"site": "ST5", "src_ip": "192.0.2.50", "day": 1}),
    ),
    "used from home / from the data center": (
        "person-behind", "svc-x", job({"src_ip": "203.0.113.10", "day": 1}), job({"src_ip": "192.0.2.50", "day": 1}),
    ),
    "asleep with an old secret / with a new one": (
        "dormant", "svc-x", job(rotated=pd.Timestamp("2023-01-02")), job(),
    ),
    "asleep / on leave for most of it": (
        "dormant", "S2", slept("2026-03-05", "2026-03-06", 3), slept("2026-03-05", "2026-04-20", 3),
    ),
    "in no list / listed": (
        "unregistered", "svc-y", job({"actor": "svc-y", "day": 1}), job({"actor": "svc-y", "day": 1}, account_id="svc-y"),
    ),
    "one log-in for many opens claims / prints badges": (
        "shared-by-design", "svc-x", job(kind="shared"), job(kind="shared", system_id="badge-system"),
    ),
    "the sealed account is used / stays sealed": ("emergency-used", "svc-x", job({"day": 1}, kind="emergency"), job(kind="emergency")),
    "the contract has ended / runs on": ("vendor-ended", "v1", vendor("2026-02-27"), vendor("2026-12-31")),
    "no contract / one in force": ("vendor-ended", "v1", vendor("2026-12-31", signed=False), vendor("2026-12-31")),
    "a right that no record gives / the role needs it": (
        "unrecorded-right", "S2",
        ([*BOTH, {"actor": "S2", "day": 4, "system": "claims-core", "activity_name": "Update", "data_class": "claims"}], company()),
        ([*BOTH, {"actor": "S2", "day": 4, "system": "claims-core", "activity_name": "Update", "data_class": "claims"}],
            company(staff=[{"staff_id": "S2", "role": "claims_examiner"}])),
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", PAIRS)
def test_one_fact_changed_and_the_finding_goes(which: str) -> None:
    what, who, fault, sound = PAIRS[which]
    found = access_review(rows(fault[0]), fault[1])
    assert (what, who) in keys(found)
    assert (what, who) not in keys(access_review(rows(sound[0]), sound[1]))
    row = found[(found["kind"] == what) & (found["who"] == who)].iloc[0]
    assert who in row["says"] and row["right"] and "45 CFR 164." in row["cite"]
    assert row["records"] or row["events"]


Edit = Callable[[pd.DataFrame], pd.DataFrame]


def given(who: str, *more: str) -> Edit:
    """The directory with rights added to one account."""

    def edit(accounts: pd.DataFrame) -> pd.DataFrame:
        mine = accounts["account_id"] == who
        accounts.loc[mine, "rights"] = accounts.loc[mine, "rights"] + "".join(f"|{right}" for right in more)
        return accounts

    return edit


@pytest.mark.parametrize(
    ("what", "who", "edit", "sound"),
    [
        ("beyond-role", "S0001", given("S0001", "read-warehouse"), given("S0001", "read-notes")),
        ("toxic-pair", "S0018", given("S0018", "change-bank"), given("S0018", "read-notes")),
        ("toxic-pair", "S0036", given("S0036", "keep-logs"), given("S0036", "read-notes")),
        ("toxic-pair", "S0002", given("S0002", "enter-payment", "release-payment"), given("S0002", "enter-payment")),
    ],
)
def test_what_the_directory_really_holds_is_compared_with_what_the_role_needs(
    what: str, who: str, edit: Edit, sound: Edit
) -> None:
    insurer, log = weeks()
    end = dt.date(2026, 6, 7)
    assert (what, who) in keys(access_review(log, insurer, edit(listed(insurer, end))))
    assert (what, who) not in keys(access_review(log, insurer, sound(listed(insurer, end))))


def test_a_leaver_whom_the_directory_lists_as_open_is_found() -> None:
    case, tables = leaver()
    accounts = listed(tables, dt.date(2026, 3, 12))
    assert ("leaver-open", "S2") not in keys(access_review(rows(case), tables, accounts))
    accounts.loc[accounts["account_id"] == "S2", "is_open"] = True
    assert ("leaver-open", "S2") in keys(access_review(rows(case), tables, accounts))


def test_a_system_that_a_whole_role_never_uses_is_found_once_for_the_role() -> None:
    insurer, log = weeks()
    found = access_review(log, insurer)
    broad = found[found["kind"] == "over-broad-role"]
    assert broad["who"].tolist() == ["it_admin"] and "data-warehouse" in broad["says"].iloc[0]


def test_a_right_that_one_of_the_role_never_uses_is_found() -> None:
    one = [w for n, who in enumerate(("S1", "S2")) for w in work_of(who, 20, minute=n)]
    notes = [{"actor": "S1", "day": 3, "system": "call-notes"}]
    tables = company(staff=[{"staff_id": w, "role": "nurse_reviewer"} for w in ("S1", "S2")])
    assert ("never-used", "S2") in keys(access_review(rows([*one, *notes]), tables))
    assert not {
        k for k in keys(access_review(rows([*one, *notes, notes[0] | {"actor": "S2"}]), tables)) if k[0] == "never-used"
    }


def test_ordinary_weeks_show_only_what_is_wrong_with_the_books_themselves() -> None:
    insurer, log = weeks()
    found = access_review(log, insurer)
    assert tuple(found.columns) == FINDINGS
    assert not {k for k in keys(found) if k[1].startswith("S0")}, found["says"].tolist()
    assert ("no-owner", "svc-migration") in keys(found) and ("dormant", "svc-reports") in keys(found)


def _planted() -> tuple[pd.DataFrame, Tables, pd.DataFrame, set[tuple[str, str]]]:
    """Log, books and directory with a dozen faults, and which those are; who is hit is far apart, so that none hides another."""
    insurer, log = weeks()
    at, day = clock.micros(dt.datetime(2026, 5, 12, 15, 10, tzinfo=dt.UTC)), pd.Timestamp("2026-05-12")
    made = [steps.get(n)(insurer, at=at, seed=SEED, incident=n) for n in ("shared-login", "privilege-escalation")]
    shared, escalated = (step.fact.actors[0] for step in made if step.fact)
    job = {"actor": "svc-backup", "role": "service_account", "device": "D0036-1", "system": "backup-store"}
    sealed = {"actor": "break-glass-1", "role": "service_account", "system": "identity"}
    odd = rows([job, sealed]).assign(time=at)
    log = events.concat([place(log, made)[0], odd])
    free = [w for w in ("S0012", "S0014", "S0020", "S0022", "S0030", "S0034") if w not in (shared, escalated)]
    left, moved, away, extra, pays = free[:5]
    books = {name: insurer.table(name) for name in ("staff", "roles", "devices", "sites", "systems", "vendors")}
    books |= {name: insurer.table(name) for name in ("staff_changes", "leave", "contracts", "service_accounts")}
    staff, contracts, own = books["staff"], books["contracts"], books["service_accounts"]
    staff.loc[staff["staff_id"] == left, "left"] = pd.Timestamp("2026-05-01")
    contracts.loc[contracts["to"] == "V02", "end"] = pd.Timestamp("2026-05-01")
    own.loc[own["account_id"] == "svc-scan", "owner_id"] = ""
    change = {"staff_id": moved, "date": day, "kind": "transferred", "from_role": "broker_liaison", "to_role": "any"}
    books["staff_changes"] = pd.concat([books["staff_changes"].astype(str), pd.DataFrame([change]).astype(str)])
    books["staff_changes"]["date"] = pd.to_datetime(books["staff_changes"]["date"])
    books["leave"] = pd.concat([books["leave"], pd.DataFrame({"staff_id": [away], "first": [day], "last": [day]})])
    accounts = listed(books, dt.date(2026, 6, 7))
    for who, right in ((moved, "export-portal"), (extra, "read-warehouse"), (pays, "enter-payment|release-payment")):
        accounts.loc[accounts["account_id"] == who, "rights"] += f"|{right}"
    asleep = accounts.iloc[[0]].assign(account_id="S9999", holder_id="S9999")
    truth = {
        ("leaver-used", left), ("leaver-open", left), ("mover-kept", moved), ("used-on-leave", away), ("beyond-role", extra),
        ("beyond-role", pays), ("toxic-pair", pays), ("shared-account", shared), ("unrecorded-right", escalated),
        ("person-behind", "svc-backup"), ("emergency-used", "break-glass-1"), ("no-owner", "svc-scan"),
        ("vendor-ended", "cedarline-svc"), ("dormant", "S9999"),
    }  # fmt: skip
    return log, books, pd.concat([accounts, asleep], ignore_index=True), truth


def test_a_dozen_planted_faults_are_all_found_and_nothing_is_invented() -> None:
    insurer, whole = weeks()
    log, books, accounts, truth = _planted()
    new = keys(access_review(log, books, accounts)) - keys(access_review(whole, insurer))
    assert truth - new == set(), "recall"
    # Of the two incident steps more is true: who grants themselves a right and decides claims, who is on leave that day.
    steps_too = {("toxic-pair", who) for _, who in truth} | {("used-on-leave", who) for _, who in truth}
    steps_too |= {("unrecorded-right", who) for _, who in truth}
    assert new - truth - steps_too == set(), "precision"
    assert len(new - truth) <= 3


def test_a_log_in_parts_is_reviewed_where_it_lies_with_the_records_beside_it(tmp_path: Path) -> None:
    insurer, seed = Insurer.build(5, 100), 5
    step = steps.get("shared-login")(
        insurer, at=clock.micros(dt.datetime(2026, 4, 14, 15, tzinfo=dt.UTC)), seed=seed, incident="i"
    )
    folder = write_year(insurer, tmp_path / "LOG", start=START, days=28, seed=seed, steps=[step])
    whole, _ = place(ordinary(insurer, start=START, days=28, seed=seed), [step])
    there, here = access_review(folder, folder), access_review(whole, insurer)
    kept = ["kind", "who", "says", "count", "events"]
    pd.testing.assert_frame_equal(there[kept], here[here["kind"] != "vendor-ended"][kept].reset_index(drop=True))
    assert "shared-account" in set(there["kind"])
    shown = CliRunner().invoke(access_review_command, [str(folder), "--json"])
    told = [json.loads(line) for line in shown.output.splitlines()]
    assert [row["says"] for row in told] == there["says"].tolist() and told[0]["right"]
    table = CliRunner().invoke(access_review_command, [str(folder), "--from", "2026-04-13"])
    assert "findings." in table.output and "45 CFR" in table.output
    with pytest.raises(InputError, match=r"no staff\.parquet lies there"):
        access_review(folder, tmp_path)


def test_every_kind_of_finding_is_written_down_with_what_it_cannot_see() -> None:
    for name in names("review"):
        assert kind(name).cannot_see and kind(name).right


def test_whatever_a_roles_work_leaves_in_the_log_is_a_right_that_the_role_needs() -> None:
    known = rights()
    for role in names("work"):
        for step in work(role).steps:
            uses = {
                r.id for r in known.values()
                if r.system == step.system and step.activity in r.activities and (not r.data or step.data in r.data)
            }  # fmt: skip
            assert uses <= needs(role), f"{role}: {step.system} {step.activity} {step.data}"
            assert uses or not step.system, f"{role}: no right for {step.system} {step.activity} {step.data}"


def test_two_rights_used_one_after_the_other_in_two_roles_are_no_pair() -> None:
    bank = {"actor": "S2", "day": 1, "system": "claims-core", "activity_name": "Update", "data_class": "financial"}
    decides = bank | {"day": 9, "data_class": "claims", "role": "claims_examiner"}
    change = {"staff_id": "S2", "date": pd.Timestamp("2026-03-09"), "kind": "transferred", "from_role": "enrolment"}
    tables = company(
        staff=[{"staff_id": "S2", "role": "claims_examiner"}], staff_changes=[change | {"to_role": "claims_examiner"}]
    )
    moved = [*BOTH, bank | {"role": "enrolment"}, decides]
    assert not {k for k in keys(access_review(rows(moved), tables)) if k[0] == "toxic-pair"}
    at_once = [*BOTH, bank | {"role": "claims_examiner"}, decides]
    assert ("toxic-pair", "S2") in keys(access_review(rows(at_once), tables))


def test_an_empty_time_and_a_table_without_its_columns_are_told() -> None:
    with pytest.raises(InputError, match="holds nothing in this time"):
        access_review(rows(BOTH), company(), until=5)
    with pytest.raises(InputError, match="staff lacks role"):
        access_review(rows(BOTH), {"staff": pd.DataFrame({"staff_id": ["S1"]})})
    with pytest.raises(InputError, match="rights missing"):
        access_review(rows(BOTH), company(), pd.DataFrame({"account_id": []}))


def test_a_directory_that_somebody_hands_in_is_looked_at_first() -> None:
    known = listed(company(), dt.date(2026, 3, 12))
    gaps = known.assign(rights=[None, float("nan")], holder_id=None)
    assert not {k for k in keys(access_review(rows(BOTH), company(), gaps)) if k[0] == "beyond-role"}
    with pytest.raises(InputError, match="S1 stands there twice"):
        access_review(rows(BOTH), company(), pd.concat([known, known.head(1)]))
    with pytest.raises(InputError, match="no kind of account named 'persn'"):
        access_review(rows(BOTH), company(), known.assign(kind="persn"))


def test_months_that_the_log_does_not_cover_are_nobodys_sleep() -> None:
    long_ago = MONDAY - 400 * clock.DAY
    assert not {k for k in keys(access_review(rows(BOTH), company(), since=long_ago)) if k[0] == "dormant"}
    later = MONDAY + 400 * clock.DAY
    assert not {k for k in keys(access_review(rows(BOTH), company(), until=later)) if k[0] == "dormant"}


def test_a_hostile_name_of_an_account_is_only_a_name() -> None:
    bad = "x' OR 1=1 --{rows}"
    case = [*BOTH, {"actor": bad, "day": 2, "system": "data-warehouse"}]
    tables = company(staff=[{"staff_id": bad, "role": "manager"}])
    assert ("unrecorded-right", bad) in keys(access_review(rows(case), tables))
