"""How good alerts are, against the truth: caught steps, wasted alerts, and how long it took.

    python -m simlab.grading.scoring    every incident step, by rules and by baselines, zeros included

Only graders see the truth. An alert is right if one of its events belongs to an incident; a step is
caught if one of its events is in an alert, and as soon as such an alert was first given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from simlab import clock, events
from simlab.activity import ordinary, place, queue, steps
from simlab.activity.incident import Step
from simlab.detection import baselines, detect
from simlab.detection.source import Source, opened
from simlab.errors import InputError
from simlab.insurer import Insurer

REPORT = "-report"  # what follows a step, such as the letter of who noticed


@dataclass(frozen=True, eq=False)
class Score:
    """`steps`: one row for each incident step; `alerts` in all, and how many of them were `right`.

    Columns of `steps`: incident, step, technique, events, caught (events in alerts), seconds (from the
    step's first event to the first alert; -1 where it was missed), rules (which alerted).
    """

    steps: pd.DataFrame
    alerts: int
    right: int

    @property
    def wasted(self) -> int:
        """Alerts about nothing."""
        return self.alerts - self.right

    @property
    def caught(self) -> int:
        """Steps that an alert tells of."""
        return int((self.steps["seconds"] >= 0).sum())

    @property
    def precision_percent(self) -> int:
        """Right alerts of a hundred; 100 where there was none."""
        return 100 * self.right // self.alerts if self.alerts else 100

    @property
    def recall_percent(self) -> int:
        """Caught steps of a hundred; 100 where there was nothing to catch."""
        return 100 * self.caught // len(self.steps) if len(self.steps) else 100


def score(alerts: pd.DataFrame, truth: pd.DataFrame, log: Source) -> Score:
    """The score of a set of alerts about a log whose truth is known. Raises InputError.

    `alerts` has `detection.ALERTS`, `truth` `events.TRUTH`; both name positions in `log`.
    """
    _require(truth)
    pairs = _pairs(alerts)
    right = pairs["alert"][pairs["event"].isin(truth["event"])].nunique()
    told = truth.assign(time=_times(truth["event"].to_numpy(), log)).merge(pairs, on="event", how="left")
    # What is reported afterwards is no step to be caught: it is how one hears of what was not.
    told = told[~told["step"].str.endswith(REPORT)]
    rows = [_scored(names, part) for names, part in told.groupby(["incident", "step"], sort=False)]
    columns = ["incident", "step", "technique", "events", "caught", "seconds", "rules"]
    return Score(pd.DataFrame(rows, columns=columns), len(alerts), int(right))


def _require(truth: pd.DataFrame) -> None:
    missing = [name for name in events.TRUTH if name not in truth.columns]
    if missing:
        raise InputError(f"not a table of truth: {', '.join(missing)} missing; it has {', '.join(events.TRUTH)}")


def _pairs(alerts: pd.DataFrame) -> pd.DataFrame:
    """One row for each alert and event in it."""
    many = [len(found) for found in alerts["events"]]
    event = np.concatenate([np.asarray(found, dtype=np.int64) for found in alerts["events"]] or [np.empty(0, np.int64)])
    rule, given = (np.repeat(alerts[name].to_numpy(), many) for name in ("rule_id", "told"))
    return pd.DataFrame({"alert": np.repeat(np.arange(len(alerts)), many), "event": event, "rule": rule, "told": given})


def _scored(names: object, part: pd.DataFrame) -> list[object]:
    incident, step = names if isinstance(names, tuple) else ("", "")
    seen = part[part["alert"].notna()]
    seconds = max(0, int(seen["told"].min() - part["time"].min()) // clock.SECOND) if len(seen) else -1
    technique = next((t for t in part["technique"] if t), "")
    rules = ", ".join(sorted(set(seen["rule"])))
    return [incident, step, technique, part["event"].nunique(), seen["event"].nunique(), seconds, rules]


def _times(positions: np.ndarray, log: Source) -> np.ndarray:
    """When events happened. Raises InputError for a position that the log does not have."""
    with opened(log, ()) as origin:
        origin.con.register("wanted", pd.DataFrame({"event": np.unique(positions)}))
        query = f"SELECT event, time FROM {origin.rows} JOIN wanted USING (event)"  # noqa: S608 - our own words
        found = dict(origin.con.execute(query).fetchall())
    odd = [int(p) for p in positions if p not in found]
    if odd:
        raise InputError(f"the truth names event {odd[0]}, which the log does not hold: it is another log's")
    return np.array([found[p] for p in positions], dtype=np.int64)


def recall(seeds: Iterable[int], members: int = 3_000, *, start: dt.date = dt.date(2026, 4, 6)) -> pd.DataFrame:
    """How often each incident step is caught in eight weeks of each seed, by rules and by baselines.

    Columns: step, technique, weeks (logs in which it was placed), by_rules, by_baselines, by_either, seconds
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


DAYS = 63  # the first two weeks are ordinary: what is usual has to be known first


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


def main() -> None:
    """Print the recall of what ships, each step, zeros included."""
    shown = Table("step", "ATT&CK", "rules", "baselines", "first alert after", "by", title="Caught, in three logs")
    for row in recall((101, 202, 303)).to_dict("records"):
        took = clock.duration(row["seconds"]) if row["seconds"] >= 0 else "-"
        caught = [f"{row[by]} of {row['logs']}" for by in ("by_rules", "by_baselines")]
        shown.add_row(row["step"], row["technique"], *caught, took, row["rules"])
    Console(width=150).print(shown)


if __name__ == "__main__":
    main()
