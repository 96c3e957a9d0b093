"""A year of an insurer that no threshold was chosen by: the alerts stay within the budget, month by month."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from simlab import clock
from simlab.activity import write_year
from simlab.detection import baselines, budget, detect, together
from simlab.duck import connect
from simlab.insurer import Insurer
from tests.activity.samples import KEY


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_year_of_an_unseen_seed_stays_within_the_budget(tmp_path: Path) -> None:
    insurer = Insurer.build(20_261_126, 5_000)
    folder = write_year(insurer, tmp_path / "log", start=dt.date(2026, 1, 1), days=365, seed=613, key=KEY)
    with connect() as con:
        work = con.execute("SELECT * FROM read_parquet(?)", [str(folder / "queue.parquet")]).df()
    rules, unusual = detect(folder), baselines.detect(folder, work, insurer.staff, insurer.members)
    found = together([rules, unusual])
    assert len(found) <= budget(members=5_000, days=365)
    month = pd.Series([clock.instant(t).month for t in found["window_start"]])
    assert month.value_counts().max() <= budget(members=5_000, days=28)
    # Nothing that ships cries every day: such an alert is soon read by nobody.
    days = found["window_start"] // clock.DAY
    assert days.groupby(found["rule_id"]).nunique().max() < 365 // 3
