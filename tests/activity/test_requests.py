"""A labelled year of requests: the label follows from the company's books, and policies are scored by it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simlab import clock
from simlab.activity import queue
from simlab.activity.requests import access_requests
from simlab.activity.requests.asks import Misuse, asks, misuses, whys
from simlab.content import names
from simlab.content.loader import load_text
from simlab.controls import access
from simlab.errors import ContentError, InputError
from simlab.insurer import Insurer

START = dt.date(2026, 6, 29)  # a contract ends within the week
DAYS = 5


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(3, 6_000)


@pytest.fixture(scope="module")
def asked(insurer: Insurer) -> pd.DataFrame:
    return access_requests(insurer, START, DAYS, 7, abuse=40)


def test_the_same_seed_gives_the_same_requests_and_another_gives_others(insurer: Insurer, asked: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(asked, access_requests(insurer, START, DAYS, 7, abuse=40))
    assert not asked["time"].equals(access_requests(insurer, START, DAYS, 8, abuse=40)["time"])


def test_a_day_comes_out_the_same_alone_or_among_others(insurer: Insurer, asked: pd.DataFrame) -> None:
    alone = [access_requests(insurer, START + dt.timedelta(days=n), 1, 7, abuse=40) for n in range(DAYS)]
    together = pd.concat(alone).sort_values(["time", "actor", "member", "data", "action"])
    pd.testing.assert_frame_equal(
        together.reset_index(drop=True),
        asked.sort_values(["time", "actor", "member", "data", "action"]).reset_index(drop=True),
    )


def test_more_abuse_leaves_every_legitimate_request_as_it_was(insurer: Insurer, asked: pd.DataFrame) -> None:
    none = access_requests(insurer, START, DAYS, 7, abuse=0)
    legitimate = asked[asked["label"] == "legitimate"].reset_index(drop=True)
    pd.testing.assert_frame_equal(none, legitimate)


def test_every_request_is_one_that_the_gate_can_read(asked: pd.DataFrame) -> None:
    decided = access.decide_many(asked)
    assert (decided["policy"] != "unknown").all()
    assert list(asked.columns[:3]) == ["time", "actor", "member"] and asked["time"].is_monotonic_increasing
    assert set(access.Request.__dataclass_fields__) <= set(asked.columns)


def test_what_is_given_to_somebody_stands_in_the_queue(insurer: Insurer, asked: pd.DataFrame) -> None:
    given = queue(insurer, START, DAYS, 7)
    listed = set(zip(given["staff_id"].astype(str), given["member_id"].astype(str), strict=True))
    own = asked[(asked["label"] == "legitimate") & asked["why"].isin(["given-claim", "given-call"])]
    assert len(own) > 1000
    assert set(zip(own["actor"].astype(str), own["member"].astype(str), strict=True)) <= listed


def test_a_stand_in_works_on_the_list_of_somebody_who_is_away(insurer: Insurer, asked: pd.DataFrame) -> None:
    given = queue(insurer, START, DAYS, 7).astype({"staff_id": "str", "member_id": "str"})
    covered = asked[asked["why"].astype(str).str.startswith("covered")].astype({"actor": "str", "member": "str"})
    listed = covered.merge(given, left_on="member", right_on="member_id", suffixes=("", "_listed"))
    others = listed[listed["staff_id"] != listed["actor"]]
    assert len(covered) and set(covered["member"]) <= set(others["member"])


def test_nobody_on_leave_asks_for_work(insurer: Insurer, asked: pd.DataFrame) -> None:
    leave = insurer.table("leave")
    day = (asked["time"] // clock.DAY).astype("int64")
    away = asked[["actor", "label", "why"]].assign(day=day, actor=asked["actor"].astype(str)).merge(
        leave.assign(staff_id=leave["staff_id"].astype(str)), left_on="actor", right_on="staff_id"
    )  # fmt: skip
    first, last = (away[c].to_numpy().astype("datetime64[D]").astype(np.int64) for c in ("first", "last"))
    # A night shift that began before goes on for some hours.
    on_leave = away[(first < away["day"]) & (away["day"] < last)]
    assert set(on_leave["label"]) == {"abuse"}
    assert "on-leave-log-in" in set(on_leave["why"])


def test_a_vendor_is_at_work_until_its_contract_ends(asked: pd.DataFrame) -> None:
    mine = asked[asked["actor"].astype(str) == "silverbirch-svc"]
    ends = clock.micros(dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    usual = mine[mine["why"].isin(["given-project", "vendor-after-contract"])]
    assert ((usual["time"] < ends) == (usual["label"] == "legitimate")).all()
    assert set(usual["label"]) == {"legitimate", "abuse"}


def test_whose_record_it_is_follows_from_the_company_books(insurer: Insurer, asked: pd.DataFrame) -> None:
    kin = asked.groupby("why", observed=True)["kin"].agg(lambda found: set(found.astype(str)))
    assert kin["own-record"] == {"self"}
    assert kin["relative-record"] <= {"household", "relative"}
    known = access.Known.of(insurer).fill(asked)
    assert (known["kin"] == asked["kin"]).all()


def test_the_shipped_policies_do_care_and_stop_abuse_and_their_misses_are_known(asked: pd.DataFrame) -> None:
    score = access.score(None, asked)
    assert score.work_done > 0.9 and score.refused / score.legitimate < 0.01
    assert score.care_refused / score.care < 0.01
    through = access.allowed(asked) & (asked["label"] == "abuse")
    # What looks like work in every fact that a gate is told.
    missed = {
        "beyond-the-project", "invented-call", "glass-for-no-emergency", "over-broad-pull", "old-role", "on-leave-log-in", "leaver",
        "paid-marketing", "co-worker-record",
    }  # fmt: skip
    assert through.any() and set(asked.loc[through, "why"]) <= missed
    assert score.abuse_stopped > 0.9


def test_no_policy_decides_the_label(asked: pd.DataFrame) -> None:
    allowed = access.allowed(asked)
    legitimate = (asked["label"] == "legitimate").to_numpy()
    assert (allowed & ~legitimate).any() and (~allowed & legitimate).any()


@pytest.mark.parametrize("role", names("asks"))
def test_what_a_role_asks_for_is_read(role: str) -> None:
    assert asks(role).asks
    assert role in names("work")


@pytest.mark.parametrize("name", names("misuse"))
def test_a_way_of_misuse_says_what_makes_it_so(name: str) -> None:
    (one,) = [m for m in misuses() if m.id == name]
    assert one.says.endswith(".") and name in whys()


def test_a_fact_that_no_request_has_is_refused_with_what_there_is() -> None:
    text = "id: x\nsays: So.\nper_million: 1\nfacts: {purpose: gossip}\n"
    with pytest.raises(ContentError, match="purpose is 'gossip': it must be one of none stated"):
        load_text(text, Misuse, "misuse/x.yml")


@pytest.mark.parametrize(("days", "abuse", "said"), [(0, 1, "give 1 to"), (401, 1, "give 1 to"), (1, -1, "0 for none")])
def test_a_span_or_an_abuse_that_cannot_be_is_refused(insurer: Insurer, days: int, abuse: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        access_requests(insurer, START, days, 1, abuse=abuse)


def test_the_contents_are_one_file_a_role_and_one_a_misuse() -> None:
    folder = Path(__file__).parents[2] / "simlab" / "content" / "misuse"
    assert [m.id for m in misuses()] == sorted(p.stem for p in folder.glob("*.yml"))
