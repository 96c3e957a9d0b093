"""The insurer's build by number of members, and its claims beside mimesis' for the same columns."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from mimesis import Generic
from mimesis.locales import Locale

from simlab.insurer import TABLES, Insurer, claims, pools
from simlab.insurer.paperwork import paperwork

MEMBERS, MORE, BY_MIMESIS = 10_000, 100_000, 2_000
_END = dt.date(2026, 12, 31)
_STATUS = dict(zip(claims.STATUSES, (222, 20, 8, 6), strict=True))


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


def _build(members: int = MEMBERS) -> Insurer:
    insurer = Insurer.build(1, members)
    for name in TABLES:
        insurer.table(name)
    return insurer


def _cold() -> Insurer:
    """The build of a new process: content files are read again."""
    reads: list[Any] = [pools.plans, pools.roles, pools.company, pools.codes, pools.places, pools.cultures, paperwork]
    for read in [*reads, pools.given_names, pools.family_names, claims.tables]:
        read.cache_clear()
    return _build()


def _mimesis_claims(rows: int, members: list[str], providers: list[str]) -> pd.DataFrame:
    """Claims in the same columns and to the same rules.

    Ids are unique, members and providers exist, diagnoses and statuses have their weights, a
    procedure and its price fit the diagnosis, and no claim ends before it begins.
    """
    fake = Generic(Locale.EN, seed=1)
    drawn, seen = fake.random, set[str]()
    weights = {d.id: d.weight for d in pools.codes().diagnoses}
    of, procedures = {d.id: d for d in pools.codes().diagnoses}, {p.id: p for p in pools.codes().procedures}
    out: list[dict[str, object]] = []
    for _ in range(rows):
        dx = of[drawn.weighted_choice(weights)]
        hcpcs = procedures[drawn.choice(dx.billed)]
        start, status = fake.datetime.date(2026, 2026), drawn.weighted_choice(_STATUS)
        while (ident := fake.code.pin("88#############")) in seen:
            pass
        seen.add(ident)
        out.append(
            {
                "CLM_ID": int(ident),
                "member_id": drawn.choice(members),
                "provider_id": drawn.choice(providers),
                "CLM_FROM_DT": start,
                "CLM_THRU_DT": min(start + dt.timedelta(days=drawn.randint(0, 5)), _END),
                "ICD10_DGNS_CD_1": dx.id,
                "HCPCS_CD_1": hcpcs.id,
                "CLM_PMT_AMT_CENTS": drawn.randint(hcpcs.low, hcpcs.high) if status in ("paid", "adjusted") else 0,
                "sensitive": dx.sensitive if dx.sensitive != "none" else hcpcs.sensitive,
                "status": status,
            }
        )
    return pd.DataFrame(out)


def bench() -> list[tuple[str, float, str]]:
    """CPU seconds of the build, claims per CPU second, and the ratio to mimesis."""
    insurer = _build()
    people, cover, ids = insurer._people, insurer._cover, insurer._provider_id
    members, providers = insurer.members["member_id"].to_list(), insurer.providers["provider_id"].to_list()
    # Both are short, so both get the best of twenty rounds, turn by turn.
    ours_s, theirs_s = _cpu(
        lambda: claims.table(people, cover, ids), lambda: _mimesis_claims(BY_MIMESIS, members, providers), rounds=20
    )
    ours, theirs = len(insurer.claims) / ours_s, BY_MIMESIS / theirs_s
    cold, warm, more = _cpu(_cold, _build, lambda: _build(MORE))
    rows = sum(len(insurer.table(name)) for name in TABLES)
    kept, read = _stored(insurer)
    return [
        (f"{MEMBERS:,} members, every table, content read anew", cold, "CPU s"),
        (f"{MEMBERS:,} members, every table, content in memory", warm, "CPU s"),
        (f"{MORE:,} members, every table", more, "CPU s"),
        ("ten times the members cost", more / warm, "ratio"),
        ("rows of all tables", rows / warm, "rows per CPU s"),
        ("claims", ours, "rows per CPU s"),
        ("mimesis, the same columns and rules", theirs, "rows per CPU s"),
        ("claims over mimesis", ours / theirs, "ratio"),
        ("every table written as Parquet", rows / kept, "rows per CPU s"),
        ("every table read and checked", rows / read, "rows per CPU s"),
    ]


def _stored(insurer: Insurer) -> tuple[float, float]:
    """CPU seconds to write an insurer that is built, and to read every table of it."""
    with tempfile.TemporaryDirectory() as home:
        start = time.process_time()
        folder = insurer.write(Path(home) / "larkspur")
        kept = time.process_time() - start
        start = time.process_time()
        read = Insurer.read(folder)
        for name in TABLES:
            read.table(name)
        return kept, time.process_time() - start
