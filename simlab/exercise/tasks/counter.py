"""A morning at the counter: six people ask, and each is told all, a part, not yet, or no.

Two may have all of it, one a part, one after something that is missing, two nothing. Who asks, about whom
and how many claims it touches come from the simulated company. Both sides are multiplied: what was not
theirs and stayed untold, and what they needed and got.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simlab import draw
from simlab.dialogue.facts import fill
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _parts as parts
from simlab.exercise.tasks._counter_cases import CHOICES as KEYS
from simlab.exercise.tasks._counter_cases import Case, texts, theme, themes

LEGEND = "What do you do with each request?"
BUTTON = "Decide"
CITE = "45 CFR 164.502(a); 45 CFR 164.514(h)"
CHOICES = (
    ("tell", "Do all of it"),
    ("part", "Do a part, and say why not the rest"),
    ("first", "Ask for what is missing, then do it"),
    ("refuse", "Say no, and say why"),
)
TELLS_ALL = True  # also a choice that was right had consequences
MORNING = ("tell", "tell", "part", "first", "refuse", "refuse")  # what is right, in some order
# By what is right: how well each choice keeps what is not theirs, and how well it gives what is.
KEPT = {
    "part": {"tell": 0.0, "part": 1.0, "first": 1.0, "refuse": 1.0},
    "first": {"tell": 0.0, "part": 0.0, "first": 1.0, "refuse": 1.0},
    "refuse": {"tell": 0.0, "part": 0.0, "first": 0.5, "refuse": 1.0},
}
SERVED = {
    "tell": {"tell": 1.0, "part": 0.5, "first": 0.25, "refuse": 0.0},
    "part": {"tell": 1.0, "part": 1.0, "first": 0.25, "refuse": 0.0},
    "first": {"tell": 1.0, "part": 0.5, "first": 1.0, "refuse": 0.0},
}


@dataclass(frozen=True)
class Asked:
    """One request of the morning: who (the theme), what is right, the case, and what fills its words."""

    id: str
    theme: str
    right: str
    case: Case
    texts: dict[str, str]

    def says(self, words: str) -> str:
        """Words of the case, filled in."""
        return fill(words, self.texts)

    @property
    def title(self) -> str:
        return f"Request {self.id[1:]}. {self.says(self.case.title)}"

    @property
    def pieces(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        case = self.case
        return (
            ("They ask", (f"“{self.says(case.asks)}”",)),
            ("Who it is", (self.says(case.who),)),
            ("On file", (self.says(case.file),)),
        )

    def exposed(self, choice: str) -> int:
        """How many claims a choice tells to somebody who may not have them."""
        if KEPT.get(self.right, {}).get(choice, 1.0) > 0:
            return 0
        return {"all": int(self.texts["claims"]), "one": 1, "fact": 0}[self.case.exposes]


@dataclass(frozen=True)
class Morning:
    """The requests of one morning, in the order shown."""

    asked: tuple[Asked, ...]


def make(seed: int) -> Morning:
    """Six requests for a seed, each of somebody else: two to be told, one a part, one not yet, two refused."""
    who = _drawn(themes(), seed, "theme")[: len(MORNING)]
    rights = [MORNING[n] for n in _drawn(range(len(MORNING)), seed, "right")]
    return Morning(
        tuple(_asked(seed, n, name, right) for n, (name, right) in enumerate(zip(who, rights, strict=True), 1))
    )


def _asked(seed: int, n: int, name: str, right: Any) -> Asked:
    found = theme(name)
    filled = texts(found.about, seed + n)  # another person for each request
    return Asked(f"r{n}", name, right, found.cases[right], filled)


def _drawn(things: Any, seed: int, label: str) -> list[Any]:
    return sorted(things, key=lambda x: int(draw.bits(seed, f"counter/{label}/{x}", 0)))


def view(material: Morning) -> list[parts.Part]:
    return [
        parts.text(
            "Scored on both sides: what is not theirs and is kept, times what they need and get. "
            "Telling everybody and telling nobody both come to nothing.",
            "Six people ask this morning.",
        ),
        *(parts.dossier(a.id, a.title, a.pieces, CHOICES, "Your decision") for a in material.asked),
    ]


def judge(material: Morning, answer: Any) -> Verdict:
    """The two sides multiplied; of two choices for one request, neither counts."""
    given = parts.once(answer, KEYS)
    if not set(given) & {a.id for a in material.asked}:
        return Verdict(0.0, UNANSWERED)
    kept = [KEPT[a.right].get(given.get(a.id, ""), 0.0) for a in material.asked if a.right in KEPT]
    served = [SERVED[a.right].get(given.get(a.id, ""), 0.0) for a in material.asked if a.right in SERVED]
    share = round(sum(kept) / len(kept) * sum(served) / len(served), 4)
    said = f"Kept what was not theirs: {sum(kept):g} of {len(kept)}. Got what they needed: {sum(served):g} of {len(served)}."
    details = tuple(_detail(a, given.get(a.id, "")) for a in material.asked)
    return Verdict(share, f"{lead(share)} {said} {_sum(material, given)}", details, CITE)


def _sum(material: Morning, given: dict[str, str]) -> str:
    """What the choices came to, over all six."""
    told = [a for a in material.asked if KEPT.get(a.right, {}).get(given.get(a.id, "refuse"), 1.0) == 0]
    left = [a for a in material.asked if SERVED.get(a.right, {}).get(given.get(a.id, "refuse"), 1.0) < 1]
    claims = sum(a.exposed(given[a.id]) for a in told)
    return f"Told what was not theirs: {_people(told)}, {claims} claims. Went without what was theirs: {_people(left)}."


def _people(found: list[Asked]) -> str:
    return "1 person" if len(found) == 1 else f"{len(found)} people"


def _detail(one: Asked, choice: str) -> Detail:
    words = one.case.follows.get(choice, "no choice was made.")  # type: ignore[call-overload]
    return Detail(f"{one.title}: {one.says(words)} ({one.case.cite})", choice == one.right)


def text(material: Morning, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Morning) -> list[str]:
    return [f"{a.id}:{a.right}" for a in material.asked]


def _all(choice: str) -> Callable[[Morning], list[str]]:
    return lambda m: [f"{a.id}:{choice}" for a in m.asked]


def _instead(**otherwise: str) -> Callable[[Morning], list[str]]:
    """Somebody who takes what is right for something else, and is right about the rest."""
    return lambda m: [f"{a.id}:{otherwise.get(a.right, a.right)}" for a in m.asked]


MISTAKES: dict[str, Callable[[Morning], Any]] = {
    "tell-everybody": _all("tell"),
    "tell-nobody": _all("refuse"),
    "a-form-for-everything": _all("first"),
    "known-is-enough": _instead(part="tell", first="tell"),
    "no-halves": _instead(part="refuse", first="refuse"),
}
