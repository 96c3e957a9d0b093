"""The register of consents: added to, never changed; what is false, twice or early is refused with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simlab.controls import consent
from simlab.controls.consent import Registry, asking, people, record
from simlab.errors import DeniedError, InputError, LogError
from simlab.insurer import Insurer

NAMES = {"M1": "Zoë Fontaine", "M2": "Bob Hale"}
NOON = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)
AUTHORIZATION: dict[str, Any] = {
    "kind": "authorization", "id": "A1", "member": "M1", "signer": "Zoë Fontaine", "signed": dt.date(2026, 3, 1),
    "description": "my claims", "data": ["claims"], "discloser": "Larkspur Health Plan", "recipients": ["Ada Law"],
    "purposes": ["authorized by the member"], "expires": dt.date(2026, 12, 31), "in_plain_language": True,
    "states": ["revocation", "conditioning", "redisclosure"], "is_copy_given": True,
}  # fmt: skip


def signed(**changes: Any) -> consent.Record:
    return record(**AUTHORIZATION | changes)


def asked(registry: Registry, at: dt.datetime, recipient: str = "Ada Law") -> consent.Finding:
    return consent.authorization(
        registry, "M1", recipient=recipient, purpose="authorized by the member", data=["claims"], at=at
    )


def test_what_is_entered_is_found_and_told() -> None:
    told: list[dict[str, Any]] = []
    registry = Registry(NAMES, log=lambda **event: told.append(event))
    registry.enter(signed(), at=NOON, by="S1")
    assert asked(registry, NOON) and [e["status"] for e in told] == ["Success"]
    assert told[0]["member"] == "M1" and told[0]["actor"] == "S1"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "dated tomorrow": ({"signed": dt.date(2026, 3, 3)}, "has not come yet"),
    "dated in an hour": ({"signed": NOON + dt.timedelta(hours=1)}, "has not come yet"),
    "unknown member": ({"member": "M9"}, "no member 'M9' is known"),
    "somebody else's name": ({"signer": "Bob Hale"}, "the signer is not the member"),
    "a Cyrillic letter": ({"signer": "Zoë Fontаine"}, "letters of two alphabets"),
    "a whole name in another alphabet's letters": ({"member": "M2", "signer": "Воb Hale"}, "two alphabets"),
    "a character that nobody sees": ({"signer": "Zoë\u200b Fontaine"}, r"nobody sees \(U\+200B\)"),
    "turned around": ({"signer": "\u202eZoë Fontaine"}, r"nobody sees \(U\+202E\)"),
    "an accent that is missing": ({"signer": "Zoe Fontaine"}, "only looks like the member's"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused_entered_and_told(case: str) -> None:
    changes, said = REFUSED[case]
    told: list[dict[str, Any]] = []
    registry = Registry(NAMES, log=lambda **event: told.append(event))
    with pytest.raises(DeniedError, match=said):
        registry.enter(signed(**changes), at=NOON)
    assert [e["status"] for e in told] == ["Failure"] and registry.entries[0].status == "refused"
    assert not asked(registry, NOON)


@pytest.mark.parametrize("name", ["zoë  fontaine", "Zoe\u0308 Fontaine", "ＺＯË Fontaine"])
def test_spelling_aside_a_name_is_the_same(name: str) -> None:
    registry = Registry(NAMES)
    registry.enter(signed(signer=name), at=NOON)
    assert asked(registry, NOON)


def test_a_recipient_that_only_looks_right_is_refused() -> None:
    registry = Registry(NAMES)
    registry.enter(signed(), at=NOON)
    found = asked(registry, NOON, "Аda Law")
    assert not found and "only looks like" in found.reason and found.cite == "45 CFR 164.508(c)(1)(iii)"


def test_twice_is_refused_and_nothing_is_overwritten() -> None:
    registry = Registry(NAMES)
    registry.enter(signed(), at=NOON)
    for one, said in (
        (signed(), "entered already"),
        (signed(description="more"), "nothing is overwritten"),
        (signed(id="A2"), "copy of 'A1'"),
    ):
        with pytest.raises(DeniedError, match=said):
            registry.enter(one, at=NOON)
    assert [e.status for e in registry.history("M1")] == ["held", "refused", "refused", "refused"]


def test_only_what_the_desk_has_sealed_is_taken() -> None:
    desk, thief = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    registry = Registry(NAMES, key=desk.public_key())
    sealed = consent.sign(signed(), desk)
    for one, seal in ((signed(), ""), (signed(), consent.sign(signed(), thief)), (signed(data=["clinical"]), sealed)):
        with pytest.raises(DeniedError, match="seal"):
            registry.enter(one, at=NOON, seal=seal)
    registry.enter(signed(), at=NOON, seal=sealed)
    assert asked(registry, NOON)


def test_a_register_written_anew_from_end_to_end_has_no_seals() -> None:
    desk = Ed25519PrivateKey.generate()
    honest, forged = Registry(NAMES, key=desk.public_key()), Registry(NAMES)
    honest.enter(signed(), at=NOON, seal=consent.sign(signed(), desk))
    forged.enter(signed(recipients=["Eve Law"]), at=NOON, seal=honest.entries[0].seal)
    assert Registry.read(honest.lines(), NAMES, key=desk.public_key()).entries == honest.entries
    Registry.read(forged.lines(), NAMES)
    with pytest.raises(LogError, match="record 0: the record's seal"):
        Registry.read(forged.lines(), NAMES, key=desk.public_key())


def test_the_paper_must_be_the_one_that_was_read() -> None:
    paper = b"I authorize ..."
    registry, one = Registry(NAMES), signed(document_sha256=consent.sha256(paper))
    with pytest.raises(DeniedError, match="hash differs"):
        registry.enter(one, at=NOON, document=paper + b" and more")
    registry.enter(one, at=NOON, document=paper)


def test_a_revocation_works_from_then_on_and_not_before() -> None:
    registry = Registry(NAMES)
    registry.enter(signed(), at=NOON)
    later = NOON + dt.timedelta(days=3)
    registry.enter(
        record(kind="revocation", id="V1", member="M1", of="A1", received=later, is_in_writing=True), at=later
    )
    assert asked(registry, later - dt.timedelta(seconds=1)) and not asked(registry, later)
    assert asked(registry, later).is_revoked


def test_a_revocation_of_nothing_or_of_somebody_elses_is_refused() -> None:
    registry = Registry(NAMES)
    registry.enter(signed(), at=NOON)
    for member, of in (("M1", "A9"), ("M2", "A1")):
        with pytest.raises(DeniedError, match="not on file for this member"):
            registry.enter(
                record(kind="revocation", id=f"V{of}", member=member, of=of, received=NOON, is_in_writing=True), at=NOON
            )


def test_a_look_back_sees_only_what_was_known_then() -> None:
    registry = Registry(NAMES)
    registry.enter(signed(), at=NOON)
    assert asked(registry, NOON) and not asked(registry, NOON - dt.timedelta(seconds=1))


def test_a_name_that_hides_something_is_nobodys() -> None:
    assert people.is_same("Ada Law", "ADA law") and not people.is_same("Аda Law", "Аda Law")
    assert (
        not people.is_same("", "") and people.looks_like("Аda Law", "Ada Law") and not people.looks_like("Ada", "Eve")
    )


def test_time_goes_forward_and_names_its_zone() -> None:
    registry = Registry(NAMES)
    registry.enter(signed(), at=NOON)
    with pytest.raises(InputError, match="forward only"):
        registry.enter(signed(id="A2", data=["clinical"]), at=NOON - dt.timedelta(1))
    with pytest.raises(InputError, match="no time zone"):
        asked(registry, dt.datetime(2026, 3, 3))


def test_a_changed_past_shows() -> None:
    registry = Registry(NAMES)
    registry.enter(signed(), at=NOON)
    registry.enter(record(kind="opt_out", id="O1", member="M2", asked=NOON, is_granted=True, purposes=["x"]), at=NOON)
    lines = list(registry.lines())
    again = Registry.read(lines, NAMES)
    assert again.entries == registry.entries and asked(again, NOON)
    for bad in ([lines[0].replace("Ada", "Eve"), lines[1]], [lines[1]], [lines[1], lines[0]]):
        with pytest.raises(LogError, match="record 0"):
            Registry.read(bad, NAMES)
    with pytest.raises(InputError, match="line 1 is no entry"):
        Registry.read(["{}"], NAMES)


def test_the_last_request_on_where_to_write_counts() -> None:
    registry = Registry(NAMES)
    for i, (address, ended) in enumerate([("PO Box 7", None), ("PO Box 8", None), ("PO Box 9", dt.date(2026, 3, 2))]):
        one = record(
            kind="confidential",
            id=f"K{i}",
            member="M1",
            asked=NOON,
            address=address,
            is_danger_stated=True,
            ended=ended,
        )
        registry.enter(one, at=NOON)
        found = asking.confidential(registry, "M1", NOON)
        assert (found.address if found else None) == (None if ended else address)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"data": ["claimz"]}, "claims"),
        ({"zone": "America/Chikago"}, "no time zone named"),
        ({"signed": "2026-03-01T10:00:00"}, "signed"),
        ({"expire": "2026-03-01"}, "expire"),
        ({"kind": "promise"}, "promise"),
        ({"document_sha256": "abc"}, "document_sha256"),
        ({"description": "x" * 10_001}, "description is longer"),
        ({"recipients": [str(i) for i in range(201)]}, "recipients is longer"),
        ({"recipients": ["Ada Law", "Ada Law"]}, "twice"),
        ({"recipients": [" "]}, "empty entry"),
        ({"description": "my\x07claims"}, "control character"),
    ],
)
def test_a_record_that_is_written_wrong_says_where(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        signed(**changes)


def test_the_insurers_members_are_its_names() -> None:
    members = Insurer.build(1, 100).members
    names = consent.names_of(members)
    assert len(names) == 100 and not any(people.trick(name) for name in names.values())
