"""Five alerts to decide on: close it, ask, or pass it on, with the evidence at hand.

Two are true (a stolen vendor log-in, somebody who looks where no work leads), two are odd and cleared by
the company's own records, and one is open until somebody is asked. Who, whose records and how many come
from the simulated company, and so does what follows from each choice. Both sides are multiplied: the
share of what was true and passed on, and how fairly the others were treated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simlab import draw
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _parts as parts
from simlab.exercise.tasks._alert_cases import Alert, Case, alerts
from simlab.exercise.tasks._alert_facts import office

LEGEND = "What do you do with each alert?"
BUTTON = "Decide"
CITE = "45 CFR 164.308(a)(1)(ii)(D); 45 CFR 164.308(a)(6); 45 CFR 164.530(e)"
CHOICES = (
    ("dismiss", "Close it, and note why"),
    ("ask", "Ask somebody who would know, today"),
    ("escalate", "Pass it on now: security or privacy office"),
)
TELLS_ALL = True  # also a choice that was right had consequences
# What each choice is worth, by what is right for the alert.
WORTH = {
    "escalate": {"escalate": 1.0, "ask": 0.5, "dismiss": 0.0},
    "ask": {"escalate": 0.25, "ask": 1.0, "dismiss": 0.25},
    "dismiss": {"escalate": 0.0, "ask": 0.5, "dismiss": 1.0},
}
# What is shown, and the label of its draw.
SHOWN = {"escalate": ("true", 2), "dismiss": ("cleared", 2), "ask": ("open", 1)}


@dataclass(frozen=True)
class Morning:
    """The alerts of one morning, in the order shown."""

    cases: tuple[Case, ...]


def make(seed: int) -> Morning:
    """Five alerts for a seed: two true, two cleared by records, one open; everybody in them is somebody else."""
    room = office()
    cast = room.cast(seed)
    found = [alert.case(room, cast, seed) for alert in _drawn(seed)]
    found.sort(key=lambda case: int(draw.bits(seed, f"alerts/order/{case.kind}", 0)))
    return Morning(tuple(case.numbered(n) for n, case in enumerate(found, 1)))


def _drawn(seed: int) -> list[Alert]:
    """As many of each as are shown, none of the same facts as another: the same people would be in both."""
    found: list[Alert] = []
    for right, (label, many) in SHOWN.items():
        for one in _ranked(seed, right, label):
            if sum(f.right == right for f in found) < many and one.facts not in {f.facts for f in found}:
                found.append(one)
    return found


def _ranked(seed: int, right: str, label: str) -> list[Alert]:
    of = [a for a in alerts() if a.right == right]
    return sorted(of, key=lambda a: int(draw.bits(seed, f"alerts/{label}/{a.id}", 0)))


def view(material: Morning) -> list[parts.Part]:
    return [
        parts.text(
            "Scored on both sides: what was true and you passed on, times how fairly you treated the others. "
            "Closing everything and passing on everything both come to nothing.",
            "Five alerts lie on your desk.",
        ),
        *(parts.dossier(c.id, c.title, c.pieces, CHOICES, "Your decision") for c in material.cases),
    ]


def judge(material: Morning, answer: Any) -> Verdict:
    """The two sides multiplied; of two choices for one alert, neither counts."""
    given = parts.once(answer, dict(CHOICES))
    if not set(given) & {c.id for c in material.cases}:
        return Verdict(0.0, UNANSWERED)
    worth = {c.id: WORTH[c.right].get(given.get(c.id, ""), 0.0) for c in material.cases}
    true = [worth[c.id] for c in material.cases if c.right == "escalate"]
    rest = [worth[c.id] for c in material.cases if c.right != "escalate"]
    caught, fair = sum(true) / len(true), sum(rest) / len(rest)
    share = round(caught * fair, 4)
    said = f"True, and passed on: {sum(true):g} of {len(true)}. The others, treated fairly: {sum(rest):g} of {len(rest)}. {_sum(material, given)}"
    return Verdict(
        share,
        f"{lead(share)} {said}",
        tuple(_detail(c, given.get(c.id, ""), worth[c.id]) for c in material.cases),
        CITE,
    )


def _sum(material: Morning, given: dict[str, str]) -> str:
    """What the choices came to, over all five."""
    more = sum(c.more.get(given.get(c.id, ""), 0) for c in material.cases)
    accused = sum(c.right != "escalate" and c.person and given.get(c.id) == "escalate" for c in material.cases)
    waited = sum(c.waits for c in material.cases if c.right != "escalate" and given.get(c.id) == "escalate")
    return f"Records read because an alert was closed or waited: {more:,}. Colleagues accused without cause: {accused}. Members who waited for it: {waited:,}."


def _detail(case: Case, choice: str, worth: float) -> Detail:
    follows = case.follows.get(choice, "no choice was made.")
    return Detail(f"{case.title}: {follows}", worth == 1.0)


def text(material: Morning, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Morning) -> list[str]:
    return [f"{c.id}:{c.right}" for c in material.cases]


def _all(choice: str) -> Callable[[Morning], list[str]]:
    return lambda m: [f"{c.id}:{choice}" for c in m.cases]


MISTAKES: dict[str, Callable[[Morning], Any]] = {
    "escalate-everything": _all("escalate"),
    "close-everything": _all("dismiss"),
    "ask-everybody": _all("ask"),
    "only-night-counts": lambda m: [f"{c.id}:{'escalate' if c.is_night else 'dismiss'}" for c in m.cases],
}
