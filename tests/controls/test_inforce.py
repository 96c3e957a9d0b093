"""The switches: off by default, changed only by making new ones, wrong ones refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from simlab.content import load_text
from simlab.controls import FACTORS, Controls
from simlab.errors import ContentError, InputError, UnknownName


def test_nothing_is_in_force_until_it_is_decided() -> None:
    assert Controls().model_dump() == {
        "mfa": "none",
        "sealed_fields": False,
        "keys_apart": False,
        "bulk_read_limit": None,
        "session_minutes": 480,
        "offline_backup": False,
        "segmented": False,
        "vendor_link": "open",
    }


def test_a_change_gives_new_controls() -> None:
    before = Controls()
    after = before.with_(mfa="passkey", bulk_read_limit=200)
    assert (before.mfa, after.mfa, after.bulk_read_limit) == ("none", "passkey", 200)
    assert after.with_(bulk_read_limit=None) == Controls(mfa="passkey")
    with pytest.raises(ValidationError):
        before.mfa = "totp"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mfa": "pigeon"}, "mfa: .*'pigeon'"),
        ({"session_minutes": 0}, "session_minutes"),
        ({"sealed_fields": 1}, "not 1"),
    ],
)
def test_a_wrong_value_is_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Controls().with_(**change)


def test_an_unknown_control_is_named() -> None:
    with pytest.raises(UnknownName, match="did you mean 'sealed_fields'"):
        Controls().with_(sealed_field=True)


def test_they_are_read_from_content_strictly() -> None:
    assert load_text("mfa: totp\nkeys_apart: true\n", Controls) == Controls(mfa="totp", keys_apart=True)
    with pytest.raises(ContentError, match="did you mean 'keys_apart'"):
        load_text("keys_aprt: true\n", Controls)
    assert all(Controls().with_(mfa=f).mfa == f for f in FACTORS)
