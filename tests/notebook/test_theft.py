from __future__ import annotations

import re

import pytest

from simlab.notebook.lists import Lists
from simlab.notebook.theft import APART, STOLEN, theft
from simlab.tabletop.consequences import company


def shown(stolen: str, sealed: str, keys: str) -> Lists:
    lists = theft()
    lists.chosen = {"stolen": stolen, "sealed": sealed, "keys": keys}
    return lists


@pytest.mark.parametrize("stolen", STOLEN)
@pytest.mark.parametrize("sealed", ["sealed", "not sealed"])
@pytest.mark.parametrize("keys", ["beside the data", APART])
def test_only_two_ways_leave_the_thief_with_nothing(stolen: str, sealed: str, keys: str) -> None:
    nothing = stolen != "an open session" and sealed == "sealed" and keys == APART
    page = shown(stolen, sealed, keys)
    assert ("reads nothing" in page.verdict) == nothing == (not page.rows)


def test_the_states_add_up_to_the_total() -> None:
    page = shown("last night's backup", "not sealed", APART)
    total = int(re.search(r"reads ([\d,]+) members", page.verdict)[1].replace(",", ""))
    assert total == sum(count for _, count in page.rows) == 10_000
    assert [count for _, count in page.rows] == sorted((count for _, count in page.rows), reverse=True)


def test_what_is_read_and_why_is_said_in_words() -> None:
    page = shown("an open session", "sealed", APART)
    assert "214 members" in page.verdict and "names and addresses" in page.said and page.said.endswith(".")


def test_the_open_session_is_the_claims_screen_on_the_table() -> None:
    holds = company(1, 300).systems.set_index("system_id").at["claims-core", "holds"]
    assert "financial" in holds and "bank details" in shown("an open session", "sealed", APART).said
