"""The vault: columns sealed under wrapped keys, rotated, shredded, counted and kept."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab import events
from simlab.controls import LocalKeyStore, Vault, vault
from simlab.errors import DeniedError, InputError, TamperedError, UnknownName

ROWS = ["M0000001", "M0000002", "M0000003"]
SSNS = ["900-55-0101", "900-55-0102", "900-55-0101"]


def make(path: Path | None = None) -> Vault:
    store = LocalKeyStore()
    store.create("larkspur")
    return Vault(store, "larkspur", path)


cells = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
)


@given(st.lists(cells, max_size=8))
@settings(max_examples=60)
def test_any_plain_cells_come_back_with_their_types(values: list[Any]) -> None:
    v, rows = make(), [str(i) for i in range(len(values))]
    back = v.open_column("t", "c", rows, v.seal_column("t", "c", rows, values))
    assert [(type(x), x) for x in back] == [(type(x), x) for x in values]


def test_a_column_opens_for_its_rows_only() -> None:
    v = make()
    sealed = v.seal_column("members", "ssn", ROWS, SSNS)
    assert v.open_column("members", "ssn", ROWS, sealed) == SSNS
    assert sealed[0] != sealed[2]
    swapped = [sealed[1], sealed[0], sealed[2]]
    with pytest.raises(TamperedError):
        v.open_column("members", "ssn", ROWS, swapped)
    v.seal_column("members", "bank_account", ROWS, ["1", "2", "3"])
    with pytest.raises(TamperedError):
        v.open_column("members", "bank_account", ROWS, sealed)
    with pytest.raises(UnknownName, match="members/ssn"):
        v.open_column("members", "snn", ROWS, sealed)


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "member_id": ROWS,
            "ssn": pd.Series(SSNS, dtype="str"),
            "born": pd.to_datetime(["1980-02-29", None, "2010-12-31"]).astype("datetime64[s]"),
            "cents": pd.Series([1, -2, 3], dtype="int64"),
            "score": [0.5, None, 1.5],
            "vip": [True, False, True],
            "state": pd.Series(["TX", None, "CO"], dtype="str"),
        }
    ).set_axis([7, 3, 5])


def test_a_frame_comes_back_with_its_types_and_index(tmp_path: Path) -> None:
    v, columns = make(tmp_path / "vault.json"), ["ssn", "born", "cents", "score", "vip", "state"]
    sealed = v.seal_frame("members", frame(), columns, row="member_id")
    assert all(isinstance(x, bytes) for c in columns for x in sealed[c])
    again = Vault(v.store, "larkspur", tmp_path / "vault.json")
    pd.testing.assert_frame_equal(again.open_frame("members", sealed, columns, row="member_id"), frame())
    one = again.open_frame("members", sealed.iloc[[1]], ["ssn"], row="member_id")
    assert one["ssn"].tolist() == [SSNS[1]]


def test_a_frame_whose_rows_are_not_told_apart_is_refused() -> None:
    twice = frame().assign(member_id="M0000001")
    with pytest.raises(InputError, match="not different in every row"):
        make().seal_frame("members", twice, ["ssn"], row="member_id")
    with pytest.raises(UnknownName, match="'ssn'"):
        make().seal_frame("members", frame(), ["snn"], row="member_id")
    with pytest.raises(InputError, match="cannot be sealed itself"):
        make().seal_frame("members", frame(), ["member_id"], row="member_id")


def test_rotation_keeps_the_data_and_ends_old_copies_of_the_vault(tmp_path: Path) -> None:
    path = tmp_path / "vault.json"
    v = make(path)
    sealed = v.seal_column("members", "ssn", ROWS, SSNS)
    v.seal_column("members", "phone", ROWS, ["555-0101"] * 3)
    (tmp_path / "stolen.json").write_bytes(path.read_bytes())
    assert v.rotate_kek() == 2
    assert v.store.retire("larkspur") == [1]
    assert v.open_column("members", "ssn", ROWS, sealed) == SSNS
    assert Vault(v.store, "larkspur", path).open_column("members", "ssn", ROWS, sealed) == SSNS
    with pytest.raises(DeniedError, match="retired"):
        Vault(v.store, "larkspur", tmp_path / "stolen.json").open_column("members", "ssn", ROWS, sealed)


@given(turns=st.lists(st.sampled_from(["rotate", "retire", "seal", "shred other"]), max_size=8))
@settings(max_examples=25)
def test_no_order_of_key_work_loses_a_value(turns: list[str]) -> None:
    v = make()
    v.seal_column("t", "other", ROWS, SSNS)
    kept = [v.seal_column("t", "c", ROWS, SSNS)]
    for turn in turns:
        if turn == "rotate":
            v.rotate_kek()
        elif turn == "retire":
            v.store.retire("larkspur")
        elif turn == "seal":
            kept.append(v.seal_column("t", "c", ROWS, SSNS))
        else:
            v.shred("t", "other")
    assert all(v.open_column("t", "c", ROWS, s) == SSNS for s in kept)


def test_a_shredded_column_never_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "vault.json"
    v = make(path)
    sealed = v.seal_column("members", "ssn", ROWS, SSNS)
    kept = v.seal_column("members", "phone", ROWS, SSNS)
    old = path.read_bytes()
    v.shred("members", "ssn")
    for at in (v, Vault(v.store, "larkspur", path)):
        with pytest.raises(DeniedError, match="members/ssn was shredded"):
            at.open_column("members", "ssn", ROWS, sealed)
        with pytest.raises(DeniedError, match="shredded"):
            at.seal_column("members", "ssn", ROWS, SSNS)
        assert at.columns == [("members", "phone")]
        assert at.open_column("members", "phone", ROWS, kept) == SSNS
    # A copy of the vault made before opens the column until its KEK is gone.
    (tmp_path / "old.json").write_bytes(old)
    assert Vault(v.store, "larkspur", tmp_path / "old.json").open_column("members", "ssn", ROWS, sealed) == SSNS
    v.rotate_kek()
    v.store.retire("larkspur")
    with pytest.raises(DeniedError):
        Vault(v.store, "larkspur", tmp_path / "old.json").open_column("members", "ssn", ROWS, sealed)


def test_a_key_is_used_no_more_often_than_the_standard_allows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert vault.MOST_SEALS == 4_294_967_296
    v = make(tmp_path / "vault.json")
    v.seal_column("members", "ssn", ROWS, SSNS)
    assert v.seals("members", "ssn") == 3
    monkeypatch.setattr(vault, "MOST_SEALS", 5)
    again = Vault(v.store, "larkspur", tmp_path / "vault.json")
    with pytest.raises(DeniedError, match="SP 800-38D"):
        again.seal_column("members", "ssn", ROWS, SSNS)
    again.seal_column("members", "ssn", ROWS[:2], SSNS[:2])
    again.rotate_kek()
    with pytest.raises(DeniedError):  # a new KEK is no new data key
        again.seal_column("members", "ssn", ROWS[:1], SSNS[:1])


def test_the_saved_vault_holds_no_key_and_no_value(tmp_path: Path) -> None:
    store = LocalKeyStore(tmp_path / "keys.json")
    store.create("larkspur")
    (tmp_path / "data").mkdir()
    v = Vault(store, "larkspur", tmp_path / "data" / "vault.json")
    v.seal_column("members", "ssn", ROWS, SSNS)
    text = (tmp_path / "data" / "vault.json").read_text(encoding="utf-8")
    kek = json.loads((tmp_path / "keys.json").read_text(encoding="utf-8"))["keys"]["larkspur"]["1"]
    dek = store.unwrap("larkspur", bytes.fromhex(json.loads(text)["columns"][0]["wrapped"]))
    assert kek not in text and dek.hex() not in text and SSNS[0] not in text


def test_a_vault_does_not_lie_beside_its_keys(tmp_path: Path) -> None:
    store = LocalKeyStore(tmp_path / "keys.json")
    store.create("larkspur")
    with pytest.raises(InputError, match="keep them apart"):
        Vault(store, "larkspur", tmp_path / "vault.json")


def test_two_programs_do_not_overwrite_each_other(tmp_path: Path) -> None:
    first = make(tmp_path / "vault.json")
    second = Vault(first.store, "larkspur", tmp_path / "vault.json")
    first.seal_column("members", "ssn", ROWS, SSNS)
    with pytest.raises(InputError, match="another program changed this vault"):
        second.seal_column("members", "phone", ROWS, SSNS)
    assert Vault(first.store, "larkspur", tmp_path / "vault.json").columns == [("members", "ssn")]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1, "kek": "larkspur", "columns": [{"table": "t"}]}'])
def test_a_file_that_is_no_vault_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "vault.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"^vault\.json: "):
        make(tmp_path / "vault.json")


def test_a_vault_of_another_key_is_refused(tmp_path: Path) -> None:
    v = make(tmp_path / "vault.json")
    v.seal_column("t", "c", ROWS, SSNS)
    v.store.create("other")
    with pytest.raises(InputError, match="under key 'larkspur'"):
        Vault(v.store, "other", tmp_path / "vault.json")


def test_what_cannot_be_sealed_is_said_and_books_nothing() -> None:
    v = make()
    for bad in ([1, 2], object(), 1j, dt.timedelta(1), pd.Timestamp(1)):
        with pytest.raises(InputError):
            v.seal_column("t", "c", ["1"], [bad])
    assert v.columns == []
    with pytest.raises(InputError, match="3 rows for 1 values"):
        v.seal_column("t", "c", ROWS, ["1"])


def test_every_use_is_recorded_as_an_event() -> None:
    kept: list[dict[str, Any]] = []
    v = make()

    def record(**event: Any) -> None:
        kept.append({"time": len(kept), **event})

    sealed = v.seal_column("members", "ssn", ROWS, SSNS, actor="S0001", record=record)
    v.open_column("members", "ssn", ROWS, sealed, actor="S0001", record=record)
    with pytest.raises(TamperedError):
        v.open_column("members", "ssn", ROWS, sealed[::-1], actor="S0002", record=record)
    v.rotate_kek(record=record)
    v.shred("members", "ssn", record=record)
    with pytest.raises(DeniedError):
        v.open_column("members", "ssn", ROWS, sealed, record=record)
    shown = [(e["activity_name"], e["status"], e["record_count"]) for e in kept]
    assert shown == [
        ("Create", "Success", 0),
        ("Update", "Success", 3),
        ("Read", "Success", 3),
        ("Read", "Failure", 0),
        ("Update", "Success", 0),
        ("Delete", "Success", 0),
        ("Read", "Failure", 0),
    ]
    table = events.frame({k: [e[k] for e in kept] for k in kept[0]}, len(kept))
    assert all(a in events.ACTIVITIES[c] for c, a in zip(table["class_name"], table["activity_name"], strict=True))
    assert not any(s in e["status_detail"] for e in kept for s in SSNS)
