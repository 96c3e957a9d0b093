"""The last day that one sets in lesson 10: what stands open, is missed, or still lies there is counted each time."""

from __future__ import annotations

import pytest

from simlab.notebook.leaving import ALL, BOUND, NOTHING, PAPER, PEOPLE, THEIRS, WORD, lastday


@pytest.mark.parametrize(
    ("access", "data", "said"),
    [
        (NOTHING, WORD, "4 of 4 ways in opened, 0 of 2 services cut, 3 of 3 sets of data"),
        (PEOPLE, PAPER, "3 of 4 ways in opened, 0 of 2 services cut, 1 of 3 sets of data"),
        (THEIRS, WORD, "0 of 4 ways in opened, 0 of 2 services cut, 3 of 3 sets of data"),
        (THEIRS, BOUND, "0 of 3 sets of data unaccounted for. Nothing opened, nobody waited"),
        (ALL, BOUND, "0 of 4 ways in opened, 2 of 2 services cut"),
    ],
)
def test_a_month_is_played_as_it_is_set(access: str, data: str, said: str) -> None:
    form = lastday()
    form.chosen = {"access": access, "data": data}
    assert said in form.text()
    numbers = dict(form.rows)
    assert (numbers["members' records that could be read"] > 0) == (numbers["ways in that opened"] > 0)
    assert (numbers["members who waited"] > 0) == (numbers["services cut that members need"] > 0)


def test_it_opens_with_what_most_people_believe() -> None:
    assert "4 of 4 ways in opened" in lastday().text()
