"""What lies beside the notebook: answers.json, the receipt, the time of handing in."""

from __future__ import annotations

import json
from typing import Any

from tests.grading.mutations import CAPPED, KEEPS, REFUSED, Draft, Mutation, junk

AT = "2026-03-02T09:00:00Z"


def _file(d: Draft) -> dict[str, Any]:
    """The file as data; an untouched exercise gets one without answers."""
    if d.kept is None:
        d.kept = json.dumps({"version": 1, "answers": {}, "history": []}).encode()
    found: dict[str, Any] = json.loads(d.kept)
    return found


def _put(d: Draft, held: Any) -> None:
    d.kept = json.dumps(held).encode()


def gone(d: Draft) -> str:
    d.kept = d.rng.choice([None, b"", b" \n"])
    return CAPPED


def of_another_shape(d: Draft) -> str:
    held = _file(d)
    shapes: list[Any] = [
        junk(d.rng, 0),
        [],
        {},
        held["answers"],
        [held],
        held | {"version": "1"},
        held | {"answers": []},
    ]
    shapes += [held | {"extra": 1}, held | {"history": {}}, held | {"version": 2}, held | {"history": [1]}]
    _put(d, d.rng.choice(shapes))
    return REFUSED


def damaged(d: Draft) -> str:
    _file(d)
    assert d.kept is not None
    cut = d.kept[: d.rng.randrange(1, len(d.kept) - 1)]
    d.kept = d.rng.choice([cut, d.kept + b"}", b"PK\x03\x04", b"\x00" * 90, b"[" * 100_000, b"<html>"])
    return REFUSED


def bytes_flipped(d: Draft) -> str:
    _file(d)
    data = bytearray(d.kept or b"")
    data[d.rng.randrange(len(data))] = d.rng.randrange(256)
    d.kept = bytes(data)
    return CAPPED


def another_value(d: Draft) -> str:
    held = _file(d)
    for question in list(held["answers"]) or ["x"]:
        if d.rng.random() < 0.6:
            held["answers"][question] = {"value": _value(d), "at": AT}
    _put(d, held)
    return CAPPED


def _value(d: Draft) -> Any:
    odd = [
        0,
        -1,
        1e15,
        0.5,
        True,
        False,
        "",
        [],
        [""],
        [0],
        [True, 1.5],
        ["x"] * 100,
        "x" * 20_000,
        ":",
        [":"],
        ["a:b:c"],
    ]
    return d.rng.choice(
        [*odd, "finding:", ["end"] * 50, "\x00\x1b]0;x\x07", "=1+1", "<script>", [-1, "x", 1e300], "０", "None"]
    )


def a_value_of_no_kind(d: Draft) -> str:
    held = _file(d)
    odd = [None, {}, {"a": 1}, [[]], [None], float("nan"), float("inf"), 1e16, "x" * 20_001, ["x"] * 101, "\ud800"]
    held["answers"]["one-more"] = {"value": d.rng.choice(odd), "at": AT}
    _put(d, held)
    return REFUSED


def an_entry_of_no_kind(d: Draft) -> str:
    held = _file(d)
    odd = [None, "x", [], {}, {"value": "x"}, {"value": "x", "at": 3}, {"value": "x", "at": AT, "by": "x"}]
    held["answers"]["one-more"] = d.rng.choice(odd)
    _put(d, held)
    return REFUSED


def swapped(d: Draft) -> str:
    held = _file(d)["answers"]
    given = list(held.values())
    d.rng.shuffle(given)
    _put(d, {"version": 1, "answers": dict(zip(held, given, strict=True)), "history": []})
    return CAPPED


def unknown_questions(d: Draft) -> str:
    held = _file(d)
    for n in range(d.rng.choice([1, 20, 300])):
        held["answers"][f"no-such.{n}"] = {"value": d.rng.choice(["x", 3, ["x"]]), "at": AT}
    _put(d, held)
    return KEEPS


def questions_of_no_name(d: Draft) -> str:
    held = _file(d)
    held["answers"][d.rng.choice(["", "-x", "a b", "../x", "é", "x" * 101, "\x00", "a\nb"])] = {"value": "x", "at": AT}
    _put(d, held)
    return REFUSED


def too_many(d: Draft) -> str:
    held = _file(d)
    held["answers"] |= {f"q{n}": {"value": "x", "at": AT} for n in range(501)}
    _put(d, held)
    return REFUSED


def too_large(d: Draft) -> str:
    held = _file(d)
    held["history"] = [{"question": "q", "value": "x" * 20_000, "at": AT}] * 60
    _put(d, held)
    return REFUSED


def constants(d: Draft) -> str:
    d.kept = json.dumps(_file(d)).replace('"history": [', '"history": [NaN, ').replace("NaN, ]", "NaN]").encode()
    return REFUSED


def keys_twice(d: Draft) -> str:
    d.kept = json.dumps(_file(d)).replace("{", '{"answers": {}, ', 1).encode()
    return REFUSED


def attempt_forged(d: Draft) -> str:
    """Another try draws other questions; a wrong answer may happen to be right in one of them."""
    held = _file(d)
    held["answers"]["attempt"] = {"value": d.rng.choice([2, 3, 98, 99, 10**6, 1e15]), "at": AT}
    _put(d, held)
    if d.base != "untouched":
        d.points = dict.fromkeys(d.points, float("inf"))
    return CAPPED


def attempt_of_no_kind(d: Draft) -> str:
    held = _file(d)
    held["answers"]["attempt"] = {"value": d.rng.choice([0, -5, 1, True, 2.5, "2", [2], "", -(10**15)]), "at": AT}
    _put(d, held)
    return KEEPS


def another_encoding(d: Draft) -> str:
    d.kept = json.dumps(_file(d)).encode(d.rng.choice(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]))
    return KEEPS


def long_history(d: Draft) -> str:
    held = _file(d)
    held["history"] = [{"question": f"q{n}", "value": n, "at": "yesterday"} for n in range(2500)]
    _put(d, held)
    return KEEPS


def another_name(d: Draft) -> str:
    d.kept_as = d.rng.choice(["Answers.json", "ANSWERS.JSON", "answers (1).json", "sub/answers.json"])
    return KEEPS


STAMPS = (
    "2026-03-01 10:00", "2026-03-01 10:00:00 +0500", "2026-03-01 10:00:00 PST", "0000-01-01T00:00:00Z", "NaN", "",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-03-01T10:00:00Z", "2026-02-30T00:00:00Z", "1e308",
    "2026-03-01T10:00:00+99:99", "\x00", "٢٠٢٦-٠٣-٠١", "2026-03-01T10:00:00 UTC UTC", "x" * 9999, "-1", "\ud800",
)  # fmt: skip


def stamps(d: Draft) -> str:
    d.files["timestamp.txt"] = d.rng.choice(STAMPS).encode(d.rng.choice(["utf-8", "utf-16"]), "surrogatepass")
    return KEEPS


def receipts(d: Draft) -> str:
    odd = [junk(d.rng), {"at": junk(d.rng)}, {"at": d.rng.choice(STAMPS)}]
    d.files["receipt.json"] = d.rng.choice(
        [json.dumps(d.rng.choice(odd)).encode(), b"{", b"[" * 99_999, b"\xff\xfe", b""]
    )
    return KEEPS


ALL: tuple[Mutation, ...] = (
    gone, of_another_shape, damaged, bytes_flipped, another_value, a_value_of_no_kind, an_entry_of_no_kind, swapped,
    unknown_questions, questions_of_no_name, too_many, too_large, constants, keys_twice, attempt_forged,
    attempt_of_no_kind, another_encoding, long_history, another_name,
)  # fmt: skip
TIMES: tuple[Mutation, ...] = (stamps, receipts)
