"""Who is found again in a release: what is known of people elsewhere, joined on what the release left in."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pandas as pd

from simlab.controls.deidentify.harbor import ages, zip3
from simlab.errors import InputError, UnknownName


@dataclasses.dataclass(frozen=True)
class Attack:
    """Who was found: a row of the release (`row`), the person (`who`), and, with the truth, whether it is so."""

    found: pd.DataFrame
    tried: int
    rows: int

    @property
    def share(self) -> float:
        """Of the rows of the release, how many were given a name; rightly so where the truth is known."""
        named = self.found["is_right"].sum() if "is_right" in self.found else len(self.found)
        return float(named) / self.rows if self.rows else 0.0


def reidentify(
    release: pd.DataFrame,
    known: pd.DataFrame,
    on: Sequence[str],
    *,
    who: str = "member_id",
    truth: pd.Series | None = None,
) -> Attack:
    """Join a release with a list of people (`who` and the columns `on`, written as in the release).

    Found is who alone in the list fits a row that alone in the release fits them. `truth`: who each row is.
    Raises InputError, UnknownName.
    """
    for table in (release, known):
        for name in on:
            if name not in table:
                raise UnknownName("column to join on", name, table.columns)
    if who not in known or not on:
        raise InputError(f"the list of people has no column {who!r}, or nothing to join on")
    rows, people = _keys(release, on), _keys(known, on)
    alone = rows[~rows.duplicated(keep=False)]
    one = people[~people.duplicated(keep=False)]
    joined = pd.DataFrame({"key": alone, "row": alone.index}).merge(
        pd.DataFrame({"key": one, "who": known.loc[one.index, who].astype(str)}), on="key"
    )
    found = joined[["row", "who"]].sort_values("row").reset_index(drop=True)
    if truth is not None:
        found["is_right"] = truth.loc[found["row"]].astype(str).to_numpy() == found["who"].to_numpy()
    return Attack(found, len(known), len(release))


def as_released(known: pd.DataFrame, on: dt.date) -> pd.DataFrame:
    """A list of people with their birth dates and ZIP codes written as a release by Safe Harbor writes them."""
    out = known.copy()
    if "birth_date" in out:
        out["age"] = ages(out["birth_date"], on, out.get("death_date"))
    for name in ("zip3", "zip5"):
        if name in out:
            out[name] = zip3(out[name])
    return out


def _keys(table: pd.DataFrame, on: Sequence[str]) -> pd.Series:
    """One text a row, over all columns to join on; kinds of column do not matter."""
    parts = [table[name].astype(str) for name in on]
    return pd.Series(["\x1f".join(cells) for cells in zip(*parts, strict=True)], index=table.index)
