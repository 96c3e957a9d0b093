"""Buttons and lists: what is pressed is passed on, what goes wrong is said, and all of it is also text."""

from __future__ import annotations

from simlab.notebook.buttons import Buttons
from simlab.notebook.lists import Follows, Lists

LABELS = [("go", "Go on"), ("end", "End")]


def test_a_press_is_passed_on_and_answered() -> None:
    row = Buttons(LABELS, lambda ident: ("Done.", f"It was {ident}."))
    row.press("end")
    assert (row.verdict, row.said) == ("Done.", "It was end.")
    assert row.text() == "[Go on]\n[End]\nDone. It was end."


def test_a_button_that_is_not_there_does_nothing() -> None:
    row = Buttons(LABELS, lambda ident: ("Done.", ident))
    row.press("delete")
    assert (row.verdict, row.said) == ("", "")


def test_a_fault_is_said_on_the_button_too() -> None:
    def fail(ident: str) -> tuple[str, str]:
        raise OSError("the disk is full")

    row = Buttons(LABELS, fail)
    row.press("go")
    assert (row.verdict, row.said) == ("Not done.", "the disk is full")


def lists() -> Lists:
    def follow(chosen: dict[str, str]) -> Follows:
        if chosen["b"] == "y":
            raise ValueError("not counted")
        return Follows("So:", chosen["a"], (("IL", 1200),) if chosen["a"] == "two" else ())

    return Lists([("a", "A:", ["one", "two"]), ("b", "B:", ["x", "y"])], follow, ("Who", "State", "Members"))


def test_a_choice_is_followed_by_its_numbers() -> None:
    shown = lists()
    assert (shown.said, shown.rows) == ("one", [])
    shown.chosen = {"a": "two", "b": "x"}
    assert shown.rows == [["IL", 1200]] and shown.text() == "A: two\nB: x\nSo: two\n  IL  1,200"


def test_a_text_that_no_list_holds_changes_nothing() -> None:
    shown = lists()
    shown.chosen = {"a": "three", "b": "x"}
    assert shown.said == "one"


def test_numbers_of_before_do_not_stay_when_something_goes_wrong() -> None:
    shown = lists()
    shown.chosen = {"a": "two", "b": "x"}
    shown.chosen = {"a": "two", "b": "y"}
    assert (shown.verdict, shown.said, shown.rows) == ("Not done.", "not counted", [])
