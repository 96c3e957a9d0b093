"""What is published about recall is what ships, and the zeros stand there too."""

from __future__ import annotations

import re

import pytest

from simlab.activity import steps
from simlab.grading.recall import FILE, SEEDS, calm, page, recall

# What leaves no event that tells, whatever one counts: the table says so, and a later rule will show here.
UNSEEN = {
    "extortion", "improper-disposal", "lost-device", "misdirected-fax", "tailgating", "unlocked-cabinet", "wrong-envelope",
}  # fmt: skip


def published() -> dict[str, list[str]]:
    """The table of the file: the cells of each step."""
    rows = [
        line.strip("| \n").split(" | ") for line in FILE.read_text(encoding="utf-8").splitlines()[1:] if "|" in line
    ]
    return {row[0]: row[1:] for row in rows[2:]}


def test_each_incident_step_is_published_and_zeros_too() -> None:
    table = published()
    assert list(table) == steps.names()
    never = {step for step, cells in table.items() if cells[3].startswith("0 of")}
    # An account or a badge whose owner is on the books, and alone, looks like any other: nobody has left there.
    assert UNSEEN <= never <= UNSEEN | {"leavers-access", "leavers-badge"}
    assert all(table[step][4:] == ["–", "–"] for step in never)


def test_one_insurer_of_those_in_the_file_is_caught_as_the_file_says() -> None:
    """What the file says of all holds for each; else `python -m simlab.grading.recall` has to be run again."""
    table = published()
    for row in recall(SEEDS[:1]).to_dict("records"):
        cells = table[row["step"]]
        for cell, by in zip(cells[1:4], ("by_rules", "by_baselines", "by_either"), strict=True):
            caught, whole = map(int, re.findall(r"\d+", cell))
            assert 0 <= caught - row[by] <= whole - 1, (row["step"], by, cell)
        assert {r for r in row["rules"].split(", ") if r} <= set(cells[5].split(", ")), row["step"]


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_file_is_the_one_that_is_made() -> None:
    assert FILE.read_text(encoding="utf-8") == page(recall(SEEDS), calm(SEEDS))
