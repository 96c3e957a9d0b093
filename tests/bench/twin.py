"""A classic-assert twin of exercise 02: the same two functions, tested by asserts in the notebook itself.

Plain nbgrader grades it as well as we do, so that both can be timed on the same work. Of its own it
takes a few hundredths of a CPU second, beside the import of pandas: a column is sealed and read back.
"""

from __future__ import annotations

from typing import Any

from tests.grading import making

NAME = "sealing"

_START = """import os

import pandas as pd
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

members = pd.DataFrame({"member_id": [f"M{n:06d}" for n in range(300)], "zip3": ["741", "672", "731"] * 100})"""
_READABLE = """def readable(theft, sealed, keys_apart, may_open, members):
    ### BEGIN SOLUTION
    if theft == "session":
        return may_open
    return 0 if sealed and keys_apart else members
    ### END SOLUTION"""
_SEAL = """def seal(key, value, place):
    ### BEGIN SOLUTION
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, value, place.encode())
    ### END SOLUTION


def open_(key, sealed, place):
    ### BEGIN SOLUTION
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], place.encode())
    ### END SOLUTION"""
_T1 = """assert readable("session", True, True, 300, 10000) == 300
assert readable("drive", True, True, 90, 1200) == 0"""
_T1_HIDDEN = """for sealed in (True, False):
    for apart in (True, False):
        assert readable("backup", sealed, apart, 5, 880) == (0 if sealed and apart else 880)"""
_T2 = """key = AESGCM.generate_key(256)
values = [v.encode() for v in members["member_id"]]
stolen = pd.Series([seal(key, v, f"members|{i}") for i, v in enumerate(values)])
assert [open_(key, s, f"members|{i}") for i, s in enumerate(stolen)] == values"""
_T2_HIDDEN = """assert stolen.is_unique and len({s[:12] for s in stolen}) == len(stolen)
assert not any(v in s for v, s in zip(values, stolen, strict=True))
for i in range(0, len(stolen), 25):
    try:
        open_(key, stolen[i], f"members|{i + 1}")
    except InvalidTag:
        continue
    raise AssertionError("it opened in another place")"""


def solution() -> dict[str, Any]:
    """The nbgrader source notebook: 5 points in two test cells."""
    return making.notebook(
        making.cell("code", "start", _START, making.marks("start", solution=False, locked=True)),
        making.cell("code", "readable", _READABLE, making.marks("readable")),
        making.cell("code", "seal", _SEAL, making.marks("seal")),
        making.cell("code", "readable-ok", making.hidden(_T1, _T1_HIDDEN), making.graded("readable-ok", 2)),
        making.cell("code", "seal-ok", making.hidden(_T2, _T2_HIDDEN), making.graded("seal-ok", 3)),
    )


def answers(kind: int) -> dict[str, str]:
    """What a learner wrote, cell by cell: right, or one in ten with the place left out, or with one nonce for all."""
    plain = {"readable": _without_marks(_READABLE), "seal": _without_marks(_SEAL)}
    if kind % 10 == 3:
        return plain | {"seal": plain["seal"].replace("place.encode()", "None")}
    if kind % 10 == 7:
        return plain | {"seal": plain["seal"].replace("os.urandom(12)", "bytes(12)")}
    return plain


def _without_marks(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if "SOLUTION" not in line)
