"""The first hour of somebody who has noticed something: do it now, leave it to others, or let it be.

Both sides are multiplied: how much of what the hour asks for was done, and how much of the rest was left. So doing
everything oneself comes to nothing, and so does waiting. Texts in content/tasks/firsthour.yml.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from simlab import draw
from simlab.content import Model, load_file, resource
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _parts as parts

LEGEND = "What do you do with each, in the first hour?"
BUTTON = "Let the hour pass"
CITE = "45 CFR 164.308(a)(6)(ii); 45 CFR 164.404(a)(2)"
TELLS_ALL = True
CHOICES = (
    ("now", "I do it now"),
    ("theirs", "I leave it to security and the privacy office"),
    ("never", "I do not do it, and nobody should"),
)
SHOWN = {"now": 3, "theirs": 3, "never": 2}
# What a choice is worth where another was right.
NEARLY = {("theirs", "never"): 0.25, ("never", "theirs"): 0.5}
When = Literal["now", "theirs", "never"]


class Thing(Model):
    """Something that one may do in that hour, where it belongs, and what follows from it."""

    id: str
    when: When
    text: str
    good: str
    bad: str


class Moment(Model):
    id: str
    text: str


class Texts(Model):
    moments: tuple[Moment, ...] = Field(min_length=3)
    things: tuple[Thing, ...]


@dataclass(frozen=True)
class Hour:
    """The hour of a seed: what was noticed, and the things in the order shown."""

    moment: str
    things: tuple[Thing, ...]


@functools.lru_cache(maxsize=1)
def texts() -> Texts:
    """Everything that an hour is made of. Raises ContentError."""
    return load_file(resource("tasks", "firsthour.yml"), Texts)


def make(seed: int) -> Hour:
    """An hour for a seed: as many things of each kind for everybody."""
    moments = texts().moments
    picked = [t for when, count in SHOWN.items() for t in _ranked(seed, when)[:count]]
    picked.sort(key=lambda t: int(draw.bits(seed, f"firsthour/order/{t.id}", 0)))
    return Hour(moments[draw.one(seed, "firsthour/moment", 0, len(moments))].text, tuple(picked))


def _ranked(seed: int, when: str) -> list[Thing]:
    of_kind = [t for t in texts().things if t.when == when]
    return sorted(of_kind, key=lambda t: int(draw.bits(seed, f"firsthour/{t.id}", 0)))


def view(material: Hour) -> list[parts.Part]:
    return [
        parts.text(
            f"{material.moment} Scored on both sides: what must happen in this hour and does, times what is not yours and "
            "is left alone. Doing everything and doing nothing both do badly.",
            "It is 9:10.",
        ),
        *(parts.sort(t.id, t.text, [], CHOICES, "Your decision") for t in material.things),
    ]


def worth(thing: Thing, choice: str) -> float:
    """1 for where it belongs, a part for what is nearly so."""
    return 1.0 if choice == thing.when else NEARLY.get((thing.when, choice), 0.0)


def judge(material: Hour, answer: Any) -> Verdict:
    """The two sides multiplied; of two choices for one thing, neither counts."""
    given = _given(material, answer)
    if not given:
        return Verdict(0.0, UNANSWERED)
    done = [worth(t, given.get(t.id, "")) for t in material.things if t.when == "now"]
    left = [worth(t, given.get(t.id, "")) for t in material.things if t.when != "now"]
    share = round(sum(done) / len(done) * sum(left) / len(left), 4)
    said = f"Of what the hour asks for: {done.count(1.0)} of {len(done)} done. Of the rest: {left.count(1.0)} of {len(left)} left where it belongs."
    return Verdict(
        share, f"{lead(share)} {said}", tuple(_detail(t, given.get(t.id, "")) for t in material.things), CITE
    )


def _detail(thing: Thing, choice: str) -> Detail:
    if choice == thing.when:
        return Detail(f"{thing.text}: right. {thing.good[:1].upper()}{thing.good[1:]}", True)
    if not choice:
        return Detail(f"{thing.text}: nothing was decided.", False)
    if (thing.when, choice) == ("theirs", "never"):
        return Detail(f"{thing.text}: not by you, and it has to be done. Then {thing.good}", False)
    if (thing.when, choice) == ("never", "theirs"):
        return Detail(f"{thing.text}: they would not do it either. If it is done, {thing.bad}", False)
    return Detail(f"{thing.text}: {thing.bad}", False)


def _given(material: Hour, answer: Any) -> dict[str, str]:
    """The choice for each thing that was made once, and is one."""
    known = {t.id for t in material.things}
    return {i: c for i, c in parts.once(answer, dict(CHOICES)).items() if i in known}


def text(material: Hour, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Hour) -> list[str]:
    return [f"{t.id}:{t.when}" for t in material.things]


def _way(choose: Callable[[Thing], str]) -> Callable[[Hour], list[str]]:
    return lambda m: [f"{t.id}:{choose(t)}" for t in m.things]


def _waits(material: Hour) -> list[str]:
    late = next(t.id for t in material.things if t.when == "now")
    return [f"{t.id}:{'theirs' if t.id == late else 'now' if t.when == 'never' else t.when}" for t in material.things]


MISTAKES: dict[str, Callable[[Hour], Any]] = {
    "do-it-all-myself": _way(lambda t: "now"),
    "leave-it-all": _way(lambda t: "theirs"),
    "until-i-am-sure": _waits,
    "tidy-up-first": _way(lambda t: "now" if t.when == "never" else "never" if t.id == "leave-as-is" else t.when),
}
