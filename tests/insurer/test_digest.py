"""A digest sees every change of value and none of storage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simlab.errors import InputError
from simlab.insurer import digest

TEXTS = st.lists(st.text(alphabet="abé|\x1f\x00", max_size=3), min_size=1, max_size=12)


def test_pinned() -> None:
    frame = pd.DataFrame(
        {
            "id": ["a", "é", "a"],
            "n": np.array([1, -2, 3], dtype=np.int64),
            "is": [True, False, True],
            "at": pd.to_datetime(["2026-01-01", "2026-06-30", "1969-12-31"]),
        }
    )
    assert digest(frame) == "f61d39648aa3459b5a1373cc170cfa357c2fb346ac58fac32b1e5ac7ca95dda0"


@given(TEXTS)
def test_text_and_category_agree(values: list[str]) -> None:
    text = pd.DataFrame({"a": pd.array(values, dtype="str")})
    category = pd.DataFrame({"a": pd.Categorical(values, categories=[*sorted(set(values)), "unused"])})
    objects = pd.DataFrame({"a": pd.Series(values, dtype=object)})
    assert digest(text) == digest(category) == digest(objects)


@given(TEXTS, TEXTS)
def test_different_text_differs(one: list[str], two: list[str]) -> None:
    same = digest(pd.DataFrame({"a": one}, dtype="str")) == digest(pd.DataFrame({"a": two}, dtype="str"))
    assert same == (one == two)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1), st.data())
def test_one_changed_number_differs(values: list[int], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(values) - 1))
    changed = [*values]
    changed[at] ^= 1
    first, second = (pd.DataFrame({"n": np.array(v, dtype=np.int64)}) for v in (values, changed))
    assert digest(first) != digest(second)


def test_widths_and_units_do_not_matter() -> None:
    small = pd.DataFrame({"n": np.array([1, 2], dtype=np.int8), "t": np.array([0, 86_400], dtype="datetime64[s]")})
    large = pd.DataFrame({"n": [1, 2], "t": np.array([0, 86_400 * 10**9], dtype="datetime64[ns]")})
    assert digest(small) == digest(large)


def test_order_names_and_missing_values_matter() -> None:
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
    others = [
        frame.iloc[::-1], frame.rename(columns={"a": "c"}), frame[["b", "a"]], frame.head(1),
        frame.assign(b=[True, False]), frame.assign(a=["x", None]), frame.assign(a=["x", "None"]),
    ]  # fmt: skip
    seen = {digest(f) for f in [frame, *others]}
    assert len(seen) == len(others) + 1


@pytest.mark.parametrize("values", [[1.0, 2.0], [1, None], [1, "a"], [pd.Timedelta(1), pd.Timedelta(2)]])
def test_other_kinds_are_refused(values: list[object]) -> None:
    with pytest.raises(InputError, match=r"column 'x' .*a digest takes"):
        digest(pd.DataFrame({"x": values}))
