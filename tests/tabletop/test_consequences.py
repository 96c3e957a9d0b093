"""Exposure against tables worked out by hand: each control flipped on each path of theft."""

from __future__ import annotations

import collections
import datetime as dt
from typing import Any

import pytest

from simlab import response
from simlab.controls.inforce import Controls
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer
from simlab.tabletop.actions import Action
from simlab.tabletop.consequences import exposure, needing_care
from simlab.tabletop.engine import exposed, fold
from simlab.tabletop.outcome import outcome
from simlab.tabletop.reading import members_read
from simlab.tabletop.scenario import Scenario
from tests.tabletop.samples import advance, decide, started, vendor_portal

SIZE = 400
BASE = Controls()
BOTH = {"sealed_fields": True, "keys_apart": True}

# Worked out by hand from the four sentences of the issue: what a thief can read by each path.
#                      password      session    backup        drive
HAND: list[tuple[dict[str, Any], tuple[str, str, str, str]]] = [
    ({}, ("plain", "plain", "plain", "plain")),
    ({"mfa": "sms"}, ("plain", "plain", "plain", "plain")),
    ({"mfa": "totp"}, ("plain", "plain", "plain", "plain")),
    ({"mfa": "push"}, ("plain", "plain", "plain", "plain")),
    ({"mfa": "passkey"}, ("nothing", "plain", "plain", "plain")),
    ({"sealed_fields": True}, ("plain", "plain", "plain", "plain")),
    ({"keys_apart": True}, ("plain", "plain", "plain", "plain")),
    (BOTH, ("plain", "plain", "ciphertext", "ciphertext")),
    (BOTH | {"mfa": "passkey"}, ("nothing", "plain", "ciphertext", "ciphertext")),
    ({"offline_backup": True}, ("plain", "plain", "plain", "plain")),
    ({"segmented": True}, ("plain", "plain", "plain", "plain")),
]
PATHS = ("password", "session", "backup", "drive")
CASES = [(changes, path, row[i]) for changes, row in HAND for i, path in enumerate(PATHS)]


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(3, SIZE)


@pytest.mark.parametrize(("changes", "path", "readable"), CASES, ids=str)
def test_each_control_on_each_path(insurer: Insurer, changes: dict[str, Any], path: str, readable: str) -> None:
    found = exposure(insurer, BASE.with_(**changes), path)
    assert found.readable == readable
    assert found.count == (SIZE if readable == "plain" else 0)
    assert len(found.taken) == (0 if readable == "nothing" else SIZE)
    by_hand = collections.Counter(str(s) for s in insurer.members["state"]) if readable == "plain" else {}
    assert found.by_state == dict(by_hand)
    assert bool(found.data_classes) == (readable == "plain")
    assert found.reason


@pytest.mark.parametrize("path", PATHS)
def test_a_shorter_reading_is_part_of_a_longer_one_and_counts_individuals(insurer: Insurer, path: str) -> None:
    short, long = (exposure(insurer, BASE, path, read=n) for n in (90, 250))
    assert short.taken == long.taken[:90]
    assert len(set(long.taken)) == long.count == sum(long.by_state.values()) == 250
    state = dict(zip(insurer.members["member_id"], insurer.members["state"], strict=True))
    assert long.by_state == dict(collections.Counter(str(state[m]) for m in long.members))
    assert long.by_state == response.counts(insurer, long.members)
    assert exposure(insurer, BASE, path, read=0).readable == "nothing"


def test_another_seed_reads_other_members(insurer: Insurer) -> None:
    one, two = (exposure(insurer, BASE, "session", read=50, seed=seed) for seed in (1, 2))
    assert set(one.taken) != set(two.taken)


def test_what_is_not_there_is_said(insurer: Insurer) -> None:
    with pytest.raises(UnknownName, match="did you mean 'session'"):
        exposure(insurer, BASE, "sesion")
    with pytest.raises(UnknownName, match="did you mean 'vendor-portal'"):
        exposure(insurer, BASE, "session", system="vendor-portl")
    with pytest.raises(InputError, match="negative"):
        exposure(insurer, BASE, "session", read=-1)


def test_the_class_of_data_is_what_the_system_holds(insurer: Insurer) -> None:
    holds = dict(zip(insurer.systems["system_id"], insurer.systems["holds"], strict=True))
    for path, system in (("session", "vendor-portal"), ("backup", "backup-store")):
        assert "|".join(exposure(insurer, BASE, path).data_classes).split("|") == sorted(holds[system].split("|"))


# --- how many are read until the way in is shut; 3 members a minute from ten hours before STARTEX

RATE, FIRST = 3, -10 * 3600


def read(until: int, *, shut: Any = (), path: str = "password", changes: Any = (), **controls: Any) -> int:
    intrusion = vendor_portal(path=path).intrusion
    assert intrusion is not None and (intrusion.reads_per_minute, intrusion.first_read) == (RATE, FIRST)
    in_force = [(FIRST, BASE.with_(**controls)), *((t, BASE.with_(**c)) for t, c in changes)]
    return members_read(intrusion, in_force, shut, until, size=10_000)


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        (0, {"until": FIRST}),
        (3, {"until": FIRST + 60}),
        (1800, {"until": 0}),  # 600 minutes x 3
        (1980, {"until": 5 * 3600, "shut": [(3600, "account")]}),  # 660 x 3
        (1980, {"until": 5 * 3600, "shut": [(3600, "portal")]}),
        (2580, {"until": 5 * 3600, "shut": [(3600, "session")]}),  # 900 minutes, 40 of them shut out, x 3
        (2040, {"until": 2 * 3600, "shut": [(3600, "session")]}),  # 660 + 20 minutes x 3
        (1980, {"until": 5 * 3600, "shut": [(3600, "session")], "path": "session", "session_minutes": 2000}),
        (1440, {"until": 5 * 3600, "path": "session"}),  # a session of 480 minutes x 3
        (90, {"until": 5 * 3600, "path": "session", "session_minutes": 30}),
        (1800, {"until": 0, "session_minutes": 30}),  # with the password one logs in again
        (500, {"until": 0, "bulk_read_limit": 50}),  # ten hours x 50
        (550, {"until": 60 * 20, "bulk_read_limit": 50}),  # 20 minutes x 3 is more than 50
        (530, {"until": 60 * 10, "bulk_read_limit": 50}),  # 10 minutes x 3 is less
        (1800, {"until": 0, "bulk_read_limit": 500}),  # a limit above the rate stops nothing
        (0, {"until": 0, "mfa": "passkey"}),
        (1800, {"until": 0, "mfa": "totp"}),
        (1980, {"until": 9 * 3600, "changes": [(3600, {"mfa": "passkey"})]}),
        (0, {"until": 0, "vendor_link": "own address"}),
        (1980, {"until": 9 * 3600, "changes": [(3600, {"vendor_link": "closed"})]}),
        (3420, {"until": 9 * 3600, "changes": [(3600, {"vendor_link": "open"})]}),
        (3420, {"until": 9 * 3600, "changes": [(3600, {"mfa": "sms"})]}),  # 1140 x 3
        (1800 + 120, {"until": 2 * 3600, "changes": [(0, {"bulk_read_limit": 60})]}),
        (10_000, {"until": 100 * 86_400}),  # nobody is left
        (0, {"until": FIRST - 1, "path": "backup"}),
        (10_000, {"until": FIRST, "path": "backup"}),
        (10_000, {"until": FIRST, "path": "drive", "shut": [(0, "portal")]}),
    ],
    ids=str,
)
def test_members_read_by_hand(expected: int, arguments: dict[str, Any]) -> None:
    assert read(**arguments) == expected


def state_of(scenario: Scenario, *actions: Action, members: int = 3_000, **controls: Any) -> Any:
    # Tolerant, since with a passkey there is no alert, and nothing to decide about it.
    return fold(scenario, 5, members, started(*actions), controls=controls, tolerant=bool(controls))


def test_the_session_counts_what_the_hand_counts() -> None:
    s = vendor_portal()
    actions = [decide("d1", "call-and-check"), advance(3600), decide("d2", "disable-portal"), advance(30 * 86_400)]
    state = state_of(s, *actions)
    shut_at = 3600 + 20 * 60
    assert state.contained == shut_at
    assert state.exposure.count == (shut_at - FIRST) * RATE // 60 == 2040
    found = exposed(s, state)
    assert found is not None and found.by_state == dict(state.exposure.by_state)
    assert state_of(s, *actions, bulk_read_limit=40).exposure.count == 11 * 40 + 40
    assert state_of(s, *actions, mfa="passkey").exposure.count == 0
    assert state_of(s, *actions, sealed_fields=False).exposure.count == 2040


def test_a_stolen_backup_sealed_with_the_keys_apart_owes_no_notice() -> None:
    s = vendor_portal(path="backup", system="backup-store")
    sealed = outcome(s, state_of(s, decide("d1", "call-and-check"), advance(86_400)))
    assert sealed.exposure is not None and sealed.exposure.readable == "ciphertext" and sealed.exposure.count == 0
    assert sealed.assessment is not None and sealed.assessment.is_breach is False
    assert sealed.owed == ()
    step = sealed.assessment.steps[-1]
    assert (step.number, step.answer) == (3, "yes")
    beside = outcome(s, state_of(s, decide("d1", "call-and-check"), advance(86_400), keys_apart=False))
    assert beside.exposure is not None and beside.exposure.count == 3_000
    assert {x.duty.id.split(".")[-1] for x in beside.owed} >= {"individuals", "hhs-large"}


def test_the_count_decides_which_duties_are_owed() -> None:
    s = vendor_portal()
    actions = [decide("d1", "call-and-check"), advance(3600), decide("d2", "disable-portal"), advance(86_400)]
    few = outcome(s, state_of(s, *actions, bulk_read_limit=40))  # 480 members
    assert {x.duty.id.split(".")[-1] for x in few.owed} == {"individuals", "hhs-annual"}
    many = outcome(s, state_of(s, *actions, members=10_000))  # 2040 members
    assert {x.duty.id.split(".")[-1] for x in many.owed} >= {"individuals", "hhs-large"}
    media = {x.duty.state for x in many.owed if x.duty.id.endswith("media")}
    assert many.exposure is not None
    assert media == {state for state, n in many.exposure.by_state.items() if n > 500}
    # Somebody could have known on Monday night, and the clock runs from there: 9 March + 60 days.
    assert {x.duty.due for x in many.owed} == {dt.date(2026, 5, 8)}


def test_the_over_reaction_counts_the_members_it_turns_away() -> None:
    s = vendor_portal()
    actions = [decide("d1", "call-and-check"), advance(3600), decide("d2", "shut-eligibility"), advance(5 * 86_400)]
    state = state_of(s, *actions)
    insurer = Insurer.build(5, 3_000)
    days = ("2026-03-10", "2026-03-11")  # from half past ten on Tuesday for 26 hours
    claims = insurer.claims[insurer.claims["CLM_FROM_DT"].astype(str).str[:10].isin(days)]
    assert [d.members for d in state.outages] == [len(set(claims["member_id"]))]
    assert state.outages[0].members > 0
    assert needing_care(insurer, dt.date(2026, 3, 10), dt.date(2026, 3, 11)) == state.outages[0].members
    gentle = [decide("d1", "call-and-check"), advance(3600), decide("d2", "disable-account"), advance(5 * 86_400)]
    assert outcome(s, state_of(s, *gentle)).turned_away == 0


@pytest.mark.parametrize(
    ("path", "controls", "words"),
    [
        ("password", {}, "decrypted and in use"),
        ("password", {"sealed_fields": False}, "not encrypted"),
        ("session", {}, "decrypted and in use"),
        ("backup", {"keys_apart": False}, "key or process"),
        ("drive", {"sealed_fields": False}, "not encrypted"),
    ],
)
def test_why_sealing_did_not_secure_it(path: str, controls: dict[str, Any], words: str) -> None:
    s = vendor_portal(path=path)
    out = outcome(s, state_of(s, advance(3600), members=200, **controls))
    assert out.assessment is not None and out.assessment.is_breach is True
    (step,) = [step for step in out.assessment.steps if step.number == 3]
    assert step.answer == "no" and words in step.reason
