"""The key store wraps and unwraps, keeps its own keys to itself, and forgets when told."""

from __future__ import annotations

import copy
import json
import os
import pickle
from pathlib import Path

import pytest

from simlab.controls import LocalKeyStore, new_key
from simlab.errors import DeniedError, InputError, TamperedError, UnknownName

DEK = bytes(range(32))


def store(path: Path | None = None) -> LocalKeyStore:
    made = LocalKeyStore(path)
    made.create("members")
    return made


def test_a_wrapped_key_comes_back_and_does_not_show() -> None:
    s = store()
    wrapped = s.wrap("members", DEK)
    assert s.unwrap("members", wrapped) == DEK
    assert DEK not in wrapped and len(wrapped) == 44


def test_wrapping_is_rfc_3394(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

    s = store(tmp_path / "keys.json")
    kek = bytes.fromhex(json.loads((tmp_path / "keys.json").read_text("utf-8"))["keys"]["members"]["1"])
    assert aes_key_unwrap(kek, s.wrap("members", DEK)[4:]) == DEK


def test_any_change_to_a_wrapped_key_is_noticed() -> None:
    s = store()
    wrapped = s.wrap("members", DEK)
    for i in range(len(wrapped)):
        bad = bytearray(wrapped)
        bad[i] ^= 1
        with pytest.raises((TamperedError, DeniedError)):
            s.unwrap("members", bytes(bad))
    for cut in (b"", wrapped[:3], wrapped[:20], wrapped[:-1]):
        with pytest.raises(TamperedError):
            s.unwrap("members", cut)
    with pytest.raises(TamperedError):
        store().unwrap("members", wrapped)


def test_the_kek_is_in_no_public_name_repr_or_pickle(tmp_path: Path) -> None:
    s = store(tmp_path / "keys.json")
    kek = bytes.fromhex(json.loads((tmp_path / "keys.json").read_text("utf-8"))["keys"]["members"]["1"])
    public = [getattr(s, name) for name in dir(s) if not name.startswith("_")]
    assert not any(kek in (v, bytes(str(v), "utf-8")) or kek.hex() in str(v) for v in public)
    assert repr(s) == "LocalKeyStore(members)"
    for carry in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(DeniedError):
            carry(s)


def test_rotation_wraps_anew_and_retiring_ends_the_old() -> None:
    s = store()
    old = s.wrap("members", DEK)
    assert s.rotate("members") == 2
    new = s.wrap("members", DEK)
    assert s.unwrap("members", old) == s.unwrap("members", new) == DEK
    assert s.retire("members") == [1] and s.versions("members") == [2]
    assert s.unwrap("members", new) == DEK
    with pytest.raises(DeniedError, match="version 1 of key 'members' was retired"):
        s.unwrap("members", old)
    assert s.rotate("members") == 3


def test_names_and_keys_are_checked() -> None:
    s = store()
    with pytest.raises(InputError, match="exists: rotate it"):
        s.create("members")
    with pytest.raises(InputError, match="not empty"):
        s.create("")
    with pytest.raises(UnknownName, match="did you mean 'members'"):
        s.wrap("member", DEK)
    with pytest.raises(InputError, match="exactly 32 bytes"):
        s.wrap("members", b"short")


def test_a_file_keeps_the_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    wrapped = store(path).wrap("members", DEK)
    again = LocalKeyStore(path)
    assert again.unwrap("members", wrapped) == DEK and again.folder == tmp_path.resolve()
    again.rotate("members")
    again.retire("members")
    with pytest.raises(DeniedError):
        LocalKeyStore(path).unwrap("members", wrapped)
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.skipif(os.name != "posix", reason="this platform has no file modes")
def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    store(path).rotate("members")
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(InputError, match=r"keys\.json: other accounts can read.*chmod 600"):
        LocalKeyStore(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "keys": {}}',
        '{"version": 1, "keys": {"a": {}}}',
        '{"version":1,"keys":{"a":{"1":"00"}}}',
    ],
)
def test_a_file_that_is_no_key_store_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(InputError, match=r"^keys\.json: "):
        LocalKeyStore(path)


def test_new_keys_differ() -> None:
    assert len({new_key() for _ in range(50)}) == 50
