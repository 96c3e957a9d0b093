"""The four rules that one sets in lesson 05: who gets in and who is held up is counted each time."""

from __future__ import annotations

import pytest

from simlab.notebook.gating import A_WAY, AGAIN, SHUT, gate

ALL, ROLE, WORK = "everyone who works here", "whoever has the role", "the role, and work on it"
OPEN, ONCE = "self, family, colleagues: open", "second factor in the morning"
NOTHING = "nothing is different"


@pytest.mark.parametrize(
    ("who", "kin", "factor", "emergency", "said"),
    [
        (WORK, SHUT, AGAIN, A_WAY, "0 looks without need let in, 0 emergencies held up. Nobody without a need got in. Nobody waited for care."),
        (WORK, SHUT, AGAIN, NOTHING, "0 looks without need let in, 72 emergencies held up."),
        (WORK, OPEN, AGAIN, A_WAY, "Let in: looks at one's own record, or one's family's; looks at colleagues."),
        (WORK, SHUT, ONCE, A_WAY, "Let in: open sessions that somebody else goes on in."),
        (ROLE, SHUT, AGAIN, A_WAY, "looks at members whom no work leads to"),
    ],
)  # fmt: skip
def test_a_rule_is_run_as_it_is_set(who: str, kin: str, factor: str, emergency: str, said: str) -> None:
    form = gate()
    form.chosen = {"who": who, "kin": kin, "factor": factor, "emergency": emergency}
    assert said in form.text()


def test_it_opens_with_the_rules_that_let_in_the_most() -> None:
    form = gate()
    assert form.chosen["who"] == ALL and dict(form.rows)["looks without need let in"] > 2_000
