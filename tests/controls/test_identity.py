"""Which second factor stops which theft, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from simlab import events
from simlab.controls import ATTACKS, FACTORS, is_relayable, second_factor, sign_in, stops
from simlab.errors import DeniedError, UnknownName

# Rows: factor; columns: stolen password, relayed, pushed, stolen session.
TABLE = {
    "none": (False, False, False, False),
    "sms": (True, False, True, False),
    "totp": (True, False, True, False),
    "push": (True, False, False, False),
    "passkey": (True, True, True, False),
}


@pytest.mark.parametrize("factor", FACTORS)
def test_the_table(factor: str) -> None:
    assert tuple(bool(stops(factor, attack)) for attack in ATTACKS) == TABLE[factor]


def test_each_answer_gives_its_reason_and_source() -> None:
    for factor in FACTORS:
        for attack in ATTACKS:
            answer = stops(factor, attack)
            assert len(answer.reason) > 20 and answer.cite == "NIST SP 800-63B-4 (July 2025)"


def test_only_the_passkey_resists_phishing() -> None:
    assert [f for f in FACTORS if second_factor(f).is_phishing_resistant] == ["passkey"]
    assert [f for f in FACTORS if not is_relayable(f)] == ["passkey"]


def test_unknown_names_say_which_there_are() -> None:
    with pytest.raises(UnknownName, match="did you mean 'passkey'"):
        stops("passkeys", "relayed")
    with pytest.raises(UnknownName, match="did you mean 'stolen password'"):
        stops("totp", "stolen passwords")


def test_a_log_in_is_refused_or_let_through_and_recorded() -> None:
    kept: list[dict[str, Any]] = []

    def record(**event: Any) -> None:
        kept.append(event)

    with pytest.raises(DeniedError, match="V0001: refused at the second factor"):
        sign_in("totp", "stolen password", actor="V0001", system="vendor-portal", record=record)
    assert not sign_in("totp", "relayed", actor="V0001", record=record)
    assert not sign_in("none", "stolen password", actor="V0001", record=record)
    assert not sign_in("passkey", "stolen session", actor="V0001", record=record)
    shown = [(e["activity_name"], e["status"]) for e in kept]
    assert shown == [("MFA Challenge", "Failure"), ("MFA Challenge", "Success"), ("Logon", "Success")]
    events.frame({k: [e[k] for e in kept] for k in kept[0]}, len(kept))
