"""What the rules and baselines that ship catch of each incident step, zeros included, and at which cost in alerts.

    python -m simlab.grading.recall    writes simlab/detection/RECALL.md anew

That file lies beside the rules, so that whoever changes one sees what it does. A test compares the two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from simlab import clock
from simlab.activity import ordinary, place, queue, steps
from simlab.activity.incident import Step
from simlab.content.loader import PACKAGE
from simlab.detection import baselines, budget, detect, together
from simlab.detection.alerts import A_DAY, MEMBERS_EACH
from simlab.grading.scoring import score
from simlab.insurer import Insurer

FILE = PACKAGE / "detection" / "RECALL.md"
SEEDS, MEMBERS, START = (101, 202, 303), 3_000, dt.date(2026, 4, 6)
DAYS = 63  # the first two weeks are ordinary: what is usual has to be known first


def recall(seeds: Iterable[int], members: int = MEMBERS, *, start: dt.date = START) -> pd.DataFrame:
    """How often each incident step is caught in nine weeks of each seed, by rules and by baselines.

    Columns: step, technique, logs (those in which it was placed), by_rules, by_baselines, by_either, seconds
    (the median time to the first alert, -1 where none), rules. Steps that leave no event are there too.
    """
    parts = [_of_seed(seed, members, start) for seed in seeds]
    whole = pd.concat(parts, ignore_index=True)
    rows = [_recalled(str(step), part) for step, part in whole.groupby("step", sort=True)]
    columns = ["step", "technique", "logs", "by_rules", "by_baselines", "by_either", "seconds", "rules"]
    return pd.DataFrame(rows, columns=columns)


def _of_seed(seed: int, members: int, start: dt.date) -> pd.DataFrame:
    """Every incident step once, each on a working day of its own, and who caught it."""
    insurer = Insurer.build(seed, members)
    made = _placed(insurer, seed, start)
    days = ordinary(insurer, start=start, days=DAYS, seed=seed)
    log, truth = place(days, list(made.values()))
    rules = score(detect(log), truth, log).steps
    usual = score(
        baselines.detect(log, queue(insurer, start, DAYS, seed), insurer.staff, insurer.members, insurer.relations),
        truth,
        log,
    ).steps
    names = pd.DataFrame({"step": list(made)})
    names["technique"] = [steps.get(name).technique or "" for name in names["step"]]
    both = names.merge(rules[["incident", "seconds", "rules"]], left_on="step", right_on="incident", how="left")
    return both.merge(usual[["incident", "seconds", "rules"]], on="incident", how="left", suffixes=("", "_usual"))


def _placed(insurer: Insurer, seed: int, start: dt.date) -> dict[str, Step]:
    """Each step that this insurer can have, from some hour of a working day on."""
    out: dict[str, Step] = {}
    weekdays = [
        start + dt.timedelta(days=n) for n in range(14, 14 + 28) if (start + dt.timedelta(days=n)).weekday() < 5
    ]
    for n, name in enumerate(steps.names()):
        day = dt.datetime.combine(weekdays[n % len(weekdays)], dt.time(15, 10), tzinfo=dt.UTC)
        over = min(steps.get(name).over, 20 * clock.DAY)
        out[name] = steps.get(name)(insurer, at=clock.micros(day), over=over, seed=seed, incident=name)
    return out


def _recalled(step: str, part: pd.DataFrame) -> list[object]:
    by_rules, usual = part["seconds"].fillna(-1) >= 0, part["seconds_usual"].fillna(-1) >= 0
    soonest = part[["seconds", "seconds_usual"]].where(lambda t: t >= 0).min(axis=1).dropna().astype("int64")
    median = int(np.sort(soonest.to_numpy())[len(soonest) // 2]) if len(soonest) else -1
    said = sorted(
        {r for text in [*part["rules"].dropna(), *part["rules_usual"].dropna()] for r in text.split(", ") if r}
    )
    either = int((by_rules | usual).sum())
    technique = str(part["technique"].iloc[0])
    return [step, technique, len(part), int(by_rules.sum()), int(usual.sum()), either, median, ", ".join(said)]


def calm(seeds: Iterable[int], members: int = MEMBERS, *, start: dt.date = START) -> int:
    """How many alerts rules and baselines give on the same days of the same insurers, where nothing was placed."""
    total = 0
    for seed in seeds:
        insurer = Insurer.build(seed, members)
        days, work = ordinary(insurer, start=start, days=DAYS, seed=seed), queue(insurer, start, DAYS, seed)
        unusual = baselines.detect(days, work, insurer.staff, insurer.members, insurer.relations)
        total += len(together([detect(days), unusual]))
    return total


def page(found: pd.DataFrame, alerts: int, seeds: tuple[int, ...] = SEEDS, members: int = MEMBERS) -> str:
    """RECALL.md: what was caught (`recall`), and the alerts of days on which nothing happened (`calm`)."""
    days = DAYS * len(seeds)
    each, grown = alerts / (budget(members, days) / A_DAY), alerts * MEMBERS_EACH / (members * days)
    caught, whole = int(found["by_either"].sum()), int(found["logs"].sum())
    head = f"""\
# What detection catches

Made by `python -m simlab.grading.recall`; do not edit. A test compares it with what ships.

{len(seeds)} insurers of {members:,} members each (seeds {", ".join(map(str, seeds))}), {DAYS} days of each from {START} on.
Every incident step happens once in each, from the third week on. A step is caught if one of its events is in an alert.
Caught by rules or baselines: {caught} of {whole}, and {int((found["by_either"] == 0).sum())} of {len(found)} steps never.

On the same days without any incident, rules and baselines together give {alerts} alerts: {each:.2f} for each analyst
and day, where the budget is {A_DAY}. An analyst looks after {MEMBERS_EACH:,} members, and there is at least one: if
alerts grew as members do, it would be {grown:.2f}. `make test-long` holds a year of an unseen seed to the budget.

| step | ATT&CK | by rules | by baselines | by either | first alert after | by |
|---|---|---|---|---|---|---|
"""
    return head + "".join(f"| {' | '.join(_cells(row))} |\n" for row in found.to_dict("records"))


def _cells(row: dict[Hashable, Any]) -> list[str]:
    caught = [f"{row[by]} of {row['logs']}" for by in ("by_rules", "by_baselines", "by_either")]
    seconds = int(str(row["seconds"]))
    took = clock.duration(seconds) if seconds >= 0 else "–"
    return [str(row["step"]), str(row["technique"]) or "–", *caught, took, str(row["rules"]) or "–"]


def main() -> None:
    """Write the file anew."""
    FILE.write_text(page(recall(SEEDS), calm(SEEDS)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
