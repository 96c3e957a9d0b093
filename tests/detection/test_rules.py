"""Every rule file that ships, by its own examples."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sigma.collection import SigmaCollection

import simlab.detection
from simlab import clock, content, events
from simlab.activity import (
    bulk_read,
    chain,
    exfiltrate,
    extortion_mail,
    ordinary,
    place,
    steps,
    stolen_vendor_login,
)  # fmt: skip
from simlab.content import names
from simlab.detection import ALERTS, Rule, budget, detect, faults, load_rule, run, table
from simlab.detection.conditions import EVERY
from simlab.insurer import Insurer
from tests.activity.samples import KEY

RULES = names("rules")


@pytest.mark.parametrize("name", RULES)
def test_each_hit_alerts_and_each_miss_does_not(name: str) -> None:
    rule = load_rule(name)
    assert faults(rule) == []
    assert rule.cannot_see and rule.runbook and rule.falsepositives


@pytest.mark.parametrize("name", RULES)
def test_each_rule_is_one_that_other_sigma_tools_read(name: str) -> None:
    text = content.resource("rules", f"{name}.yml").read_text(encoding="utf-8")
    found = SigmaCollection.from_yaml(text)
    assert found.rules and not found.errors


def others(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule spoilt in each way: another threshold, a condition that always holds, a step less, no order."""
    window, steps = rule.window, rule.steps
    if not steps:
        yield "any event", replace(rule, condition=EVERY)
    if window and not steps:
        for at_least in {1, 10 * window.at_least} - {window.at_least}:
            yield f"from {at_least} on", replace(rule, window=window._replace(at_least=at_least))
    if window and window.kind == "temporal_ordered":
        yield "in any order", replace(rule, window=window._replace(kind="temporal"))
    for i, step in enumerate(steps):
        changed = [step._replace(condition=EVERY)]
        changed += [step._replace(window=step.window._replace(at_least=1))] if step.window else []
        for other in changed:
            yield f"step {i}: {other}", replace(rule, steps=(*steps[:i], other, *steps[i + 1 :]))
        if window:
            fewer = window._replace(at_least=window.at_least - 1)
            yield f"without step {i}", replace(rule, steps=(*steps[:i], *steps[i + 1 :]), window=fewer)


@pytest.mark.parametrize("name", RULES)
def test_the_examples_are_needed(name: str) -> None:
    """A rule without its filters, or with another threshold, fails one of its own examples."""
    assert [how for how, other in others(load_rule(name)) if not faults(other)] == []


def test_four_ordinary_weeks_stay_within_the_budget() -> None:
    """Daylight saving time ends in them, and the month. The seeds are none that a threshold was chosen by."""
    insurer = Insurer.build(8_675_309, members=5_000)
    days = ordinary(insurer, start=dt.date(2026, 10, 12), days=28, seed=5)
    alerts = detect(days)
    assert len(alerts) <= budget(members=5_000, days=28), alerts["explanation"].tolist()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mfa-fatigue", {"mfa-fatigue", "outside-login", "password-known"}),
        ("password-spraying", {"password-spraying", "outside-login", "password-known"}),
        ("vendor-account-abuse", {"bulk-reading", "export-after-bulk-reading", "after-hours", "vendor-address"}),
        ("bulk-read", {"bulk-reading", "after-hours", "vendor-address"}),
        ("portal-mixup", {"portal-mixup"}),
        ("ransomware", {"ransomware", "address-change"}),
    ],
)
def test_a_thing_that_happened_at_night_is_noticed(name: str, expected: set[str]) -> None:
    insurer = Insurer.build(11, members=1000)
    at = clock.micros(dt.datetime(2026, 3, 3, 5, 10, tzinfo=dt.UTC))
    done = steps.get(name)(insurer, at=at, over=90 * clock.MINUTE, seed=3, incident="night")
    log, _ = place(ordinary(insurer, start=dt.date(2026, 3, 2), days=2, seed=3), [done])
    assert set(detect(log)["rule_id"]) == expected


# Seeds that the threshold was not chosen by.
@pytest.mark.parametrize("seed", [20260704, 8_675_309])
def test_the_thief_is_found_and_the_staff_are_left_alone(seed: int, tmp_path: Path) -> None:
    insurer = Insurer.build(seed, members=10_000)
    days = ordinary(insurer, start=dt.date(2026, 3, 23), days=12, seed=seed)  # the month's end is among them
    at = dt.datetime(2026, 3, 26, 4, 40, tzinfo=dt.UTC)
    read = insurer.members["member_id"].iloc[::6].tolist()
    about: dict[str, Any] = {"seed": seed, "incident": "night"}
    steps = [
        stolen_vendor_login(insurer, "V01", at=at, **about),
        bulk_read(insurer, "V01", read, at=at, over=dt.timedelta(hours=9), session_from=at, **about),
        exfiltrate(insurer, "V01", len(read), at=at + dt.timedelta(hours=9, minutes=5), session_from=at, **about),
        extortion_mail(insurer, at=at + dt.timedelta(days=3), **about),
    ]
    log, truth = place(days, steps)
    alerts = detect(log, ["bulk-reading"])
    assert alerts["actor"].tolist() == ["brightwater-svc"]
    reads = truth[truth["step"] == "bulk-read"]["event"]
    alert = alerts.iloc[0]
    assert alert["first_event"] == reads.iloc[0] and alert["last_event"] >= reads.iloc[-1]
    assert len(read) <= alert["count"] < len(read) + 200
    assert f"brightwater-svc: {alert['count']:,} records" in alert["explanation"]
    assert len(detect(days, ["bulk-reading"])) == 0
    # The same from the log's folder, from its Parquet file, and from the log itself.
    signed = chain(log, KEY)
    folder = signed.write(tmp_path / "log")
    for source in (folder, folder / "records.parquet", str(folder), signed):
        assert detect(source, ["bulk-reading"]).equals(alerts)


def test_in_the_scenario_the_rule_speaks_after_fifty_minutes() -> None:
    """Three records a minute, as in the scenario `vendor-portal`: the 150th is read after 50 minutes."""
    rule = load_rule("bulk-reading")
    reads = table(rule.proof.hit[0]).iloc[:150]
    assert len(run(rule, reads)) == 1 and len(run(rule, reads.iloc[:149])) == 0
    took = run(rule, reads)["window_end"].iloc[0] - reads["time"].iloc[0]
    assert 49 * 60 <= took // 1_000_000 <= 50 * 60


def test_all_rules_run_and_give_one_table() -> None:
    hit = table(load_rule("bulk-reading").proof.hit[0])
    alerts = detect(hit)
    assert tuple(alerts.columns) == ALERTS and "bulk-reading" in set(alerts["rule_id"])
    nothing = detect(hit.iloc[:0])
    assert tuple(nothing.columns) == ALERTS and len(nothing) == 0
    assert nothing.dtypes.to_dict() == alerts.dtypes.to_dict()
    assert detect(hit, []).columns.tolist() == list(ALERTS)


def test_detection_never_sees_the_truth() -> None:
    """The room imports nothing that makes or holds truth, and no rule can name a column of it."""
    for path in Path(simlab.detection.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words = [getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "arg", "") or ""]
            words += [alias.name for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)]
            words.append(getattr(node, "module", "") or "")
            assert not [w for w in words if "truth" in w.lower() or "incident" in w.lower()], path.name
    assert not {"incident", "step", "technique"} & set(events.COLUMNS)


def test_the_same_alerts_however_the_text_is_held() -> None:
    hit = table(load_rule("bulk-reading").proof.hit[0])
    texts = [n for n in events.COLUMNS if n not in events.NUMBERS]
    for kind in ("str", "object"):
        assert detect(hit.astype(dict.fromkeys(texts, kind))).equals(detect(hit))


def test_a_log_with_truth_in_it_gives_the_same_alerts() -> None:
    hit = table(load_rule("bulk-reading").proof.hit[0])
    assert detect(hit.assign(incident="night", technique="T1213")).equals(detect(hit))
