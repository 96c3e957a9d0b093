"""A step of an incident made for a test: on a Tuesday morning, by name."""

from __future__ import annotations

import datetime as dt

from simlab import clock
from simlab.activity import Step, steps
from simlab.insurer import Insurer

AT = clock.micros(dt.datetime(2026, 3, 3, 16, 40, tzinfo=dt.UTC))
NAME = "night-reader-incident"


def make(insurer: Insurer, name: str, seed: int = 3, **parameters: object) -> Step:
    return steps.get(name)(insurer, at=AT, seed=seed, incident=NAME, **parameters)
