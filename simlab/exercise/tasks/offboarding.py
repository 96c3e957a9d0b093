"""A vendor's last day: for each thing on the list, close it, leave it, or ask for proof.

A month later the simulation tries the old ways in, looks for data left behind, and asks for each service.
Both sides are multiplied: how much is shut and gone, and how much of what members need goes on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _parts as parts
from simlab.exercise.tasks._last_day import LastDay, Month, Thing, build, play, worth

LEGEND = "What do you do with each, on the last day?"
BUTTON = "Let a month pass"
CITE = "45 CFR 164.504(e)(2)(ii)(J); 45 CFR 164.312(a)(1); 45 CFR 164.502(e)(2)"
TELLS_ALL = True
ACCESS = (
    ("now", "Close it on the last day"),
    ("later", "Close it when the work has settled"),
    ("leave", "Leave it open"),
)
DATA = (
    ("proof", "Given back or destroyed, with a certificate"),
    ("phone", "Deleted today; their word is enough"),
    ("protect", "Left there, bound by the contract's terms"),
)


@dataclass(frozen=True)
class Case:
    """The last day of a seed, each thing under a number of its own."""

    seed: int
    day: LastDay

    @property
    def things(self) -> tuple[Thing, ...]:
        return self.day.things


def make(seed: int) -> Case:
    """A vendor's last day for a seed."""
    day = build(seed)
    numbered = tuple(dataclasses.replace(t, id=f"t{n}") for n, t in enumerate(day.things, 1))
    return Case(seed, dataclasses.replace(day, things=numbered))


def view(material: Case) -> list[parts.Part]:
    return [
        parts.text(
            "Its contract ends today. A month from now somebody tries the old ways in, and looks for what was left. Scored on both sides: what is shut and gone, "
            "times what members need and still have. Closing everything and closing nothing both do badly.",
            f"{material.day.vendor} goes.",
        ),
        *(
            parts.sort(t.id, t.title, t.lines, DATA if t.sort == "data" else ACCESS, "Your decision")
            for t in material.things
        ),
    ]


def judge(material: Case, answer: Any) -> Verdict:
    """The two sides multiplied; of two choices for one thing, neither counts."""
    given = _given(material, answer)
    if not given:
        return Verdict(0.0, UNANSWERED)
    month = play(material.day, given, material.seed)
    share = round(month.shut * month.kept, 4)
    details = tuple(_detail(t, given.get(t.id, "")) for t in material.things)
    return Verdict(share, f"{lead(share)} {said(material.day, month)}", details, CITE)


def said(day: LastDay, month: Month) -> str:
    """What the month came to, in numbers."""
    doors, stays, data = (len(day.of(sort)) for sort in ("door", "stay", "data"))
    read = (
        f": {month.reads:,} members' records could be read, in {month.states} States, {month.children:,} of them of children"
        if month.reads
        else ""
    )
    waited = f": {month.waits:,} members waited" if month.cut else ""
    return (
        f"Ways in that opened: {month.open_doors} of {doors}{read}. Services cut that members need: {month.cut} of {stays}{waited}. "
        f"Data that nobody can account for: {month.unproven} of {data}."
    )


def _given(material: Case, answer: Any) -> dict[str, str]:
    """The choice for each thing that was made once, and is one."""
    known = {t.id: t for t in material.things}
    return {i: c for i, c in parts.once(answer).items() if i in known and c in known[i].follows}


def _detail(thing: Thing, choice: str) -> Detail:
    return Detail(f"{thing.title}: {thing.follows.get(choice, 'nothing was decided.')}", worth(thing, choice) == 1.0)


def text(material: Case, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Case) -> list[str]:
    return [f"{t.id}:{t.right}" for t in material.things]


def _way(choose: Callable[[Thing], str]) -> Callable[[Case], list[str]]:
    return lambda m: [f"{t.id}:{choose(t)}" for t in m.things]


MISTAKES: dict[str, Callable[[Case], Any]] = {
    "ended-is-over": _way(lambda t: "phone" if t.sort == "data" else "leave"),
    "close-everything": _way(lambda t: "proof" if t.sort == "data" else "now"),
    "only-the-names": _way(lambda t: "proof" if t.sort == "data" else "now" if t.slot == "login" else "leave"),
    "delete-at-once": _way(lambda t: "phone" if t.sort == "data" else t.right),
    "when-it-has-settled": _way(lambda t: "protect" if t.sort == "data" else "later"),
}
