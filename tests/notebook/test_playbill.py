"""All role-plays behind one list: one's own first, and the chosen one below it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab import dialogue
from simlab.notebook.playbill import Playbill, playbill, titles
from simlab.notebook.roleplay import Roleplay


@pytest.fixture(autouse=True)
def beside_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_ones_own_stand_first() -> None:
    first = next(iter(titles("managers").items()))
    assert "managers" in dialogue.load(first[0]).roles and first[1].endswith("(your work)")
    assert list(titles("")) != list(titles("managers")) and len(titles("")) == len(dialogue.names())
    assert "reporter" not in titles("", ("reporter",))


def test_the_chosen_one_stands_below_the_list() -> None:
    bill = playbill("spouse-caller")
    assert isinstance(bill, Playbill)
    lists, shown = bill.children
    assert isinstance(shown, Roleplay) and shown.dialogue.id == next(iter(titles("", ("spouse-caller",))))
    lists.chosen = {"talk": dialogue.load("wrong-fax").title}
    lists, shown = bill.children
    assert isinstance(shown, Roleplay) and shown.dialogue.id == "wrong-fax"
    assert shown.text()
