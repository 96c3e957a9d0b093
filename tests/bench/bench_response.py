"""A breach of a hundred thousand people in fifty States and forty plans, and assessments in rows."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from simlab.response import STATES, Facts, all_duties, assess, by_entity, counted, duties, recipients

PEOPLE, PLANS = 100_000, 40
FIFTY = sorted(STATES - {"AS", "GU", "MP", "PR", "VI", "DC"})
FACTS: dict[str, Any] = {
    "is_phi": True, "permitted_use": False, "secured": False, "personal_information": True, "licensed": FIFTY,
    "domicile": "OH", "discovered": "2026-03-10", "determined": "2026-03-10T15:00:00Z",
}  # fmt: skip


def company() -> Any:
    """Tables of a company of exactly that size: what `recipients` reads, and no more."""
    rng = np.random.default_rng(7)
    many = np.arange(PEOPLE)
    home = many // 3
    ids = pd.Series(many).map("M{:07}".format).astype("str")
    names = np.array(["Larkspur Health Plan", *(f"Plan {i:02} of an Employer" for i in range(PLANS))])
    houses = pd.DataFrame({"household_id": [f"H{h:06}" for h in range(home[-1] + 1)]})
    states = np.array(FIFTY)[rng.integers(0, 50, len(houses))]
    return SimpleNamespace(
        members=pd.DataFrame({
            "member_id": ids, "household_id": houses["household_id"].to_numpy()[home], "subscriber_id": ids[home * 3].to_numpy(),
            "state": states[home], "is_deceased": rng.random(PEOPLE) < 0.01, "is_minor": (many % 3 == 2),
            "confidential_address": np.where(rng.random(PEOPLE) < 0.005, "PO Box 7, Dayton", ""),
            "mail_returned": rng.random(PEOPLE) < 0.02, "policy_id": [f"P{h:06}" for h in home],
        }),
        households=houses.assign(street_line="1 Larch Lane", city="Dayton", state=states),
        policies=pd.DataFrame({
            "policy_id": [f"P{h:06}" for h in range(len(houses))],
            "plan_id": [f"L{p:02}" for p in rng.integers(0, PLANS + 1, len(houses))],
        }),
        plans=pd.DataFrame({"plan_id": [f"L{p:02}" for p in range(PLANS + 1)], "covered_entity": names}),
        claims=pd.DataFrame({"member_id": ids[::9], "sensitive": "none"}),
    )  # fmt: skip


def best(run: Callable[[], Any], times: int = 3) -> float:
    """CPU seconds of the fastest of a few runs: what else the machine does hardly counts."""
    out = []
    for _ in range(times):
        gc.collect()
        begin = time.process_time()
        run()
        out.append(time.process_time() - begin)
    return min(out)


def split(insurer: Any) -> tuple[Any, Any]:
    """The breach counted, assessed and owed for each covered entity, and a row a letter."""
    people = recipients(insurer, insurer.members["member_id"])
    return by_entity(Facts.of(**FACTS), counted(people)), people


def bench() -> list[tuple[str, float, str]]:
    insurer = company()
    shares, people = split(insurer)
    if len(people) != PEOPLE or sum(s.people for s in shares) != PEOPLE or len(shares) != PLANS + 1:
        raise AssertionError("not everybody is counted once")
    # By hand: one group-by and one merge, which any way of counting needs.
    ids = insurer.members["member_id"]
    hand = best(lambda: insurer.members.merge(insurer.policies, on="policy_id").groupby(["plan_id", "state"]).size())
    whole = best(lambda: split(insurer))

    def row(n: int) -> Facts:
        return Facts.of(**{**FACTS, "counts": {"OH": 1 + n % 700, "NY": n % 300}})

    def hipaa() -> None:
        for n in range(500):
            facts = row(n)
            assess(facts)
            duties(facts)

    def everywhere() -> None:
        for n in range(200):
            all_duties(row(n))

    return [
        (f"{len(ids):,} people, 50 States, {PLANS} plans: assessed and split", whole, "CPU s"),
        ("... beside one merge and group-by of them", whole / hand, "times"),
        ("assessments with HIPAA's duties, by CPU", 500 / best(hipaa) * 60, "a minute"),
        ("assessments under every law, by CPU", 200 / best(everywhere) * 60, "a minute"),
    ]
