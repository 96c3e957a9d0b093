"""Access decisions: Cedar through the gate beside bare cedarpy, the twin over a table, a year of requests scored."""

from __future__ import annotations

import datetime as dt
import functools
import operator
import statistics
import time
from collections.abc import Callable, Iterator

import cedarpy
import numpy as np
import pandas as pd

from simlab.activity.requests import access_requests
from simlab.controls import access
from simlab.controls.access.gate import cedar
from simlab.controls.access.policies import entity_handle
from simlab.controls.access.request import FIELDS, NUMBERS, SWITCHES, WORDS
from simlab.insurer import Insurer

ASKED, ROWS = 500, 2_000_000
MEMBERS, YEAR = 100_000, 2026


def requests(rows: int) -> pd.DataFrame:
    """Requests of every kind, words as categories, as the event table holds them."""
    rng = np.random.Generator(np.random.Philox(5))
    columns: dict[str, object] = {"actor": "S0001", "member": "M00000001"}
    for name, words in WORDS.items():
        columns[name] = pd.Categorical.from_codes(rng.integers(0, len(words), rows).astype(np.int8), categories=words)
    for name in SWITCHES:
        columns[name] = rng.integers(0, 2, rows).astype(bool)
    for name, high in zip(NUMBERS, (600, 40, 60), strict=True):
        columns[name] = rng.integers(0, high, rows)
    return pd.DataFrame(columns)[list(FIELDS)]


def _best(*acts: Callable[[], object], rounds: int) -> list[float]:
    """CPU seconds of each act, the best of some rounds in which all take their turn."""
    best = [float("inf")] * len(acts)
    for _ in range(rounds):
        for at, act in enumerate(acts):
            start = time.process_time()
            act()
            best[at] = min(best[at], time.process_time() - start)
    return best


def _beside(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 25) -> tuple[float, float, float]:
    """CPU seconds of both, the best of some rounds, and the median of the rounds' ratios.

    One call is so short that a busy machine moves the best of either by a fifth, but both of a round alike.
    """
    taken = [_best(ours, theirs, rounds=1) for _ in range(rounds)]
    return min(a for a, _ in taken), min(b for _, b in taken), statistics.median(a / b for a, b in taken)


def bench() -> list[tuple[str, float, str]]:
    """Decisions per CPU second of each, Cedar's ratio to bare cedarpy, and a year."""
    gate, handle, entities = access.Gate(), access.shipped().handle, entity_handle()
    asked = [access.Request.of(row) for row in requests(ASKED).to_dict("records")]
    bare = [cedar(r) for r in asked]

    def by_cedar() -> list[tuple[bool, list[str]]]:
        said = cedarpy.is_authorized_batch(bare, handle, entities)
        return [(one.allowed, one.diagnostics.reasons) for one in said]

    def one_by_one() -> list[bool]:
        return [cedarpy.is_authorized(one, handle, entities).allowed for one in bare]

    ours, theirs, in_one = _beside(lambda: gate.decide_all(asked), by_cedar)
    _, _, each = _beside(lambda: [gate.decide(r) for r in asked], one_by_one)
    table = requests(ROWS)
    labelled = table.assign(
        label=pd.Categorical.from_codes((np.arange(ROWS) % 50 == 0).astype(np.int8), ["legitimate", "abuse"])
    )
    allowed, decided, scored = _best(
        lambda: access.allowed(table),
        lambda: access.decide_many(table),
        lambda: access.score(None, labelled),
        rounds=3,
    )
    return [
        ("Cedar through the gate, in one call", ASKED / ours, "decisions per CPU s"),
        ("bare cedarpy with handles, in one call", ASKED / theirs, "decisions per CPU s"),
        ("time through the gate over bare, in one call", in_one, "ratio (at most 1.2)"),
        ("time through the gate over bare, one by one", each, "ratio (at most 1.2)"),
        ("twin, allowed or not", ROWS / allowed, "decisions per CPU s"),
        ("twin, with the deciding policy", ROWS / decided, "decisions per CPU s"),
        ("score of a policy set", ROWS / scored, "requests per CPU s"),
        *year(),
    ]


def year() -> Iterator[tuple[str, float, str]]:
    """A year of requests of a 100,000-member insurer, made and scored month by month."""
    insurer, scores, made, scored, asked = Insurer.build(1, MEMBERS), [], 0.0, 0.0, 0
    for month in range(1, 13):
        start = time.process_time()
        first, after = dt.date(YEAR, month, 1), dt.date(YEAR + month // 12, month % 12 + 1, 1)
        table = access_requests(insurer, first, (after - first).days, 1)
        between = time.process_time()
        scores.append(access.score(None, table))
        scored, made, asked = scored + time.process_time() - between, made + between - start, asked + len(table)
    whole = functools.reduce(operator.add, scores)
    yield "a year of requests of 100,000 members", asked, "requests"
    yield "the year scored", scored, "CPU s (under 20)"
    yield "the year made, the insurer's tables too", made, "CPU s"
    yield "the year's work done at once", whole.work_done * 100, "%"
    yield "the year's abuse stopped", whole.abuse_stopped * 100, "%"
