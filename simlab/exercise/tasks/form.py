"""An authorization is to be mended: what each sentence says, what it only sounds like, and which lines to add.

Two of the six elements and one of the three statements of 45 CFR 164.508(c) are not there. In their place
stands a sentence that sounds like it. Half counts for reading (what is there and what is not, multiplied), half
for the lines that are added.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from simlab import draw
from simlab.content import Model, load_file, resource
from simlab.controls.consent import form as law
from simlab.controls.documents import check_form
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _parts as parts

LEGEND = "What does each sentence say? Which lines do you add?"
BUTTON = "Check the form"
CITE = "45 CFR 164.508(c)"
NONE = "none"
SAYS = {
    "description": "what information it is about", "discloser": "who may give it out", "recipients": "who gets it",
    "purposes": "what it is used for", "expiry": "when it ends", "signature": "where signature and date go",
    "revocation": "that it can be taken back, and how", "conditioning": "what depends on signing",
    "redisclosure": "that it may be passed on",
}  # fmt: skip
ELEMENTS, STATEMENTS = tuple(SAYS)[:6], tuple(SAYS)[6:]


class Poor(Model):
    """A sentence that only sounds like it, and what is wrong with it."""

    text: str
    why: str


class Trap(Model):
    """A line that no form needs, or none may hold."""

    id: str
    text: str
    why: str


class Scene(Model):
    """A use of the form, with its elements in words."""

    id: str
    title: str
    says: dict[str, str] = Field(min_length=len(ELEMENTS))


class Sheet(Model):
    """What forms are made of."""

    scenes: tuple[Scene, ...]
    statements: dict[str, str]
    poor: dict[str, Poor] = Field(min_length=len(SAYS))
    traps: tuple[Trap, ...]


@dataclass(frozen=True)
class Blank:
    """One form: a scene, its parts in the order of the paper, those that are lacking, traps, the order of lines to add."""

    scene: Scene
    parts: tuple[str, ...]
    lacking: tuple[str, ...]
    traps: tuple[Trap, ...]
    order: tuple[str, ...]

    def good(self, part: str) -> str:
        """The sentence that says a part as it should."""
        return self.scene.says.get(part) or sheet().statements[part]

    def sentence(self, part: str) -> str:
        """The sentence that stands at the place of a part."""
        return sheet().poor[part].text if part in self.lacking else self.good(part)

    @property
    def text(self) -> str:
        """The form as it lies on the desk."""
        return "\n".join([self.scene.title, *map(self.sentence, self.parts)])

    @property
    def places(self) -> dict[str, str]:
        """The sentences by id, and the part at whose place each stands."""
        return {f"s{n}": part for n, part in enumerate(self.parts, 1)}

    @property
    def offered(self) -> dict[str, str]:
        """The lines that can be added, by id, in the order shown."""
        lines = {f"add-{p}": self.good(p) for p in self.lacking} | {f"add-{t.id}": t.text for t in self.traps}
        return {ident: lines[ident] for ident in self.order}

    def mended(self, added: Iterable[str]) -> str:
        """The form with these lines added below."""
        return "\n".join([self.text, *(self.offered[a] for a in added if a in self.offered)])


@functools.lru_cache(maxsize=1)
def sheet() -> Sheet:
    """What the forms are made of. Raises ContentError."""
    return load_file(resource("tasks", "form.yml"), Sheet)


def make(seed: int) -> Blank:
    """A form for a seed: two elements and a statement are lacking, and six lines are offered."""
    scene = sheet().scenes[draw.one(seed, "form/scene", 0, len(sheet().scenes))]
    lacking = {*_first(ELEMENTS, seed, "element", 2), *_first(STATEMENTS, seed, "statement", 1)}
    traps = _first([t.id for t in sheet().traps], seed, "trap", 3)
    lines = [*(f"add-{p}" for p in lacking), *(f"add-{t}" for t in traps)]
    body = _first([p for p in ELEMENTS if p != "signature"], seed, "place", len(ELEMENTS))
    rights = _first(STATEMENTS, seed, "place", len(STATEMENTS))
    return Blank(
        scene,
        (*body, *rights, "signature"),  # a form is signed below all that it says
        tuple(p for p in SAYS if p in lacking),
        tuple(t for t in sheet().traps if t.id in traps),
        tuple(_first(lines, seed, "line", len(lines))),
    )


def _first(things: Iterable[str], seed: int, label: str, many: int) -> list[str]:
    return sorted(things, key=lambda x: int(draw.bits(seed, f"form/{label}/{x}", 0)))[:many]


def view(material: Blank) -> list[parts.Part]:
    choices = [*SAYS.items(), (NONE, "none of these: it only sounds so")]
    lines = [(ident, (line,)) for ident, line in material.offered.items()]
    return [
        parts.text(
            "The law asks for six things and three statements in it. Half counts for reading: what is there, times what "
            "is not. Half counts for the lines that you add. A line too many costs as much as a line that lacks.",
            f"A form that lies on our counter. {material.scene.title}.",
        ),
        *(
            parts.sort(s, f"Sentence {s[1:]}", [material.sentence(part)], choices, f"Sentence {s[1:]} says")
            for s, part in material.places.items()
        ),
        parts.table("Lines that could be added", ["Line"], lines, "Add this line"),
    ]


def judge(material: Blank, answer: Any) -> Verdict:
    """Half for reading, both sides multiplied; half for the lines added, less those that should not be."""
    kept, said = set(parts.given(answer)), parts.once(answer)
    added = kept & set(material.offered)
    if not said and not added:
        return Verdict(0.0, UNANSWERED)
    places = material.places
    right = {s: said.get(s) == (NONE if part in material.lacking else part) for s, part in places.items()}
    gaps = [right[s] for s, part in places.items() if part in material.lacking]
    there = [right[s] for s, part in places.items() if part not in material.lacking]
    wanted = {f"add-{p}" for p in material.lacking}
    mended = max(0.0, (len(added & wanted) - len(added - wanted)) / len(wanted))
    share = round((sum(gaps) / len(gaps) * sum(there) / len(there) + mended) / 2, 4)
    words = f"Gaps found: {sum(gaps)} of {len(gaps)}. Read rightly of what is there: {sum(there)} of {len(there)}. Lines that were needed: {len(added & wanted)} of {len(wanted)}; too many: {len(added - wanted)}."
    return Verdict(
        share, f"{lead(share)} {words} {_read(material, added)}", tuple(_slips(material, right, added)), CITE
    )


def _read(material: Blank, added: set[str]) -> str:
    """What the course's own reader of forms makes of the form as it is now."""
    found = [f for f in check_form(material.mended(a for a in material.order if a in added)) if not f.is_duty]
    lacks = [SAYS[f.id] for f in found if f.id in SAYS and not f.is_met]
    wrong = [f.says for f in found if f.id not in SAYS and f.status == "wrong"]
    if not lacks and not wrong:
        return "As it is now, the form has all it needs."
    return f"As it is now, {'; '.join([*(f'it does not say {said}' for said in lacks), *wrong])}."


def _slips(material: Blank, right: dict[str, bool], added: set[str]) -> Iterable[Detail]:
    for ident, part in material.places.items():
        if not right[ident] and part in material.lacking:
            poor = sheet().poor[part]
            yield Detail(f"“{poor.text}” only sounds so: {poor.why} ({law().part(part).cite})", False)
        elif not right[ident]:
            yield Detail(f"“{material.sentence(part)}” says {SAYS[part]} ({law().part(part).cite})", False)
    for part in material.lacking:
        if f"add-{part}" not in added:
            yield Detail(f"no line was added that says {SAYS[part]}: without it the form opens nothing", False)
    for trap in material.traps:
        if f"add-{trap.id}" in added:
            yield Detail(f"“{trap.text}” should not be there: {trap.why}", False)


def text(material: Blank, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Blank) -> list[str]:
    read = [f"{s}:{NONE if part in material.lacking else part}" for s, part in material.places.items()]
    return [*read, *(f"add-{part}" for part in material.lacking)]


MISTAKES: dict[str, Callable[[Blank], Any]] = {
    "it-looks-complete": lambda m: [f"{s}:{part}" for s, part in m.places.items()],
    "more-is-safer": lambda m: [*full(m)[: len(SAYS)], *m.offered],
    "nothing-is-good-enough": lambda m: [*(f"{s}:{NONE}" for s in m.places), *m.offered],
}
