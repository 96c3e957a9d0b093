"""An insurer at a glance: the pictures say what the tables hold, in words too."""

from __future__ import annotations

import re

import pytest

from simlab.insurer import Insurer
from simlab.notebook import overview
from simlab.notebook.timeline import Page


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(2, 1_000)


@pytest.fixture(scope="module")
def page(insurer: Insurer) -> Page:
    return overview(insurer)


def test_it_counts_what_there_is(insurer: Insurer, page: Page) -> None:
    for said in (
        "Members  1,000",
        f"Households  {len(insurer.households):,}",
        f"Claims of the year  {len(insurer.claims):,}",
    ):
        assert said in repr(page)


def test_every_picture_has_its_numbers_in_words(insurer: Insurer, page: Page) -> None:
    words = re.findall(r"<img [^>]*alt='([^']+)'", page.data)
    assert [w.split(".")[0] for w in words[:3]] == [
        "Members by age", "Members by plan, and who bears the risk", "Staff at work by role",
    ]  # fmt: skip
    assert len(words) == 4 and "dashed" in words[3]
    for told in words[:2]:
        assert sum(int(n.replace(",", "")) for n in re.findall(r": ([\d,]+\d|\d)(?=,|$)", told)) == 1_000
    assert f"Member services representative: {(insurer.staff['role'] == 'member_services').sum()}" in words[2]


def test_it_shows_who_bears_the_risk_and_where_people_live(page: Page) -> None:
    assert "Tallgrass Freight Employees (self-funded)" in page.data and "(insured)" in page.data
    assert re.search(r"\n  TX  \d", repr(page)) and "class='simlab-map'" in page.data


def test_vendors_and_flows_are_listed(insurer: Insurer, page: Page) -> None:
    for name in insurer.vendors["name"]:
        assert name in page.data
    assert "Quickscript Translation  interpreters and translated letters  no contract  none" in repr(page)
    flow = "Call notes and recordings  Quickscript Translation  demographic, sensitive  e-mail  no"
    assert flow in repr(page) and repr(page).count("  yes") + repr(page).count("  no\n") >= len(insurer.flows) - 1


def test_a_reader_without_pictures_has_tables_with_headings(page: Page) -> None:
    tables = re.findall(r"<table>(.*?)</table>", page.data, re.DOTALL)
    assert tables and all("scope='col'" in t and "<caption>" in t for t in tables)
    assert len(page.data) < 1_000_000
