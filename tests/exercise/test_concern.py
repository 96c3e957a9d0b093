"""A first report is judged by what its reader needs: facts, times, no guesses, no more of a member's data than needed."""

from __future__ import annotations

import pytest

from simlab.content import names
from simlab.errors import UnknownName
from simlab.exercise.concern import concern, judge

# Of the ranges that are issued; put together here so that no file holds one.
REAL = "-".join(("512", "48", "1190"))
GOOD = {
    "what": "Three pages of an explanation of benefits lay in the printer. I locked them in my drawer.",
    "when": "Tuesday, 13:10",
    "seen": "A visitor's badge lay beside it. I do not know whether anybody has read them.",
    "told": "Nobody yet",
    "route": "privacy",
}


def wrong(**changed: str) -> list[str]:
    """What is to be mended in the good report with something changed."""
    return [line.text for line in judge(concern("printer-tray"), GOOD | changed) if not line.ok]


@pytest.mark.parametrize("name", names("concerns"))
def test_each_case_can_be_read_and_its_own_words_are_not_enough(name: str) -> None:
    case = concern(name)
    assert not all(line.ok for line in judge(case, {"what": case.moment, "when": "Tuesday 13:10", "route": "privacy"}))


def test_a_good_report_has_nothing_to_mend() -> None:
    assert wrong() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"what": "Something bad happened."}, "Facts: say also where it was, and how much it was"),
        ({"when": "Recently"}, "Time: give the day and the time of day"),
        ({"when": "Tuesday"}, "Time: give the day and the time of day"),
        ({"seen": "Dennis probably read them."}, "Guesses: “probably”"),
        ({"seen": "Whoever printed them must have been careless."}, "“must have”, “careless”"),
        ({"told": "I told Rosalind Achebe"}, "you give the member's name"),
        ({"seen": "The diagnosis is depression."}, "you give the diagnosis"),
        ({"route": "manager"}, "Way: a report that only your manager has may stop there"),
    ],
)
def test_each_slip_is_named_alone_and_says_what_to_do(changed: dict[str, str], said: str) -> None:
    assert len(found := wrong(**changed)) == 1 and said in found[0]


@pytest.mark.parametrize(
    "when", ["yesterday at 9:30", "Friday, about 2 pm", "2026-03-02 08:00", "today at noon", "March 3, 10.15"]
)
def test_a_day_and_a_time_can_be_said_in_many_ways(when: str) -> None:
    assert wrong(when=when) == []


def test_words_are_whole_words() -> None:
    assert wrong(seen="I stolen nothing. Careful people work here.") == []


def test_what_looks_like_a_real_persons_data_is_needless() -> None:
    assert "real person's data" in wrong(told=f"Call {REAL}")[0]


def test_an_unknown_case_is_named() -> None:
    with pytest.raises(UnknownName, match="printer-tray"):
        concern("printer-try")
