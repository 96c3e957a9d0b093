"""Break-glass: who may, with what reason, for how long, who hears of it, and who reviews it."""

from __future__ import annotations

from typing import Any

import pytest

from simlab.clock import DAY, MINUTE
from simlab.controls import access
from simlab.errors import DeniedError, InputError, UnknownName

AT = 1_780_000_000_000_000
WHY = "Unconscious at the emergency room; they ask for her medicines."
CARE = access.Request(
    "S0030", "M0000009", "nurse_reviewer", "read", "clinical", "treatment",
    place="site", device="managed", mfa_minutes=600, is_emergency=True,
)  # fmt: skip


def broken(glass: access.Glass, **other: Any) -> access.Breaking:
    return glass.break_(
        **{"actor": "S0030", "role": "nurse_reviewer", "member": "M0000009", "reason": WHY, "at": AT} | other
    )


def test_broken_glass_opens_the_record_for_its_time_only() -> None:
    glass, gate = access.Glass(minutes=60), access.Gate()
    assert not gate.decide(glass.seen(CARE, AT))
    broken(glass)
    times = (AT - 1, AT, AT + 60 * MINUTE - 1, AT + 60 * MINUTE)
    assert [bool(gate.decide(glass.seen(CARE, at))) for at in times] == [False, True, True, False]


@pytest.mark.parametrize("other", [{"actor": "S0031"}, {"member": "M0000010"}])
def test_it_opens_nothing_to_another_or_of_another(other: dict[str, str]) -> None:
    glass = access.Glass()
    broken(glass)
    assert not access.Gate().decide(glass.seen(CARE.with_(**other), AT))


def test_a_request_that_only_says_so_is_not_believed() -> None:
    assert not access.Glass().seen(CARE.with_(has_glass=True), AT).has_glass


def test_breaking_is_alerted_and_recorded_at_once() -> None:
    heard: list[access.Breaking] = []
    kept: list[dict[str, Any]] = []
    made = broken(access.Glass(alert=heard.append), record=lambda **e: kept.append(e))
    assert heard == [made]
    assert kept[0]["time"] == AT and kept[0]["member"] == "M0000009" and WHY in kept[0]["status_detail"]


@pytest.mark.parametrize("other", [{"role": "claims_examiner"}, {"reason": ""}, {"reason": "   urgent   "}])
def test_a_role_that_gives_no_care_or_no_reason_is_refused_and_recorded(other: dict[str, str]) -> None:
    glass, kept = access.Glass(), []
    with pytest.raises(DeniedError, match=r"164\.312\(a\)\(2\)\(ii\)"):
        broken(glass, **other, record=lambda **e: kept.append(e))
    assert glass.all() == [] and kept[0]["status"] == "Failure"


def test_it_can_be_ended_before_its_time_once() -> None:
    glass = access.Glass()
    made = broken(glass)
    glass.end(made.id, at=AT + MINUTE)
    assert not glass.seen(CARE, AT + 2 * MINUTE).has_glass
    with pytest.raises(InputError, match="not open"):
        glass.end(made.id, at=AT + 2 * MINUTE)


def test_a_review_is_owed_until_somebody_else_of_the_privacy_office_writes_it() -> None:
    glass = access.Glass()
    made = broken(glass)
    assert glass.owed(AT + 3 * DAY) == [] and glass.owed(AT + 3 * DAY + 1) == [made]
    for by, role in (("S0030", "privacy_officer"), ("S0031", "nurse_reviewer")):
        with pytest.raises(DeniedError, match="may not review"):
            glass.review(made.id, by=by, role=role, finding="justified", at=AT + DAY)
    done = glass.review(made.id, by="S0001", role="privacy_officer", finding="not justified", at=AT + DAY)
    assert done.review and done.review.finding == "not justified" and glass.owed(AT + 9 * DAY) == []
    with pytest.raises(InputError, match="reviewed already"):
        glass.review(made.id, by="S0002", role="privacy_officer", finding="justified", at=AT + DAY)


def test_a_review_of_nothing_or_with_no_finding_is_refused() -> None:
    glass = access.Glass()
    made = broken(glass)
    with pytest.raises(UnknownName, match="BG0001"):
        glass.review("BG0002", by="S0001", role="privacy_officer", finding="justified", at=AT)
    with pytest.raises(UnknownName, match="finding"):
        glass.review(made.id, by="S0001", role="privacy_officer", finding="fine", at=AT)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not broken yet"):
        glass.review(made.id, by="S0001", role="privacy_officer", finding="justified", at=AT - 1)
