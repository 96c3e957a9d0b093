"""The month: settings earn what they tell rightly times what they keep, and a wrong text costs nobody a traceback."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest

from simlab.errors import ContentError
from simlab.exercise.kinds import drive
from simlab.exercise.probe import respond
from simlab.exercise.protocol import CheckSpec, Context, Expect, Expr, Lit, Verdict
from simlab.exercise.worlds import month
from simlab.exercise.worlds._month_requests import EACH, ROUTES, build, store
from simlab.exercise.worlds._month_settings import HABITS, OPEN_LINE, read, shipped

SOLUTION = Path(__file__).parents[2] / "solutions" / "07-consent" / "07-consent.ipynb"
KEEP = "keep: [restrictions, addresses, opt-outs]"


def _cell(name: str) -> Any:
    kept: dict[str, Any] = {}
    exec(next(c.source for c in nbformat.read(SOLUTION, 4).cells if c.id == name), kept)
    return kept


GOOD: str = _cell("settings-answer")["settings"]()
START: str = _cell("start-settings")["start"]
FAMILY = "opens: [agreed, did-not-object, inferred, cannot-speak, after-death]"
SEEDS = range(100, 103)


def judged(settings: Any, seed: int = 100, **expected: Any) -> Verdict:
    spec = CheckSpec("simulate", (Lit("month"), Expr("settings")), expect=Expect((), expected))
    return drive(month.play(spec, Context(seed)), lambda ask: respond(ask, {"settings": lambda: settings}))


def changed(*pairs: tuple[str, str]) -> str:
    text = GOOD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def opened_by(basis: str) -> str:
    lines = [f"    opens: [{basis}]" if line.startswith("    opens:") else line for line in GOOD.splitlines()]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", SEEDS)
def test_settings_that_ask_what_opens_it_earn_everything(seed: int) -> None:
    verdict = judged(GOOD, seed)
    assert verdict.share == 1.0 and all(d.ok for d in verdict.details), verdict


@pytest.mark.parametrize(
    ("settings", "share", "said"),
    [
        (START, 0.0, "Both sides have gaps"),
        ("rows: []", 0.0, "Wrongly told: 0 of"),
        (opened_by(""), 0.0, "Nothing got out, and people went without"),
        (opened_by("anybody").replace(KEEP, "keep: []"), 0.0, "Wrongly refused: 0."),
        (opened_by("consent"), 0.0, "Wrongly refused: "),
        (opened_by("form"), 0.0, "Wrongly refused: "),
        (changed((FAMILY, "opens: [anybody]")), 0.7867, "Wrongly refused: 0."),
        (changed(("opens: [their-payment]", "opens: [consent]")), 0.7857, "Wrongly told: 0 of"),
        (changed((KEEP, "keep: [restrictions, addresses]")), 0.7333, "Wrongly refused: 0."),
        (changed((KEEP, "keep: [restrictions, opt-outs]")), 0.7333, "Wrongly refused: 0."),
        (changed(("tell: [enrolment]\n", "tell: [enrolment, claims]\n")), 0.7333, "Wrongly refused: 0."),
        (changed(("way: transfer gateway", f"way: {OPEN_LINE}")), 0.9467, "Wrongly refused: 0."),
        (changed(("    way: transfer gateway", "    much: all\n    way: transfer gateway")), 0.9467, "Wrongly refused: 0."),
    ],
)  # fmt: skip
def test_each_way_of_thinking_gets_its_share(settings: str, share: float, said: str) -> None:
    for seed in SEEDS:
        verdict = judged(settings, seed)
        assert verdict.share == pytest.approx(share, abs=1e-3) and said in verdict.message, (seed, verdict)


def test_what_went_wrong_is_said_with_its_reason_and_source() -> None:
    details = [d.text for d in judged(START).details]
    told = " ".join(details)
    assert "The member was asked, and objects (45 CFR 164.510(b)(2)(ii))" in told
    assert "the organization's own promise" in told
    assert "provider, payment: wrongly refused 12 times, such as this. A provider asks what it needs to be paid" in told
    assert "open line" in told and "more fields went out" in told.lower()
    # Five are shown at once: both sides are among them, and no row twice on a side.
    assert {"told", "refused"} == {text.split("wrongly ")[1].split()[0] for text in details[:2]}
    assert len({text.split(" times")[0] for text in details}) == len(details)


def test_a_trainer_may_ask_for_less() -> None:
    lax = changed((FAMILY, "opens: [anybody]"))
    assert judged(lax, told=40).share == 1.0
    with pytest.raises(ContentError, match="expects 'tolt'"):
        judged(GOOD, tolt=2)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (GOOD.replace("for: involvement", "for: curiosity"), "your settings:3: rows[0].for: no purpose"),
        (GOOD.replace("for: involvement", "for: involvment"), "did you mean 'involvement'?"),
        (GOOD.replace("for: involvement", "for: payment"), "for 'family' there is no purpose 'payment'"),
        (GOOD.replace("to: family", "to: f\u0430mily"), "letters of two alphabets (Cyrillic and Latin)"),
        (GOOD.replace("opens: [contract]", "opens: [contarct]"), "did you mean 'contract'?"),
        (GOOD.replace("tell: [enrolment]\n", "tell: [enrollment]\n"), "did you mean 'enrolment'?"),
        (GOOD.replace("way: mail", "way: pigeon"), "no way named 'pigeon'"),
        (GOOD.replace("check: [identity]", "check: [badge]"), "your settings:"),
        (GOOD.replace("opens: [payment]", "opens: payment"), "rows[1].opens"),
        (GOOD.replace("to: named insured\n    for: notice", "to: family\n    for: involvement"), "your settings"),
        (GOOD + "\n" + KEEP, "keep"),
        (GOOD.replace(KEEP, "keep: [everything]"), "keep"),
        (GOOD.replace("  - to: family", "\t- to: family"), "not valid YAML"),
        ("tell everybody who asks nicely", "must be a mapping"),
        ("", "is empty"),
        ("rows: &a []\nkeep: *a\n", "repeats parts of YAML"),
        ("x: " + "y" * 9_000, "at most 8,000"),
        ("rows: " + "[" * 500 + "]" * 500, "too many brackets"),
        (7, "gave back 7. Let it return"),
        (None, "gave back None. Let it return"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_settings_is_answered_in_words(settings: Any, said: str) -> None:
    verdict = judged(settings)
    said = said.replace("is empty", "are empty")
    assert verdict.share == 0.0 and said in verdict.message and "Traceback" not in verdict.message, verdict.message


def test_settings_that_are_not_there_yet_say_so() -> None:
    spec = CheckSpec("simulate", (Lit("month"), Expr("settings")), expect=Expect())
    verdict = drive(month.play(spec, Context(1)), lambda ask: respond(ask, {}))
    assert verdict.share == 0.0 and "is not there yet" in verdict.message


@pytest.mark.parametrize("seed", SEEDS)
def test_every_month_has_as_many_of_each_way_of_asking(seed: int) -> None:
    ways = Counter(due.asked.why for due in build(seed).dues)
    assert len(ways) > 60 and set(ways.values()) == {EACH}
    assert {due.route for due in build(seed).dues} == set(ROUTES)


def test_another_seed_is_another_month() -> None:
    first, second = ({d.asked.request.model_dump_json() for d in build(seed).dues} for seed in (100, 101))
    assert len(first & second) < len(first) * 3 / 4
    assert {d.may != frozenset() for d in store().dues} == {True, False}


def test_a_row_as_shipped_says_what_the_rules_say() -> None:
    text = read(GOOD)
    for row in text.rows:
        own = shipped(row.to, row.for_)
        assert row.way == own.way and row.check == own.check and not set(row.opens) & set(HABITS)


def test_the_tables_to_practise_on_hold_no_other_month() -> None:
    table, bases = month.practice_month(), month.bases()
    assert set(table["right"]) == {"told", "refused", "partly"} and len(table) == len(build(1).dues)
    assert all(f"    {name}: " in bases for name in ("agreed", "their-payment", *HABITS))


def test_the_promise_says_both_sides() -> None:
    assert "told what is not theirs" in month.promise and "went without" in month.promise
    assert "telling nobody both score nothing" in month.promise
