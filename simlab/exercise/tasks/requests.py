"""Six requests for a record: who may open it, and how much of it.

Two are work and look odd, one is an emergency behind a shut door, one asks for more than the work needs, one
is somebody's work and not this person's, and one has no work behind it. Who asks for whose record comes from
the simulated company, and so does what follows. Both sides are multiplied: the share of the people
who got what they needed in time, and of the records that stayed shut to whoever had no need. What is right is
what Larkspur's own policies decide; a test asks them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simlab import draw
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _parts as parts
from simlab.exercise.tasks._request_cases import Asking, askings
from simlab.exercise.tasks._request_facts import house
from simlab.exercise.tasks._request_parts import Case, Kind

LEGEND = "Who may open it, and what of it?"
BUTTON = "Decide"
CITE = "45 CFR 164.502(b); 45 CFR 164.514(d)(2); 45 CFR 164.312(a)(2)(ii)"
CHOICES = (
    ("open", "Open what is asked for"),
    ("part", "Open only the part that the work needs"),
    ("colleague", "Hand the work to somebody else"),
    ("glass", "Emergency access now, review afterwards"),
    ("refuse", "Refuse: no work leads there"),
)
TELLS_ALL = True  # also a choice that was right had consequences
# What each choice is worth, by what is right for the request.
WORTH = {
    "open": {"open": 1.0, "part": 0.5, "colleague": 0.5, "glass": 0.5, "refuse": 0.0},
    "glass": {"open": 0.5, "part": 0.25, "colleague": 0.0, "glass": 1.0, "refuse": 0.0},
    "part": {"open": 0.0, "part": 1.0, "colleague": 0.25, "glass": 0.0, "refuse": 0.25},
    "colleague": {"open": 0.0, "part": 0.0, "colleague": 1.0, "glass": 0.0, "refuse": 0.5},
    "refuse": {"open": 0.0, "part": 0.0, "colleague": 0.25, "glass": 0.0, "refuse": 1.0},
}
# The emergency is drawn first: few work nights, and nobody is in two requests.
SHOWN: tuple[tuple[Kind, int], ...] = (("glass", 1), ("open", 2), ("part", 1), ("colleague", 1), ("refuse", 1))
SERVED = ("open", "glass")  # where somebody waits for it; in the others a record is to be guarded


@dataclass(frozen=True)
class Desk:
    """The requests of one day, in the order shown."""

    cases: tuple[Case, ...]


def make(seed: int) -> Desk:
    """Six requests for a seed, as many of each kind for everybody; nobody of the staff is in two of them."""
    rooms = house()
    found: list[Case] = []
    taken: set[str] = set()
    for kind, many in SHOWN:
        for asking in _ranked(kind, seed):
            case = asking.case(rooms, seed, taken) if sum(c.right == kind for c in found) < many else None
            people = rooms.people(case.asked.actor, case.asked.member) if case else set()
            if case and not people & taken:
                found.append(case)
                taken |= people
    found.sort(key=lambda case: int(draw.bits(seed, f"requests/order/{case.kind}", 0)))
    return Desk(tuple(case.numbered(n) for n, case in enumerate(found, 1)))


def _ranked(kind: Kind, seed: int) -> list[Asking]:
    return sorted(askings(kind), key=lambda one: int(draw.bits(seed, f"requests/{kind}/{one.id}", 0)))


def view(material: Desk) -> list[parts.Part]:
    return [
        parts.text(
            "Scored on both sides: who got what they needed in time, times which records stayed shut to those "
            "without a need. Opening everything and refusing everything both come to nothing.",
            "Six requests.",
        ),
        *(parts.dossier(c.id, c.title, c.pieces, CHOICES, "Your decision") for c in material.cases),
    ]


def judge(material: Desk, answer: Any) -> Verdict:
    """The two sides multiplied; of two choices for one request, neither counts."""
    given = parts.once(answer, dict(CHOICES))
    if not set(given) & {c.id for c in material.cases}:
        return Verdict(0.0, UNANSWERED)
    worth = {c.id: WORTH[c.right].get(given.get(c.id, ""), 0.0) for c in material.cases}
    served = [worth[c.id] for c in material.cases if c.right in SERVED]
    guarded = [worth[c.id] for c in material.cases if c.right not in SERVED]
    share = round(sum(served) / len(served) * sum(guarded) / len(guarded), 4)
    said = (
        f"Served in time: {sum(served):g} of {len(served)}. Guarded: {sum(guarded):g} of {len(guarded)}. "
        f"{_sum(material, given)}"
    )
    details = tuple(_detail(c, given.get(c.id, ""), worth[c.id]) for c in material.cases)
    return Verdict(share, f"{lead(share)} {said}", details, CITE)


def _sum(material: Desk, given: dict[str, str]) -> str:
    """What the choices came to, over all six."""
    hours = sum(c.waits(given.get(c.id, "refuse")) for c in material.cases)
    people = sum(c.people for c in material.cases if c.is_exposed(given.get(c.id, "")))
    return f"Hours that members waited for it: {hours}. Members exposed without need: {people:,}."


def _detail(case: Case, choice: str, worth: float) -> Detail:
    return Detail(f"{case.title}: {case.follows.get(choice, 'no choice was made.')}", worth == 1.0)


def text(material: Desk, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Desk) -> list[str]:
    return [f"{c.id}:{c.right}" for c in material.cases]


def _all(choice: str) -> Callable[[Desk], list[str]]:
    return lambda m: [f"{c.id}:{choice}" for c in m.cases]


def _where(wrong: str, *, right: str) -> Callable[[Desk], list[str]]:
    """Everything right but one kind of request."""
    return lambda m: [f"{c.id}:{wrong if c.right == right else c.right}" for c in m.cases]


MISTAKES: dict[str, Callable[[Desk], Any]] = {
    "refuse-everything": _all("refuse"),
    "the-role-is-enough": _all("open"),
    "somebody-else-does-it": _all("colleague"),
    "family-may-look": _where("open", right="colleague"),
    "emergencies-wait": _where("refuse", right="glass"),
    "glass-for-convenience": lambda m: [
        f"{c.id}:{'glass' if c.right != 'refuse' else 'refuse'}" for c in m.cases
    ],
}  # fmt: skip
