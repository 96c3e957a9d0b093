"""The insurer's build, and its claims beside Faker's for the same columns."""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import faker
import pandas as pd

from simlab.insurer import TABLES, Insurer, claims, pools

MEMBERS, BY_FAKER = 10_000, 2_000
_START, _END, _STAY = dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.timedelta(days=5)
_STATUS = OrderedDict(zip(claims.STATUSES, (222, 20, 8, 6), strict=True))


def _cpu(*acts: Callable[[], object], rounds: int = 3) -> list[float]:
    """CPU seconds of each act, the best of some rounds in which all take their turn."""
    best = [float("inf")] * len(acts)
    for _ in range(rounds):
        for at, act in enumerate(acts):
            start = time.process_time()
            made = act()
            best[at] = min(best[at], time.process_time() - start)
            del made  # giving the memory back is not part of making it
    return best


def _build() -> Insurer:
    insurer = Insurer.build(1, MEMBERS)
    for name in TABLES:
        insurer.table(name)
    return insurer


def _cold() -> Insurer:
    """The build of a new process: content files are read again."""
    reads: list[Any] = [pools.plans, pools.roles, pools.company, pools.codes, pools.places, pools.cultures]
    for read in [*reads, pools.given_names, pools.family_names, claims.tables]:
        read.cache_clear()
    return _build()


def _faker_claims(rows: int, members: list[str], providers: list[str]) -> pd.DataFrame:
    """Claims in the same columns and to the same rules.

    Ids are unique, members and providers exist, diagnoses and statuses have their weights, a
    procedure and its price fit the diagnosis, and no claim ends before it begins.
    """
    fake = faker.Faker("en_US")
    fake.seed_instance(1)
    diagnoses = OrderedDict((d.id, d.weight) for d in pools.codes().diagnoses)
    of, procedures = {d.id: d for d in pools.codes().diagnoses}, {p.id: p for p in pools.codes().procedures}
    out: list[dict[str, object]] = []
    for _ in range(rows):
        dx = of[fake.random_element(diagnoses)]
        hcpcs = procedures[fake.random_element(dx.billed)]
        start, status = fake.date_between(_START, _END), fake.random_element(_STATUS)
        out.append(
            {
                "CLM_ID": int(fake.unique.numerify("88#############")),
                "member_id": fake.random_element(members),
                "provider_id": fake.random_element(providers),
                "CLM_FROM_DT": start,
                "CLM_THRU_DT": min(fake.date_between(start, start + _STAY), _END),
                "ICD10_DGNS_CD_1": dx.id,
                "HCPCS_CD_1": hcpcs.id,
                "CLM_PMT_AMT_CENTS": fake.random_int(hcpcs.low, hcpcs.high) if status in ("paid", "adjusted") else 0,
                "sensitive": dx.sensitive if dx.sensitive != "none" else hcpcs.sensitive,
                "status": status,
            }
        )
    return pd.DataFrame(out)


def bench() -> list[tuple[str, float, str]]:
    """CPU seconds of the build, claims per CPU second, and the ratio to Faker."""
    insurer = _build()
    people, cover, ids = insurer._people, insurer._cover, insurer._provider_id
    members, providers = insurer.members["member_id"].to_list(), insurer.providers["provider_id"].to_list()
    # Both are short, so both get the best of twenty rounds, turn by turn.
    ours_s, theirs_s = _cpu(
        lambda: claims.table(people, cover, ids), lambda: _faker_claims(BY_FAKER, members, providers), rounds=20
    )
    ours, theirs = len(insurer.claims) / ours_s, BY_FAKER / theirs_s
    cold, warm = _cpu(_cold, _build)
    return [
        (f"{MEMBERS:,} members, every table, content read anew", cold, "CPU s"),
        (f"{MEMBERS:,} members, every table, content in memory", warm, "CPU s"),
        ("claims", ours, "rows per CPU s"),
        ("Faker, the same columns and rules", theirs, "rows per CPU s"),
        ("claims over Faker", ours / theirs, "ratio"),
    ]
