"""Three contracts to read: which term is missing?

One lacks a term that everybody looks for, one lacks a quiet one, and one is complete. A fault puts something in the term's place that sounds like it; what the law does not ask for stands in the
list too. Wording, vendors, order and faults follow from the seed; texts in content/tasks/contracts.yml.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import Field

from simlab import draw
from simlab.content import Model, load_file, resource
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _parts as parts

LEGEND = "What is missing in each contract?"
BUTTON = "Check the contracts"
CITE = "45 CFR 164.504(e)(2); 45 CFR 164.314(a)(2)(i)"
TELLS_ALL = True
NOTHING = "none"
T = TypeVar("T")


class Vendor(Model):
    name: str
    does: str


class Line(Model):
    id: str
    says: tuple[str, ...] = Field(min_length=2)


class Fault(Model):
    id: str
    kind: Literal["looked-for", "quiet"]
    line: str
    instead: str
    why: str
    cite: str


class Option(Model):
    id: str
    text: str


class Texts(Model):
    vendors: tuple[Vendor, ...] = Field(min_length=3)
    lines: tuple[Line, ...]
    extras: tuple[str, ...]
    faults: tuple[Fault, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Paper:
    """One contract: its lines as they stand, what it lacks (`none` where nothing is), and why that matters."""

    id: str
    title: str
    lines: tuple[str, ...]
    lacks: str
    why: str


@dataclass(frozen=True)
class Stack:
    """The three contracts of a seed, in the order shown."""

    papers: tuple[Paper, ...]


@functools.lru_cache(maxsize=1)
def texts() -> Texts:
    """What contracts are made of. Raises ContentError."""
    return load_file(resource("tasks", "contracts.yml"), Texts)


def make(seed: int) -> Stack:
    """Three contracts for a seed: a fault that is looked for, a quiet one, and none."""
    vendors = _ranked(seed, "vendor", texts().vendors, lambda v: v.name)
    faults = [
        _ranked(seed, "fault", [f for f in texts().faults if f.kind == k], lambda f: f.id)[0]
        for k in ("looked-for", "quiet")
    ]
    order = _ranked(seed, "order", [*faults, None], lambda f: f.id if f else NOTHING)
    return Stack(tuple(_paper(seed, n, vendors[n - 1], fault) for n, fault in enumerate(order, 1)))


def _paper(seed: int, n: int, vendor: Vendor, fault: Fault | None) -> Paper:
    said = []
    for line in _ranked(seed, f"line/{n}", texts().lines, lambda x: x.id):
        usual = line.says[draw.one(seed, f"contracts/says/{line.id}", n, len(line.says))]
        said.append(fault.instead if fault and fault.line == line.id else usual)
    if draw.one(seed, "contracts/strict", n, 2):  # what sounds strict says nothing of what is missing
        at = draw.one(seed, "contracts/at", n, len(said))
        said.insert(at, texts().extras[draw.one(seed, "contracts/extra", n, len(texts().extras))])
    return Paper(
        f"c{n}",
        f"Contract {n}. {vendor.name}, which {vendor.does}",
        tuple(text.format(name=vendor.name) for text in said),
        fault.id if fault else NOTHING,
        f"{fault.why} ({fault.cite})"
        if fault
        else "each term that the law asks for stands in it. What it does not promise, the law does not ask for",
    )


def _ranked(seed: int, label: str, things: Iterable[T], name: Callable[[T], str]) -> list[T]:
    return sorted(things, key=lambda x: (int(draw.bits(seed, f"contracts/{label}/{name(x)}", 0)), name(x)))


def view(material: Stack) -> list[parts.Part]:
    choices = [(o.id, o.text) for o in texts().options]
    return [
        parts.text(
            "Scored on both sides: what is missing and you named, times whether you let the complete one pass.",
            "Three contracts wait to be signed. Not every one lacks something.",
        ),
        *(
            parts.sort(p.id, p.title, [f"{i}. {line}" for i, line in enumerate(p.lines, 1)], choices, "It lacks")
            for p in material.papers
        ),
    ]  # fmt: skip


def judge(material: Stack, answer: Any) -> Verdict:
    """The share of faults that were named, halved if the complete contract is held up."""
    given = parts.once(answer, {o.id for o in texts().options})
    if not set(given) & {p.id for p in material.papers}:
        return Verdict(0.0, UNANSWERED)
    right = {p.id: given.get(p.id) == p.lacks for p in material.papers}
    lacking = [p for p in material.papers if p.lacks != NOTHING]
    named = sum(right[p.id] for p in lacking)
    passed = all(right[p.id] for p in material.papers if p.lacks == NOTHING)
    share = named / len(lacking) * (1.0 if passed else 0.5)
    held = "The complete one was let pass." if passed else "The complete one was held up, and its work waits."
    return Verdict(
        share, f"{lead(share)} Found: {named} of {len(lacking)}. {held}", tuple(_detail(p, given.get(p.id, ""), right[p.id]) for p in material.papers), CITE
    )  # fmt: skip


def _detail(paper: Paper, choice: str, ok: bool) -> Detail:
    named = {o.id: o.text for o in texts().options}
    title = paper.title.split(", which")[0]
    if ok:
        return Detail(f"{title}: right. {paper.why[:1].upper()}{paper.why[1:]}.", True)
    no_law = " The law does not ask for that." if choice in ("penalty", "audit") else ""
    chosen = f"you said “{named[choice].lower()}”.{no_law}" if choice else "nothing was chosen."
    return Detail(f"{title}: {chosen} {paper.why[:1].upper()}{paper.why[1:]}.", False)


def text(material: Stack, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Stack) -> list[str]:
    return [f"{p.id}:{p.lacks}" for p in material.papers]


def _all(choice: str) -> Callable[[Stack], list[str]]:
    return lambda m: [f"{p.id}:{choice}" for p in m.papers]


MISTAKES: dict[str, Callable[[Stack], Any]] = {
    "sign-them-all": _all(NOTHING),
    "money-is-what-counts": _all("penalty"),
    "the-plain-one-is-bad": lambda m: [f"{p.id}:{'audit' if p.lacks == NOTHING else p.lacks}" for p in m.papers],
}
