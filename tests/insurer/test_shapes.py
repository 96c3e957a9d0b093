"""Ages, costs, visits and providers have the shape of published figures, each within the tolerance said here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simlab.insurer import Insurer

EDGES = [-1, 17, 44, 64, 200]


@pytest.fixture(scope="module", params=[3, 20_260])
def world(request: pytest.FixtureRequest) -> Insurer:
    return Insurer.build(request.param, 40_000)


def bands(world: Insurer) -> np.ndarray:
    """Under 18, 18 to 44, 45 to 64, 65 and over, by member."""
    years = (pd.Timestamp("2026-01-01") - world.members["birth_date"]).dt.days * 4 // 1461
    return pd.cut(years, EDGES, labels=False).to_numpy()


def per_member(world: Insurer, values: np.ndarray) -> np.ndarray:
    return np.bincount(world.claims["member_id"].cat.codes, values, minlength=world.size)


def top(values: np.ndarray, share: float) -> float:
    """What part of the whole the largest have."""
    ordered = np.sort(values)[::-1]
    return float(ordered[: int(len(ordered) * share)].sum() / ordered.sum())


def test_ages_are_within_five_points_of_the_census(world: Insurer) -> None:
    # Howden and Meyer, Age and Sex Composition: 2010, Census Brief C2010BR-03.
    found = np.bincount(bands(world), minlength=4) / world.size
    assert np.abs(found - [0.240, 0.365, 0.264, 0.130]).max() < 0.05, found


def test_ages_have_no_gap_and_grown_children_stay_until_twenty_six(world: Insurer) -> None:
    m = world.members
    years = (pd.Timestamp("2026-01-01") - m["birth_date"]).dt.days * 4 // 1461
    assert np.bincount(years // 5, minlength=18)[:18].min() > world.size // 250
    grown = years[m["relationship"] == "adult child"]
    assert grown.between(18, 25).all() and 0.05 < len(grown) / len(m) < 0.15


def test_costs_are_as_concentrated_as_in_the_medical_expenditure_panel(world: Insurer) -> None:
    # Top 1 percent 21.7, top 5 nearly half, lower half under 3: MEPS Statistical Brief 560 (2022). About 13 in a
    # hundred without any: Brief 533 (2018).
    cost = per_member(world, world.claims["CLM_PMT_AMT_CENTS"].to_numpy())
    assert abs(top(cost, 0.01) - 0.217) < 0.05
    assert abs(top(cost, 0.05) - 0.50) < 0.04
    assert 1 - top(cost, 0.50) < 0.06
    assert abs((cost == 0).mean() - 0.13) < 0.03


def test_claims_per_member_grow_with_age_as_visits_do(world: Insurer) -> None:
    # Visits per 100 persons in 2009: 322, 309, 474, 829, all ages 421. NCHS, Health, United States, table 96.
    of, claims = bands(world), per_member(world, np.ones(len(world.claims)))
    found = np.array([claims[of == band].mean() for band in range(4)]) / claims.mean()
    assert np.abs(found / (np.array([322, 309, 474, 829]) / 421) - 1).max() < 0.15, found


def test_payments_are_as_concentrated_among_providers_as_in_medicare(world: Insurer) -> None:
    # CMS, Medicare Provider Utilization and Payment Data 2012: the top 1 percent had 14 percent of payments, and a
    # quarter about three quarters.
    c = world.claims
    paid = np.bincount(c["provider_id"].cat.codes, c["CLM_PMT_AMT_CENTS"], minlength=len(world.providers))
    assert abs(top(paid, 0.01) - 0.14) < 0.07
    assert abs(top(paid, 0.25) - 0.75) < 0.08
