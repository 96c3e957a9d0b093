"""A rule for calls, tried on a simulated week: strangers who get through against members who are turned away.

You choose how many questions a caller must answer, of which kind, and whether doubtful callers are called back.
Every call of the week is then decided by that rule. Knowledge-based questions are a choice of the
plan: 45 CFR 164.514(h) asks for verification and names no method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from simlab import draw
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict
from simlab.exercise.tasks import _parts as parts

LEGEND = "Set the rule for calls, and run the week."
BUTTON = "Run the week"
CITE = "45 CFR 164.514(h)"
MOST_STRANGERS, MOST_TURNED = 3, 80  # what is asked for, of about 60 strangers and 2,000 members
QUESTIONS = ("0", "1", "2", "3", "4", "5")
KINDS = (
    ("card", "what stands on the card: number, name, address"),
    ("private", "what only the member knows: last visit, premium"),
)
BACK = (("no", "no"), ("yes", "yes, at the number on file, when one answer is wrong"))
# Chances in a million that one question is answered.
MEMBER = {"card": 985_000, "private": 930_000}
STRANGER = {"card": 700_000, "private": 150_000}
HAS_PHONE = 950_000  # members who are reached at the number on file
HAS_STOLEN = 30_000  # strangers who sit at the number on file


@dataclass(frozen=True)
class Week:
    """One week of calls: how many of each side, and what they know this time (chances in a million)."""

    seed: int
    members: int
    strangers: int
    member: dict[str, int]
    stranger: dict[str, int]


@dataclass(frozen=True)
class Outcome:
    """What a rule did in a week: strangers let through, members turned away, members called back."""

    strangers: int
    turned: int
    called: int


def make(seed: int) -> Week:
    """A week for a seed: strangers know a little more or less, members forget a little more or less."""
    shift = draw.one(seed, "policy/shift", 0, 61) * 1_000
    return Week(
        seed,
        1_800 + 5 * draw.one(seed, "policy/members", 0, 61),
        50 + draw.one(seed, "policy/strangers", 0, 21),
        {kind: chance - shift // 6 for kind, chance in MEMBER.items()},
        {kind: chance + shift for kind, chance in STRANGER.items()},
    )


def run(week: Week, questions: int, kind: str, back: bool) -> Outcome:
    """Every call of the week, decided by the rule: all answers right, or one wrong and called back."""
    strangers = _decide(week, "stranger", week.strangers, week.stranger[kind], questions, back, HAS_STOLEN)
    members = _decide(week, "member", week.members, week.member[kind], questions, back, HAS_PHONE)
    return Outcome(int(strangers[0].sum()), int((~members[0]).sum()), int(members[1].sum()))


def _decide(
    week: Week, side: str, calls: int, chance: int, questions: int, back: bool, reached: int
) -> tuple[np.ndarray, np.ndarray]:
    """(let through, called back) for each call of a side."""
    ids = np.arange(calls)
    wrong = np.zeros(calls, dtype=np.int64)
    for number in range(questions):
        wrong += ~draw.chance(week.seed, f"policy/{side}/{number}", ids, chance)
    doubtful = (wrong == 1) if back else np.zeros(calls, dtype=bool)
    through = (wrong == 0) | (doubtful & draw.chance(week.seed, f"policy/{side}/reached", ids, reached))
    return through, doubtful


def view(material: Week) -> list[parts.Part]:
    return [
        parts.text(
            f"A week at the Dallas service center: {material.members + material.strangers:,} calls, {material.strangers} of them from people who are not who they "
            f"say. Let at most {MOST_STRANGERS} strangers through, and turn away at most {MOST_TURNED} members.",
        ),
        parts.slide("questions", "Questions that a caller must answer", int(QUESTIONS[0]), int(QUESTIONS[-1])),
        parts.pick("kind", "They ask for", KINDS),
        parts.pick("back", "Call back when in doubt", BACK),
    ]


def setting(answer: Any) -> tuple[int, str, bool] | None:
    """The rule that an answer sets, None where a part of it is missing, unknown or set twice."""
    kept, given = parts.chosen(answer), parts.given(answer)
    fine = kept.get("questions") in QUESTIONS and kept.get("kind") in MEMBER and kept.get("back") in dict(BACK)
    return (int(kept["questions"]), kept["kind"], kept["back"] == "yes") if fine and len(given) == 3 else None


def judge(material: Week, answer: Any) -> Verdict:
    """Half for each side that stays within its limit; nothing for a rule that ruins the other side."""
    rule = setting(answer)
    if rule is None:
        return Verdict(0.0, UNANSWERED)
    got = run(material, *rule)
    low, kind = got.strangers <= MOST_STRANGERS, got.turned <= MOST_TURNED
    details = (
        Detail(f"strangers let through: {got.strangers} of {material.strangers} (at most {MOST_STRANGERS})", low),
        Detail(f"members turned away: {got.turned} of {material.members:,} (at most {MOST_TURNED})", kind),
    )
    said = f"{details[0].text}; {details[1].text}; members called back: {got.called}."
    lead = "Right." if low and kind else "Not yet."
    return Verdict((low + kind) / 2, f"{lead} {said[:1].upper()}{said[1:]} {_next(low, kind)}".strip(), details, CITE)


def _next(low: bool, kind: bool) -> str:
    if low and kind:
        return "Few questions, of the right kind, and a way for those who fail one."
    if low:
        return (
            "The strangers are out, and so are many members. What could you do for a member who gets one answer wrong?"
        )
    return "Who can know the answers? What stands on a card, whoever has the card knows."


def table(material: Week, answer: Any) -> tuple[list[str], list[list[Any]]] | None:
    """What the rule did, as a caption with two heads and rows of (name, number); None before a rule is set."""
    rule = setting(answer)
    if rule is None:
        return None
    got = run(material, *rule)
    rows: list[list[Any]] = [
        ["strangers let through", got.strangers], ["members turned away", got.turned], ["members called back", got.called],
    ]  # fmt: skip
    return ["The week, under this rule", "Callers", "Calls"], rows


def text(material: Week, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Week) -> list[str]:
    """The first rule that keeps both within their limits."""
    for questions in QUESTIONS:
        for kind, _ in KINDS:
            for back, _ in BACK:
                answer = [f"questions:{questions}", f"kind:{kind}", f"back:{back}"]
                if judge(material, answer).share == 1.0:
                    return answer
    raise AssertionError(f"no rule holds for the week of seed {material.seed}")


MISTAKES: dict[str, Callable[[Week], Any]] = {
    "trust-everybody": lambda m: ["questions:0", "kind:card", "back:no"],
    "ask-for-everything": lambda m: ["questions:5", "kind:private", "back:no"],
    "the-card-is-proof": lambda m: ["questions:3", "kind:card", "back:no"],
}
