"""Who is alone in a table: counted by hand, and against a count by groups."""

from __future__ import annotations

import pandas as pd
import pytest

from simlab.errors import UnknownName
from simlab.insurer import Insurer
from simlab.insurer.looking import alone, with_year


def test_by_hand() -> None:
    people = pd.DataFrame({"sex": ["F", "F", "M"], "town": ["A", "A", "A"], "year": [1, 2, 1]})
    assert list(alone(people, ["sex"]).index) == [2]
    assert list(alone(people, ["town"]).index) == []
    assert list(alone(people, ["sex", "year"]).index) == [0, 1, 2]
    assert len(alone(people, [])) == 0
    with pytest.raises(UnknownName, match="did you mean 'town'"):
        alone(people, ["twon"])


def test_more_facts_leave_more_people_alone() -> None:
    members = with_year(Insurer.build(seed=2, members=2_000).members)
    counts = [len(alone(members, c)) for c in (["state"], ["state", "gender"], ["state", "gender", "birth_year"],
                                               ["zip3", "gender", "birth_date"])]  # fmt: skip
    assert counts == sorted(counts) and counts[0] == 0 and counts[-1] > 1_500
    groups = members.groupby(["state", "gender", "birth_year"]).size()
    assert counts[2] == int((groups == 1).sum())
