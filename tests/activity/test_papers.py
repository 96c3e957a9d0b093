"""The papers that a piece of work is about: the member's own, and on file by that day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from simlab import clock
from simlab.activity import queue
from simlab.activity.papers import Papers
from simlab.insurer import Insurer

ON_FILE = {"call_notes": "opened", "appeals": "opened", "authorizations": "opened", "claims": "CLM_THRU_DT"}
ID = {"call_notes": "NOTE_ID", "appeals": "APPEAL_ID", "authorizations": "AUTH_ID", "claims": "CLM_ID"}
ORDER = {"call": ("call_notes", "claims", "authorizations"), "case": ("appeals", "authorizations", "call_notes", "claims")}  # fmt: skip
DAY = dt.date(2026, 9, 1)


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(11, members=1000)


def papers(insurer: Insurer, table: str) -> pd.DataFrame:
    rows = insurer.table(table)
    named = {"id": rows[ID[table]], "member_id": rows["member_id"].astype(str), "since": rows[ON_FILE[table]]}
    return pd.DataFrame(named)


@pytest.fixture(scope="module")
def given(insurer: Insurer) -> pd.DataFrame:
    return queue(insurer, DAY, 14, 3)


def test_a_ref_names_a_paper_of_that_member_that_was_on_file_by_then(insurer: Insurer, given: pd.DataFrame) -> None:
    every = pd.concat([papers(insurer, table) for table in ID]).set_index("id")
    assert every.index.is_unique  # so an id says of which table it is
    work = given[(given["ref"] != "") & (given["kind"] == "call")]
    found = every.loc[work["ref"].astype("int64")]
    assert (found["member_id"].to_numpy() == work["member_id"].astype(str).to_numpy()).all()
    assert (found["since"].to_numpy() < (work["time"] // clock.DAY + 1).to_numpy("datetime64[D]")).all()


@pytest.mark.parametrize("kind", ORDER)
def test_the_likeliest_paper_and_of_those_the_last_is_named(insurer: Insurer, kind: str) -> None:
    """Looked for one by one, as one would by hand."""
    members = insurer.members["member_id"]
    number = np.arange(0, len(members), 3)
    time = np.full(len(number), clock.micros(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)))
    tables = {table: papers(insurer, table) for table in ORDER[kind]}

    def by_hand(member: str) -> int:
        for rows in tables.values():
            own = rows[(rows["member_id"] == member) & (rows["since"] < "2026-06-16")]
            if len(own):
                last = own[own["since"].dt.normalize() == own["since"].max().normalize()]
                return int(last["id"].max())
        return 0

    want = [by_hand(str(members.iloc[n])) for n in number]
    assert Papers(insurer, pd.Index(members.to_numpy(dtype=object))).latest(kind, number, time).tolist() == want
    assert {0} < set(want)


def test_work_on_a_claim_names_that_claim_and_most_work_has_its_paper(insurer: Insurer, given: pd.DataFrame) -> None:
    claims = given.loc[given["kind"] == "claim", "ref"].astype("int64")
    assert claims.isin(insurer.claims["CLM_ID"]).all()
    calls = given.loc[given["kind"] == "call", "ref"]
    assert 0.02 < (calls == "").mean() < 0.3
    assert calls.str.startswith(str(insurer.table("call_notes")["NOTE_ID"].iloc[0])[:2]).mean() > 0.3
