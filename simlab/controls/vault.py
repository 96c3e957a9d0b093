"""A vault seals columns of tables, each under a data key of its own, wrapped by a key store.

The vault keeps wrapped keys and counters, never a key in the clear, and can be saved as plain
JSON. A data key is unwrapped for each call and then dropped, so a store that says no is obeyed at
once. Changing the key-encryption key re-wraps the data keys only; the data stay as they are.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from simlab.controls import crypto, values
from simlab.controls.keys import KeyStore, write_private
from simlab.errors import DeniedError, InputError, TamperedError, UnknownName
from simlab.events import Recorder, silent

# With random 96-bit nonces a key must not seal more often than this (NIST SP 800-38D, 8.3): beyond
# it the chance that a nonce comes twice, which gives both values away, stops being negligible.
MOST_SEALS = 2**32


@dataclasses.dataclass
class _Column:
    """What the vault keeps of one column: the wrapped data key (None: shredded) and its use."""

    wrapped: bytes | None
    seals: int = 0
    dtype: str = ""  # the pandas dtype that `open_frame` gives back


class Vault:
    """Seals and opens columns under data keys that `store` wraps with the key named `kek_id`.

    With `path` the vault is kept in that JSON file: it is read when it exists, and written before
    a new key or count is used. One program writes at a time. The file holds nothing secret, yet it
    must not lie in the key store's folder. Raises InputError for a file that is not a vault,
    UnknownName when the store has no such key.
    """

    def __init__(self, store: KeyStore, kek_id: str, path: Path | str | None = None) -> None:
        self.store, self.kek_id = store, kek_id
        self._path = None if path is None else Path(path)
        self._columns: dict[tuple[str, str], _Column] = {}
        self._seen = ""
        if self._path is not None:
            _keep_apart(self._path, store.folder)
            if self._path.exists():
                self._read(self._path)

    @property
    def columns(self) -> list[tuple[str, str]]:
        """(table, column) of every column that can still be opened, sorted."""
        return sorted(at for at, held in self._columns.items() if held.wrapped is not None)

    def seals(self, table: str, column: str) -> int:
        """How often the column's data key has sealed a value."""
        return self._held(table, column).seals

    def seal_column(
        self,
        table: str,
        column: str,
        rows: Iterable[str],
        cells: Sequence[Any] | pd.Series,
        *,
        actor: str = "",
        record: Recorder = silent,
    ) -> list[bytes]:
        """One sealed value for each cell, bound to its row; a missing cell is sealed too.

        Makes the column's data key when it has none. Raises InputError for a cell that is not
        text, bytes, a number or a date; DeniedError when the column was shredded or its key has
        sealed 2**32 values.
        """
        plain = values.encode(cells)
        key = self._sealing_key(table, column, len(plain), actor, record)
        sealed = crypto.seal_many(key, plain, table=table, column=column, rows=rows)
        _note(record, "Update", actor, f"{table}/{column} sealed", count=len(sealed))
        return sealed

    def open_column(
        self,
        table: str,
        column: str,
        rows: Iterable[str],
        sealed: Sequence[bytes] | pd.Series,
        *,
        actor: str = "",
        record: Recorder = silent,
    ) -> list[Any]:
        """The cells that were sealed for these rows.

        Raises TamperedError when any was changed, moved or sealed elsewhere; DeniedError when the
        column was shredded; UnknownName when it was never sealed.
        """
        try:
            key = self._opening_key(table, column)
            found = crypto.open_many(key, list(sealed), table=table, column=column, rows=rows)
        except (TamperedError, DeniedError) as e:
            _note(record, "Read", actor, f"{table}/{column}: {e}", status="Failure")
            raise
        _note(record, "Read", actor, f"{table}/{column} opened", count=len(found))
        return values.decode(found)

    def seal_frame(
        self,
        table: str,
        frame: pd.DataFrame,
        columns: Sequence[str],
        *,
        row: str,
        actor: str = "",
        record: Recorder = silent,
    ) -> pd.DataFrame:
        """A copy of `frame` with these columns sealed, each cell bound to its `row` id."""
        out = frame.copy()
        for name in columns:
            _row_ids(frame, row, name)
            sealed = self.seal_column(table, name, frame[row], frame[name], actor=actor, record=record)
            out[name] = pd.Series(sealed, index=frame.index, dtype=object)
            self._held(table, name).dtype = str(frame[name].dtype)
        self._write()
        return out

    def open_frame(
        self,
        table: str,
        frame: pd.DataFrame,
        columns: Sequence[str],
        *,
        row: str,
        actor: str = "",
        record: Recorder = silent,
    ) -> pd.DataFrame:
        """A copy of `frame` with these columns opened, in the dtype that they were sealed from."""
        out = frame.copy()
        for name in columns:
            _row_ids(frame, row, name)
            cells = self.open_column(table, name, frame[row], frame[name], actor=actor, record=record)
            dtype = self._held(table, name).dtype or "object"
            out[name] = pd.Series(cells, index=frame.index, dtype=object).astype(dtype)  # type: ignore[call-overload]
        return out

    def rotate_kek(self, *, actor: str = "", record: Recorder = silent) -> int:
        """Make a new key-encryption key and re-wrap every data key; gives how many.

        No data is touched. The old version still unwraps older copies of this vault until
        `store.retire(kek_id)` destroys it: save and check first, retire then.
        """
        deks = {at: self._unwrap(held) for at, held in self._columns.items() if held.wrapped is not None}
        version = self.store.rotate(self.kek_id)
        for at, dek in deks.items():
            self._columns[at].wrapped = self.store.wrap(self.kek_id, dek)
        self._write()
        _note(record, "Update", actor, f"{self.kek_id}: version {version} wraps {len(deks)} data keys", key=True)
        return len(deks)

    def shred(self, table: str, column: str, *, actor: str = "", record: Recorder = silent) -> None:
        """Forget the column's data key: no one opens that column again with this vault.

        An older copy of the vault file still holds the wrapped key. `rotate_kek` and then
        `store.retire` make that copy useless as well. Raises UnknownName.
        """
        self._held(table, column).wrapped = None
        self._write()
        _note(record, "Delete", actor, f"{table}/{column}: data key shredded", key=True)

    def to_json(self) -> str:
        """The vault as JSON: wrapped keys and counters, nothing that opens data by itself."""
        held = [
            {
                "table": table,
                "column": column,
                "wrapped": None if c.wrapped is None else c.wrapped.hex(),
                "seals": c.seals,
                "dtype": c.dtype,
            }
            for (table, column), c in sorted(self._columns.items())
        ]
        return json.dumps({"version": 1, "kek": self.kek_id, "columns": held}, indent=1)

    def _sealing_key(self, table: str, column: str, count: int, actor: str, record: Recorder) -> bytes:
        """The data key, made when there is none, with `count` uses booked on it."""
        at = (table, column)
        if at not in self._columns:
            crypto.place(table, column, "")  # refuses names that could not be bound
            self._columns[at] = _Column(self.store.wrap(self.kek_id, crypto.new_key()))
            _note(record, "Create", actor, f"{table}/{column}: data key made", key=True)
        held = self._columns[at]
        if held.seals + count > MOST_SEALS:
            said = f"{table}/{column}: its data key would seal more than {MOST_SEALS} values (SP 800-38D)"
            _note(record, "Update", actor, said, status="Failure")
            raise DeniedError(f"{said}: seal into a column of a new name, which gets a fresh key")
        key = self._opening_key(table, column)
        # Booked and saved before use: a crash may then lose seals, never count too few.
        held.seals += count
        self._write()
        return key

    def _opening_key(self, table: str, column: str) -> bytes:
        held = self._held(table, column)
        if held.wrapped is None:
            raise DeniedError(f"{table}/{column} was shredded: its data key is gone and it never opens again")
        return self._unwrap(held)

    def _unwrap(self, held: _Column) -> bytes:
        assert held.wrapped is not None
        return self.store.unwrap(self.kek_id, held.wrapped)

    def _held(self, table: str, column: str) -> _Column:
        if (table, column) not in self._columns:
            raise UnknownName("sealed column", f"{table}/{column}", (f"{t}/{c}" for t, c in self._columns))
        return self._columns[table, column]

    def _write(self) -> None:
        if self._path is None:
            return
        now = _digest(self._path) if self._path.exists() else ""
        if now != self._seen:
            raise InputError(f"{self._path.name}: another program changed this vault: open it again, then repeat")
        write_private(self._path, self.to_json())
        self._seen = _digest(self._path)

    def _read(self, path: Path) -> None:
        self._seen = _digest(path)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            kek, version = data["kek"], data["version"]
            self._columns = {(c["table"], c["column"]): _column(c) for c in data["columns"]}
        except (ValueError, KeyError, TypeError) as e:
            raise InputError(f"{path.name}: is not a vault file made by Vault") from e
        if version != 1 or kek != self.kek_id:
            raise InputError(f"{path.name}: is version {version}, under key {kek!r}; wanted 1 and {self.kek_id!r}")


def _column(c: dict[str, Any]) -> _Column:
    wrapped = None if c["wrapped"] is None else bytes.fromhex(c["wrapped"])
    if type(c["seals"]) is not int or c["seals"] < 0:
        raise ValueError("seals is a count")
    return _Column(wrapped, c["seals"], str(c["dtype"]))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _keep_apart(path: Path, keys: Path | None) -> None:
    if keys is not None and path.resolve().parent == keys:
        raise InputError(f"{path.name}: lies in the key store's folder: whoever takes one takes both; keep them apart")


def _row_ids(frame: pd.DataFrame, row: str, column: str) -> None:
    """Raise unless `row` names a column of distinct ids, other than the one to seal."""
    for name in (row, column):
        if name not in frame.columns:
            raise UnknownName("column", name, frame.columns)
    if row == column:
        raise InputError(f"{row} tells the rows apart and cannot be sealed itself")
    if not frame[row].is_unique:
        raise InputError(f"{row} is not different in every row: two sealed values could then change places")


def _note(
    record: Recorder,
    activity: str,
    actor: str,
    detail: str,
    *,
    status: str = "Success",
    count: int = 0,
    key: bool = False,
) -> None:
    """One event; the recorder adds the time. Use of data and use of keys are different classes."""
    name = "API Activity" if key else "Datastore Activity"
    record(
        class_name=name, activity_name=activity, status=status, actor=actor, record_count=count, status_detail=detail
    )
