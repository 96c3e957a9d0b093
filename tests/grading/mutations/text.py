"""The notebook as text: cut, bent, written in another encoding."""

from __future__ import annotations

import gzip
import json
import re

from tests.grading.mutations import CAPPED, KEEPS, REFUSED, Draft, Mutation


def cut_short(d: Draft) -> str:
    whole = d.data.rstrip()
    d.data = whole[: d.rng.randrange(1, len(whole))]
    return REFUSED


def bytes_flipped(d: Draft) -> str:
    data = bytearray(d.data)
    for _ in range(d.rng.choice([1, 1, 3, 40])):
        data[d.rng.randrange(len(data))] = d.rng.randrange(256)
    d.data = bytes(data)
    return CAPPED


def a_piece_lost(d: Draft) -> str:
    start = d.rng.randrange(len(d.data))
    d.data = d.data[:start] + d.data[start + d.rng.randrange(1, 4096) :]
    return CAPPED


def a_piece_of_zeros(d: Draft) -> str:
    start = d.rng.randrange(len(d.data) - 1)
    size = min(d.rng.randrange(1, 4096), len(d.data) - start)
    d.data = d.data[:start] + bytes(size) + d.data[start + size :]
    return CAPPED


def twice_over(d: Draft) -> str:
    d.data += d.rng.choice([d.data, b"\n" + d.data, b"\0" * 512, b"}", b",", b"null"])
    return REFUSED


def white_space_around(d: Draft) -> str:
    d.data = d.rng.choice([b"\n\n", b"  \t", b"\r\n"]) + d.data + b"\n" * 9
    return KEEPS


def _first(d: Draft, text: str) -> None:
    """Something more at the start of the notebook's own table."""
    d.data = d.data.replace(b"{", b"{" + text.encode() + b", ", 1)


def constants(d: Draft) -> str:
    _first(
        d, f'"{d.rng.choice(["x", "orig_nbformat", "signature"])}": {d.rng.choice(["NaN", "Infinity", "-Infinity"])}'
    )
    return KEEPS


def keys_twice(d: Draft) -> str:
    key = d.rng.choice(["cells", "metadata", "nbformat"])
    _first(d, f'"{key}": {d.rng.choice(["[]", "{}", "3", "null"])}')
    return KEEPS  # the last counts, as in every editor


def keys_twice_at_the_end(d: Draft) -> str:
    key = d.rng.choice(["cells", "metadata", "nbformat", "worksheets"])
    d.data = d.data.rstrip()[:-1] + f', "{key}": {d.rng.choice(["[]", "{}", "3", "null", "[{}]"])}}}'.encode()
    return CAPPED


def nested_deep(d: Draft) -> str:
    depth = d.rng.choice([50, 200, 400, 600, 900])
    _first(d, f'"x": {_deep(depth, table=d.rng.random() < 0.5)}')
    return CAPPED


def _deep(depth: int, *, table: bool) -> str:
    return '{"a":' * depth + "1" + "}" * depth if table else "[" * depth + "]" * depth


def nested_without_end(d: Draft) -> str:
    _first(d, '"x": ' + "[" * 100_000 + "]" * 100_000)
    return REFUSED


def huge_numbers(d: Draft) -> str:
    _first(d, '"x": ' + d.rng.choice(["1e999", "-1e999", "1" + "0" * 400, "0." + "1" * 900, "1E-999"]))
    return KEEPS


def a_number_too_long(d: Draft) -> str:
    _first(d, '"x": ' + "9" * 5000)
    return REFUSED


def another_unicode(d: Draft) -> str:
    code = d.rng.choice(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
    d.data = d.data.decode("utf-8", "replace").encode(code)
    return KEEPS


def a_mark_of_another_encoding(d: Draft) -> str:
    d.data = (
        d.rng.choice([b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\xef\xbb\xbf\xef\xbb\xbf", b"\xef\xbb"]) + d.data
    )
    return CAPPED


def old_windows(d: Draft) -> str:
    text = d.data.decode("utf-8", "replace")
    d.data = text.encode(d.rng.choice(["cp1252", "latin-1"]), "backslashreplace")
    return KEEPS


def half_characters(d: Draft) -> str:
    _first(d, '"x": "\\ud800 \\udfff \\ud83d"')
    return KEEPS


def raw_controls(d: Draft) -> str:
    _first(d, '"x": "' + d.rng.choice(["\x01", "\t", "\n", "\x1b[2J", "\x7f", "\u2028"]) + '"')
    return KEEPS


def other_line_ends(d: Draft) -> str:
    nb = json.loads(d.data)
    d.data = re.sub(rb"\n", d.rng.choice([b"\r\n", b"\r"]), json.dumps(nb, indent=1).encode())
    return KEEPS


def no_notebook(d: Draft) -> str:
    whole = [
        b"",
        b" \n",
        b"null",
        b"[]",
        b"0",
        b'"x"',
        b"<!DOCTYPE html><p>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"# %%\nx = 1",
    ]
    d.data = d.rng.choice(
        [*whole, gzip.compress(d.data), bytes(4096), d.rng.randbytes(500), b"version https://git-lfs"]
    )
    return REFUSED


ALL: tuple[Mutation, ...] = (
    cut_short, bytes_flipped, a_piece_lost, a_piece_of_zeros, twice_over, white_space_around, constants, keys_twice,
    keys_twice_at_the_end, nested_deep, nested_without_end, huge_numbers, a_number_too_long, another_unicode,
    a_mark_of_another_encoding, old_windows, half_characters, raw_controls, other_line_ends, no_notebook,
)  # fmt: skip
