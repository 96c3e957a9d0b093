from __future__ import annotations

import re

import pytest

from simlab.notebook.theft import STOLEN, theft

APART = "in the key store, apart"


def shown(stolen: str, sealed: str, keys: str) -> str:
    box = theft()
    for each, value in zip(box.children, (stolen, sealed, keys), strict=False):
        each.value = value
    return box.children[-1].value


@pytest.mark.parametrize("stolen", STOLEN)
@pytest.mark.parametrize("sealed", ["sealed", "not sealed"])
@pytest.mark.parametrize("keys", ["beside the data", APART])
def test_only_two_ways_leave_the_thief_with_nothing(stolen: str, sealed: str, keys: str) -> None:
    nothing = stolen != "an open session" and sealed == "sealed" and keys == APART
    assert ("reads nothing" in shown(stolen, sealed, keys)) == nothing


def test_the_states_add_up_to_the_total() -> None:
    page = shown("last night's backup", "not sealed", APART)
    total = int(re.search(r"reads ([\d,]+) members", page)[1].replace(",", ""))
    rows = [int(n.replace(",", "")) for n in re.findall(r"</span> ([\d,]+)</td>", page)]
    assert total == sum(rows) == 10_000


def test_it_is_said_where_a_screen_reader_listens() -> None:
    page = shown("an open session", "sealed", APART)
    assert 'role="status"' in page and '<th scope="row">' in page and "<caption" in page
