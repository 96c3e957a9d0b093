"""A small insurer and three of its ordinary days, made once for all tests of this room."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from simlab.activity import ordinary
from simlab.insurer import Insurer


@pytest.fixture(scope="session")
def insurer() -> Insurer:
    return Insurer.build(11, members=1000)


@pytest.fixture(scope="session")
def days(insurer: Insurer) -> pd.DataFrame:
    return ordinary(insurer, start=dt.date(2026, 3, 2), days=3, seed=3)
