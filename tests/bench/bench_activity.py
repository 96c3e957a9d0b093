"""Ordinary days, the log's chain, its writing and its check, beside bare loops; what ten times the events cost.

`BENCH_MANY=1` adds a year of a hundred million events. The cost for each event by size is also drawn,
as `activity.svg` in the folder that BENCH_OUT names.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simlab import events
from simlab.activity import chain, ordinary, verify
from simlab.activity.ordinary import Company
from simlab.activity.writer import writing
from simlab.detection import detect
from simlab.duck import connect
from simlab.insurer import Insurer

START = dt.date(2026, 3, 2)
# Members and days that give about ten thousand events, a hundred thousand, a million, ten million; and a hundred.
SIZES = ((16_000, 1), (16_000, 10), (16_000, 100), (100_000, 160))
MANY = (540_000, 365)
# A record's texts and their lengths, as long as they are on most days.
PLAIN = 187
Row = tuple[str, float, str]

_YEAR = """
import datetime, json, pathlib, resource, sys, time
from simlab.activity import parts, write_year
from simlab.insurer import Insurer
out, members, days = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
insurer = Insurer.build(1, members)
[insurer.table(name) for name in ("members", "claims", "staff")]
begin = time.process_time()
write_year(insurer, out, start=datetime.date(2026, 1, 5), days=days, seed=1)
took = time.process_time() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([parts.read_index(out).count, took, peak]))
"""


def _cpu(act: Callable[[], object]) -> float:
    """The best of three runs in seconds of CPU."""
    took = []
    for _ in range(3):
        start = time.process_time()
        act()
        took.append(time.process_time() - start)
    return min(took)


def bench() -> list[Row]:
    """Events and records per CPU second, each beside a baseline of the same run."""
    return [*_in_memory(), *_written(), *_by_size()]


def _in_memory() -> list[Row]:
    insurer, key = Insurer.build(1), Ed25519PrivateKey.generate()
    log = ordinary(insurer, start=START, days=30, seed=1)
    made, many = chain(log, key), len(log)
    one, two = _loops(many)
    chained = many / _cpu(lambda: chain(log, key))
    return [
        ("chain and sign", chained, "records/s CPU"),
        ("chain beside a bare loop of one hash", chained / one, "ratio"),
        ("chain beside a bare loop of two hashes", chained / two, "ratio"),
        ("verify", many / _cpu(lambda: verify(made, key.public_key())), "records/s CPU"),
        ("all rules", many / _cpu(lambda: detect(log)), "events/s CPU"),
    ]


def _loops(many: int) -> tuple[float, float]:
    """Records per CPU second of a loop that does nothing but hash: once, and twice, for each of PLAIN bytes."""
    rows = [bytes([n % 256]) * PLAIN for n in range(many)]
    return many / _cpu(lambda: _one(rows)), many / _cpu(lambda: _two(rows))


def _one(rows: list[bytes]) -> None:
    head = b""
    for row in rows:
        head = hashlib.sha256(row + head).digest()


def _two(rows: list[bytes]) -> None:
    head = b""
    for row in rows:
        head = hashlib.sha256(head + hashlib.sha256(row).digest()).digest()


def _written() -> list[Row]:
    """A week of 100,000 members: made, sorted, written plain by DuckDB, and written chained and signed."""
    company, key = Company(Insurer.build(1, 100_000)), Ed25519PrivateKey.generate()
    company.days(START, 1, 1)

    def made() -> pd.DataFrame:
        return events.concat(company.days(START, 6, 1)[0])

    log = made()
    many = len(log)
    one, two = _loops(many)
    days = many / _cpu(made)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        plain = many / _cpu(lambda: _plain(log, place / "plain.parquet"))
        count = iter(range(9))
        chained = many / _cpu(lambda: _chained(log, place / f"log{next(count)}", key))
        checked = many / _cpu(lambda: verify(place / "log0", key.public_key()))
    return [
        ("bare loop of one hash", one, "records/s CPU"),
        ("bare loop of two hashes", two, "records/s CPU"),
        ("ordinary days, sorted", days, "events/s CPU"),
        ("ordinary days beside the loop of two", days / two, "ratio"),
        ("written plain by DuckDB", plain, "records/s CPU"),
        ("written chained and signed", chained, "records/s CPU"),
        ("written chained beside the loop of one", chained / one, "ratio"),
        ("written chained beside the loop of two", chained / two, "ratio"),
        ("made and written chained beside the loop of two", 1 / (1 / days + 1 / chained) / two, "ratio"),
        ("written chained beside written plain", chained / plain, "ratio"),
        ("verify in parts", checked, "records/s CPU"),
        ("verify in parts beside the loop of two", checked / two, "ratio"),
    ]


def _plain(log: pd.DataFrame, path: Path) -> None:
    with connect(threads="1") as con:
        con.register("rows", log)
        con.execute(f"COPY (SELECT * FROM rows) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


def _chained(log: pd.DataFrame, folder: Path, key: Ed25519PrivateKey) -> None:
    with writing(folder, key) as writer:
        writer.add(log)


def _by_size() -> list[Row]:
    """What each event costs in a log made, chained and written from nothing, each size in a process of its own."""
    sizes = [*SIZES, MANY] if os.environ.get("BENCH_MANY") else SIZES
    found = [_year(members, days) for members, days in sizes]
    each = [took / many * 1e6 for many, took, _ in found]
    if out := os.environ.get("BENCH_OUT"):
        _draw(Path(out) / "activity.svg", [(many, took) for many, took, _ in found])
    rows: list[Row] = []
    for (many, _, peak), cost in zip(found, each, strict=True):
        rows += [(f"a log of {many:,} events", cost, "microseconds CPU an event")]
        rows += [(f"a log of {many:,} events, peak of memory", peak / 1024**2, "GiB")]
    return [*rows, (f"an event among {found[-1][0]:,} beside one among {found[1][0]:,}", each[-1] / each[1], "ratio")]


def _year(members: int, days: int) -> tuple[int, float, int]:
    """Events, seconds of CPU and peak memory (KiB) of one log."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_OUT")) as folder:
        asked = [sys.executable, "-c", _YEAR, f"{folder}/log", str(members), str(days)]
        done = subprocess.run(asked, capture_output=True, text=True, check=True)
    many, took, peak = json.loads(done.stdout)
    return many, took, peak


def _draw(path: Path, found: list[tuple[int, float]]) -> None:
    """Seconds of CPU against events, both on scales of tens: cost in proportion is a line at 45 degrees."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4))
    axes = figure.subplots()
    axes.loglog([many for many, _ in found], [took for _, took in found], marker="o")
    axes.set(xlabel="events", ylabel="seconds of CPU", title="A log made, chained and written")
    figure.savefig(path)
