from __future__ import annotations

import datetime as dt
import json
import math
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.errors import InputError
from simlab.exercise.kinds.compare import near, same
from simlab.exercise.protocol import Ask, Call, Got
from simlab.exercise.wire import (
    DEPTH,
    ENTRIES,
    Frame,
    Other,
    TooLarge,
    decode,
    encode,
    pack_ask,
    pack_got,
    unpack_ask,
    unpack_reply,
)

LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.binary()
    | st.dates()
    | st.datetimes()
    | st.datetimes(timezones=st.just(dt.UTC))
)
KEY = st.text() | st.integers() | st.binary() | st.tuples(st.integers(), st.text())
PLAIN = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEY, inner, max_size=4)
        | st.sets(KEY, max_size=4)
        | st.frozensets(KEY, max_size=4)
    ),
    max_leaves=12,
)


@given(PLAIN)
@settings(max_examples=150, deadline=None)
def test_plain_data_comes_back_as_it_was(value: Any) -> None:
    text = encode(value)
    assert text.isascii()
    assert same(decode(text), value)


@pytest.mark.parametrize(
    "value",
    [2**53 + 1, -(2**70), 10**5000, "\ud800", "\x00\u2028", math.inf, -math.inf, -0.0],
    ids=["2**53+1", "-2**70", "10**5000", "surrogate", "control", "inf", "-inf", "-0"],
)
def test_odd_values_come_back(value: Any) -> None:
    back = decode(encode(value))
    assert back == value and type(back) is type(value)
    assert math.isnan(decode(encode(math.nan)))


def test_a_set_is_the_same_message_in_any_order() -> None:
    one, other = {0, 8}, {8, 0}
    assert list(one) != list(other)  # they collide, and keep the order in which they came
    assert encode(one) == encode(other)


class AlwaysEqual:
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class Text(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class Number(int):
    pass


class Liar:
    __class__ = int  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "name"),
    [(AlwaysEqual(), "AlwaysEqual"), (Text("a"), "Text"), (Number(1), "Number"), (Liar(), "Liar"), (len, "builtin_function_or_method")],
    # The liar passes for a number, and would be named by its address, which differs between test processes.
    ids=["equal", "text", "number", "liar", "builtin"],
)  # fmt: skip
def test_only_exact_types_travel(value: Any, name: str) -> None:
    assert decode(encode(value)) == Other(name)
    assert decode(encode([value])) == [Other(name)]
    assert not same(decode(encode(value)), decode(encode(value)))
    assert not near(decode(encode(value)), 1)


def test_numpy_and_pandas_become_plain() -> None:
    assert decode(encode([np.int64(3), np.float32(0.5), np.bool_(True), np.str_("a")])) == [3, 0.5, True, "a"]
    assert type(decode(encode(np.int64(3)))) is int
    assert decode(encode(np.array([[1, 2], [3, 4]]))) == [[1, 2], [3, 4]]
    assert decode(encode(pd.Series(["x", None]))) == ["x", None]
    assert decode(encode(pd.Timestamp("2026-03-02"))) == dt.datetime(2026, 3, 2)
    assert decode(encode([pd.NA, pd.NaT])) == [None, None]
    assert decode(encode(np.array([object()])))[0] == Other("object")


def test_a_table_travels_as_columns_without_its_index() -> None:
    table = pd.DataFrame({"who": ["a", None], "n": [1, 2], "x": [1.5, np.nan]}, index=[7, 8])
    frame = decode(encode(table))
    assert isinstance(frame, Frame) and frame.rows == 2
    assert frame.names == ("who", "n", "x")
    assert frame.columns[:2] == (["a", None], [1, 2])
    assert math.isnan(frame.columns[2][1])
    again = decode(encode(frame), frames=True)
    assert isinstance(again, pd.DataFrame)
    assert list(again.columns) == ["who", "n", "x"] and again["n"].tolist() == [1, 2]
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert decode(encode(twice)).columns == ([1], [2])


def test_a_table_subclass_that_raises_is_only_another_object() -> None:
    class Bad(pd.DataFrame):
        @property
        def size(self) -> Any:
            raise RuntimeError("no")

    assert decode(encode(Bad({"a": [1]}))) == Other("Bad")


def test_size_depth_and_cycles_are_bounded() -> None:
    with pytest.raises(TooLarge):
        encode("x" * 2000, 1000)
    with pytest.raises(TooLarge):
        encode("\U0001f600" * 500, 1000)
    with pytest.raises(TooLarge):
        encode(np.zeros(10_000_000), 1000)
    cycle: list[Any] = []
    cycle.extend([cycle, cycle])
    with pytest.raises(TooLarge):
        encode(cycle, 100_000)
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    text = encode(deep)
    assert "nested too deep" in text and decode(text)
    with pytest.raises(TooLarge):
        decode("[" + "1," * 1000 + "1]", 100)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        "[Infinity]",
        "[" * 100_000,
        "[" * (DEPTH + 5) + "]" * (DEPTH + 5),
        "1" * 6000,
        "{}",
        '{"t":"pickle","v":"gASV"}',
        '{"t":["int"],"v":"0x1"}',
        '{"t":"int","v":"zz"}',
        '{"t":"int","v":12}',
        '{"t":"float","v":"1.0"}',
        '{"t":"bytes","v":"*"}',
        '{"t":"bytes","v":[1]}',
        '{"t":"dict","v":[[1]]}',
        '{"t":"dict","v":[[[1],2]]}',
        '{"t":"dict","v":{"a":1}}',
        '{"t":"set","v":[[1]]}',
        '{"t":"date","v":"2026-13-01"}',
        '{"t":"date","v":7}',
        '{"t":"other","type":7}',
        '{"t":"frame","names":["a"],"v":[]}',
        '{"t":"frame","names":["a","b"],"v":[[1],[1,2]]}',
        '{"t":"frame","names":["a"],"v":[1]}',
        '{"t":"frame","names":["a"],"v":[{"t":"tuple","v":[1]}]}',
    ],
    ids=lambda t: t[:30],
)
def test_what_encode_never_writes_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError):
        decode(text)
    with pytest.raises(InputError):
        unpack_reply(text)


def test_keys_whose_hashes_collide_do_not_stop_the_judge() -> None:
    prime = 2**61 - 1
    pairs = [[{"t": "int", "v": hex(prime * i)}, 0] for i in range(1, ENTRIES + 2)]
    start = time.process_time()
    with pytest.raises(TooLarge):
        decode(json.dumps({"t": "dict", "v": pairs}))
    assert time.process_time() - start < 30


def test_asks_and_replies_come_back() -> None:
    ask = Ask((Call("f", (b"a", (1, 2))), Call("x + 1", apply=False)), 2.5)
    assert unpack_ask(pack_ask(ask)) == ask
    table = unpack_ask(pack_ask(Ask((Call("f", (pd.DataFrame({"a": [1]}),)),)))).calls[0].args[0]
    assert isinstance(table, pd.DataFrame)
    text = (
        f"[{pack_got(Got(3))},{pack_got(Got(error='TypeError', message='m' * 1000))},{pack_got(Got('y' * 500), 100)}]"
    )
    one, two, three = unpack_reply(text)
    assert one == Got(3)
    assert two.error == "TypeError" and len(two.message) == 300
    assert three.value is None and three.error == "TooLarge"


@pytest.mark.parametrize("text", ["1", "[1]", '[[1,"",""],[2]]', '[[1,2,""]]', '[[1,"",null]]', '"[]"'])
def test_a_forged_reply_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        unpack_reply(text)


def test_equality_is_exact() -> None:
    assert same([1, (2, {"a": b"x"})], [1, (2, {"a": b"x"})])
    for left, right in [
        (1, True),
        (1, 1.0),
        ([1], (1,)),
        ({1}, {True}),
        ({1: 0}, {True: 0}),
        (math.nan, math.nan),
        ("a", b"a"),
    ]:
        assert not same(left, right), (left, right)
    nan = [math.nan]
    assert not same(nan, nan)


def test_nearness_has_a_tolerance_for_numbers_alone() -> None:
    assert near(1, 1.0) and near([100.0, "a"], [100.4, "a"], rel=0.01) and near(0.0, 1e-6, abs_=1e-5)
    assert not near(True, 1) and not near(math.nan, math.nan) and not near("1", 1)
    assert not near(10**400, 1.0) and near(10**400, 10**400)
