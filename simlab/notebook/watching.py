"""What does a rule catch, and whom does it bother? Four choices, run over four weeks of Larkspur's own log each time."""

from __future__ import annotations

from simlab.detection import detect
from simlab.exercise.protocol import PRACTICE_SEED
from simlab.exercise.worlds._watch_rule import read, written
from simlab.exercise.worlds._watch_score import Watch
from simlab.exercise.worlds._watch_weeks import build
from simlab.notebook.lists import Follows, Lists

NUMBERS = {"10 files": 10, "40 files": 40, "120 files": 120, "400 files": 400}
SPANS = {"an hour": "1h", "a working day (ten hours)": "10h"}
NIGHT, LEFT_OUT = "at night", "left out"
MINUTES = 40  # that one look into an alert takes, in the words below


def watch() -> Lists:
    """Four lists to choose from, and below them what was caught and who was asked for nothing."""
    lists = [
        ("number", "Alert from:", list(NUMBERS)),
        ("span", "Read within:", list(SPANS)),
        ("hours", "Look:", ["at all hours", NIGHT]),
        ("jobs", "The nightly job:", ["not left out", LEFT_OUT]),
    ]
    return Lists(lists, _follow, ("Four weeks", "What came of it", "Number"))


def _follow(chosen: dict[str, str]) -> Follows:
    weeks = build(PRACTICE_SEED)
    rule = read(
        written(
            NUMBERS[chosen["number"]],
            SPANS[chosen["span"]],
            is_night=chosen["hours"] == NIGHT,
            without_jobs=chosen["jobs"] == LEFT_OUT,
        )
    )
    found = Watch(weeks, rule, detect(weeks.log, [rule]), {"caught": 3, "wasted": 4})
    caught, many = len(found.caught), len(weeks.incidents)
    rows = (
        ("asked for nothing", found.waste),
        ("hours of work for nothing", found.waste * MINUTES // 60),
        ("incidents caught", caught),
        ("incidents missed", many - caught),
    )
    missed = [i.says for i in weeks.incidents if i.id not in found.caught]
    said = f"Missed: {'; '.join(missed)}." if missed else "All three were seen."
    return Follows(f"{caught} of {many} caught, {found.waste:,} asked for nothing.", f"{said} {_bothered(found)}", rows)


def _bothered(found: Watch) -> str:
    """Who was asked most, in words."""
    if not found.waste:
        return "Nobody was bothered."
    who, many = found.wasted.most_common(1)[0]
    return f"Asked most often: {who}, {many:,} times ({found.weeks.oddities.get(who, 'an ordinary account')})."
