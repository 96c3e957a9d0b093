"""Tables made fit to leave: by Safe Harbor, or as a limited data set, column by column.

A column that nobody has looked at is refused, not passed. Safe Harbor: 45 CFR 164.514(b)(2); limited
data set, which is still protected: 164.514(e).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from simlab.controls.deidentify.identifiers import HARBOR, LIMITED, How, safe_harbor_rules, treatment
from simlab.controls.deidentify.notes import find, scrub
from simlab.errors import InputError

OLDEST = 89


@dataclasses.dataclass(frozen=True)
class Release:
    """A table that was made fit, and what was done. True in an `if` when it counts as de-identified."""

    table: pd.DataFrame
    done: dict[str, How]
    sources: dict[str, str]
    in_notes: dict[str, int]
    is_deidentified: bool
    reason: str
    cite: str

    def __bool__(self) -> bool:
        return self.is_deidentified


def safe_harbor(
    table: pd.DataFrame,
    on: dt.date,
    *,
    more: Mapping[str, How] | None = None,
    known: Iterable[str] = (),
    has_actual_knowledge: bool = False,
) -> Release:
    """The table without the eighteen identifiers; ages are as of `on`.

    `more` says what becomes of columns that `safe-harbor.yml` does not name; `note` columns are scrubbed,
    with `known` names. Raises InputError for a column that neither names.
    """
    done, sources = _plan(table, more or {}, limited=False)
    out, in_notes = _apply(table, done, on, tuple(known))
    if has_actual_knowledge:
        said = "somebody here knows that what is left identifies a person"
        return Release(out, done, sources, in_notes, False, said, "45 CFR 164.514(b)(2)(ii)")
    said = "the eighteen identifiers are out, and nobody knows that what is left identifies"
    return Release(out, done, sources, in_notes, True, said, "45 CFR 164.514(b)(2)")


def limited_data_set(
    table: pd.DataFrame, on: dt.date, *, more: Mapping[str, How] | None = None, known: Iterable[str] = ()
) -> Release:
    """The table without the sixteen direct identifiers: still protected, and only under an agreement."""
    done, sources = _plan(table, more or {}, limited=True)
    out, in_notes = _apply(table, done, on, tuple(known))
    said = "a limited data set is still protected health information"
    return Release(out, done, sources, in_notes, False, said, "45 CFR 164.514(e)(1)")


def _plan(table: pd.DataFrame, more: Mapping[str, How], *, limited: bool) -> tuple[dict[str, How], dict[str, str]]:
    done: dict[str, How] = {}
    sources: dict[str, str] = {}
    for column in map(str, table.columns):
        if column in more:
            done[column], sources[column] = more[column], LIMITED if limited else HARBOR
            continue
        try:
            done[column], sources[column] = treatment(column, limited=limited)
        except InputError as e:
            raise InputError(f"{e}; say with `more` what becomes of it: drop, zip3, age, year, note or keep") from None
    return done, sources


def _apply(
    table: pd.DataFrame, done: Mapping[str, How], on: dt.date, known: tuple[str, ...]
) -> tuple[pd.DataFrame, dict[str, int]]:
    out: dict[str, Any] = {}
    counts: dict[str, int] = {}
    died = table.get("death_date")
    for column, how in done.items():
        values = table[column]
        if how == "age":
            out["age"] = ages(values, on, died)
        elif how == "note":
            for text in values.astype(str):
                for one in find(text, known):
                    counts[one.kind] = counts.get(one.kind, 0) + 1
            out[column] = [scrub(text, known) for text in values.astype(str)]
        elif how != "drop":
            out[column] = _COLUMN[how](values)
    # A new index: the old one would be a number of each row's own.
    return pd.DataFrame(
        {k: v.reset_index(drop=True) if isinstance(v, pd.Series) else v for k, v in out.items()}
    ), counts


def ages(born: pd.Series, on: dt.date, died: pd.Series | None = None) -> pd.Categorical[str]:
    """Ages in years as text, 90 and more as `90+`; of those who have died before `on`, at death."""
    days = pd.to_datetime(born).to_numpy("datetime64[D]")
    ends = np.full(len(days), np.datetime64(on, "D"))
    if died is not None:
        gone = pd.to_datetime(died).to_numpy("datetime64[D]")
        ends = np.where(~np.isnat(gone) & (gone < ends), gone, ends)
    years, had = _year(ends) - _year(days), _in_year(ends) >= _in_year(days)
    age = np.where(np.isnat(days), -1, np.clip(years - ~had, 0, OLDEST + 1))
    return pd.Categorical.from_codes(age.astype(np.int8), pd.Index([*map(str, range(OLDEST + 1)), f"{OLDEST + 1}+"]))


def zip3(values: pd.Series) -> pd.Series:
    """Three digits of a ZIP code; 000 for a small area, and for what is no ZIP code."""
    small = safe_harbor_rules().small
    unique = values.astype("category")
    names = [_zip3(str(v), small) for v in unique.cat.categories]
    mapped = np.asarray([*names, "000"], dtype=object)[unique.cat.codes.to_numpy()]
    return pd.Series(pd.Categorical(mapped), index=values.index)


def _zip3(text: str, small: frozenset[str]) -> str:
    digits = text.split("-")[0].strip()
    is_zip = digits.isascii() and digits.isdigit() and len(digits) in (3, 5)
    return digits[:3] if is_zip and digits[:3] not in small else "000"


def _years(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values).dt.year.astype("Int16")


_COLUMN: dict[str, Callable[[pd.Series], pd.Series]] = {"zip3": zip3, "year": _years, "keep": lambda v: v}


def _year(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[Y]").astype(np.int64)


def _in_year(days: np.ndarray) -> np.ndarray:
    """Month and day as one number that sorts; a birthday of 29 February is on 1 March in other years."""
    months = days.astype("datetime64[M]")
    return months.astype(np.int64) % 12 * 32 + (days - months.astype("datetime64[D]")).astype(np.int64)
