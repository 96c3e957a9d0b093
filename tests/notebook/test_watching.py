"""The rule that one sets in lesson 06: what it catches and whom it bothers is counted each time."""

from __future__ import annotations

import pytest

from simlab.notebook.watching import LEFT_OUT, NIGHT, watch

SPAN = "a working day (ten hours)"


@pytest.mark.parametrize(
    ("number", "span", "hours", "jobs", "said"),
    [
        ("120 files", SPAN, "at all hours", LEFT_OUT, "3 of 3 caught, 0 asked for nothing. All three were seen. Nobody was bothered."),
        ("120 files", SPAN, "at all hours", "not left out", "28 asked for nothing."),
        ("40 files", "an hour", "at all hours", LEFT_OUT, "2 of 3 caught, 0 asked"),
        ("10 files", "an hour", NIGHT, LEFT_OUT, "1 of 3 caught"),
        ("400 files", "an hour", "at all hours", LEFT_OUT, "0 of 3 caught"),
    ],
)  # fmt: skip
def test_a_rule_is_run_as_it_is_set(number: str, span: str, hours: str, jobs: str, said: str) -> None:
    form = watch()
    form.chosen = {"number": number, "span": span, "hours": hours, "jobs": jobs}
    assert said in form.text()
    assert dict(form.rows)["incidents caught"] + dict(form.rows)["incidents missed"] == 3


def test_it_opens_with_the_rule_that_cries_all_day() -> None:
    assert "3 of 3 caught, " in watch().text() and dict(watch().rows)["asked for nothing"] > 100
