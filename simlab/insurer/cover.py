"""Plans and policies: what is insured, by whom, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import groups, pools
from simlab.insurer.members import days
from simlab.insurer.people import NEW_YEAR, YEAR_END, People
from simlab.insurer.text import category, column

_MONTHS = (np.datetime64("2026-01") + np.arange(13)).astype("datetime64[D]").astype(np.int64)


@dataclass(frozen=True, eq=False)
class Cover:
    """Whole numbers behind the policies, one entry a household: plan, employer group (-1: none), first and last day."""

    plan: I64
    group: I64
    start: I64
    end: I64


def build(people: People) -> Cover:
    """One policy a household: most run the whole year, some begin or end with a month."""
    homes, seed = people.homes, people.seed
    late = draw.chance(seed, "policy starts late", homes, 80_000)
    early = draw.chance(seed, "policy ends early", homes, 45_000)
    month = draw.between(seed, "policy start month", homes, 1, 6)
    last = draw.between(seed, "policy end month", homes, 8, 11)
    plan = draw.weighted(seed, "plan", homes, [p.weight for p in pools.plans()])
    return Cover(
        plan=plan,
        group=groups.of_households(people, plan),
        start=np.where(late, _MONTHS[month], NEW_YEAR),
        end=np.where(early, _MONTHS[last] - 1, YEAR_END),
    )


def plans_table() -> pd.DataFrame:
    """One row a plan; `covered_entity` is the employer's plan where it is self-funded."""
    plans = pools.plans()
    return pd.DataFrame(
        {
            "plan_id": [p.id for p in plans],
            "plan_name": [p.name for p in plans],
            "plan_type": [p.kind for p in plans],
            "funding": [p.funding for p in plans],
            "covered_entity": [p.covered_entity for p in plans],
        },
        dtype="str",
    )


def policies_table(people: People, cover: Cover) -> pd.DataFrame:
    """One row a policy, `start` and `end` (last day of cover) as datetime64[s]; `group_id` "" without an employer."""
    return pd.DataFrame(
        {
            "policy_id": column(people.policy_id),
            "plan_id": category(cover.plan, [p.id for p in pools.plans()]),
            "subscriber_id": column(people.member_id[people.first]),
            "start": days(cover.start),
            "end": days(cover.end),
            "group_id": column(groups.ids(cover.group)),
        }
    )
