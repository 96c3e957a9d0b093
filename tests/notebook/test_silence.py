"""What a day's silence costs in lesson 11: members, days and notices are counted for each choice."""

from __future__ import annotations

import pytest

from simlab.notebook.silence import A_DAY, APART, BESIDE, LEFT, LOOKS, NEVER, NOW, PLAIN, SURE, WIPED, silence


@pytest.mark.parametrize(
    ("call", "files", "traces", "said"),
    [
        (NOW, PLAIN, LEFT, f"{5 * A_DAY} members in 12 States, and 60 days left."),
        (LOOKS, BESIDE, LEFT, f"{8 * A_DAY} members in 12 States, and 57 days left."),
        (SURE, PLAIN, LEFT, f"{15 * A_DAY} members in 12 States, and 50 days left."),
        (NEVER, PLAIN, LEFT, "1,800 members in 12 States, and 25 days left."),
        (NOW, PLAIN, WIPED, "2,000 members in 12 States, and 60 days left."),
        (SURE, APART, WIPED, "Nobody has to be told under HIPAA's rule."),
    ],
)
def test_a_choice_is_counted_in_members_and_days(call: str, files: str, traces: str, said: str) -> None:
    form = silence()
    form.chosen = {"call": call, "files": files, "traces": traces}
    assert said in form.text()
    if files != APART:
        assert "since 3 November" in form.text() and "by 2 January 2027" in form.text()
        assert ("HHS is told at the same time" in form.text()) == (form.rows[0][1] >= 500)


def test_it_opens_with_what_many_would_do() -> None:
    assert "50 days left" in silence().text()
