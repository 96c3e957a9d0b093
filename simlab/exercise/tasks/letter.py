"""A draft letter to those affected, to be mended sentence by sentence: three gaps, and three sentences that are right.

What is chosen is put together and read by `simlab.response.notices.check`, with the facts beside it. Both sides are multiplied:
the gaps that were mended, and the sound sentences that still say what they must. Texts in content/tasks/letter.yml.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from simlab import draw
from simlab.content import Model, load_file, resource
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _parts as parts
from simlab.response import Facts
from simlab.response.notices import Checked, check

LEGEND = "Keep each sentence, or put another in its place."
BUTTON = "Read the letter"
CITE = "45 CFR 164.404(c)"
TELLS_ALL = True
PLANTED = 3
CHOICES = ("a", "b", "c")
HEAD, END = "Dear member,", "Imani Castellanos, Privacy Officer, Larkspur Health Plan"


class Gap(Model):
    id: str
    text: str


class Slot(Model):
    """A place in the letter: the elements of the notice that it covers, and wordings that do and do not."""

    id: str
    title: str
    elements: tuple[str, ...]
    sound: tuple[str, str]
    gaps: tuple[Gap, ...] = Field(min_length=2)


class Texts(Model):
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Line:
    """A slot of the draft: its three wordings by letter, which of them stands in the draft, which is sound, whether the draft's is a gap."""

    slot: Slot
    wordings: dict[str, str]
    drafted: str
    sound: str
    is_gap: bool


@dataclass(frozen=True)
class Draft:
    """The draft of a seed, and the facts that it is read against."""

    lines: tuple[Line, ...]
    facts: Facts


@functools.lru_cache(maxsize=1)
def texts() -> Texts:
    """What a letter is made of. Raises ContentError."""
    return load_file(resource("tasks", "letter.yml"), Texts)


def make(seed: int) -> Draft:
    """A draft for a seed: three of its six sentences leave something out."""
    happened = dt.date(2026, 10, 5) + dt.timedelta(days=draw.one(seed, "letter/day", 0, 20))
    found = happened + dt.timedelta(days=3 + draw.one(seed, "letter/found", 0, 9))
    soon = found + dt.timedelta(days=6)
    words = {n: f"{d:%B} {d.day}, {d.year}" for n, d in (("happened", happened), ("found", found), ("soon", soon))}
    ranked = sorted(texts().slots, key=lambda s: int(draw.bits(seed, f"letter/slot/{s.id}", 0)))
    bad = {s.id for s in ranked[:PLANTED]}
    facts = Facts.of(covered_entity="Larkspur Health Plan", occurred=happened, discovered=found)
    return Draft(tuple(_line(seed, s, words, s.id in bad) for s in texts().slots), facts)


def _line(seed: int, slot: Slot, words: dict[str, str], is_gap: bool) -> Line:
    """One gap or sound wording stands in the draft; a sound and a further wording are offered beside it."""
    good, gap = (
        draw.one(seed, f"letter/good/{slot.id}", 0, 2),
        draw.one(seed, f"letter/gap/{slot.id}", 0, len(slot.gaps)),
    )
    other = (gap + 1) % len(slot.gaps)
    said = [slot.gaps[gap].text, slot.sound[good], slot.gaps[other].text]
    order = sorted(range(3), key=lambda n: int(draw.bits(seed, f"letter/order/{slot.id}", n)))
    wordings = {c: said[n].format(**words) for c, n in zip(CHOICES, order, strict=True)}
    return Line(slot, wordings, CHOICES[order.index(0 if is_gap else 1)], CHOICES[order.index(1)], is_gap)


def view(material: Draft) -> list[parts.Part]:
    happened, found = material.facts.occurred, material.facts.discovered
    assert happened is not None and found is not None
    return [
        parts.text(
            f"The list was copied on {happened:%B} {happened.day}, and Larkspur learned of it on {found:%B} {found.day}. It held names, addresses and dates of birth. "
            "Some sentences of this draft leave out what the rule asks for. Scored on both sides: the gaps that you mend, times the sound sentences that stay sound.",
            "A draft lies on your desk.",
        ),
        *(parts.sort(x.slot.id, x.slot.title, [f"The draft says: {x.wordings[x.drafted]}"], _choices(x), "The letter says") for x in material.lines),
    ]  # fmt: skip


def _choices(line: Line) -> list[parts.Choice]:
    return [(c, "Keep it as it is" if c == line.drafted else text) for c, text in line.wordings.items()]


def written(material: Draft, given: dict[str, str]) -> str:
    """The letter with these wordings; what was not chosen stays as drafted."""
    said = [x.wordings[given.get(x.slot.id, x.drafted)] for x in material.lines]
    return "\n\n".join([HEAD, *said, END])


def judge(material: Draft, answer: Any) -> Verdict:
    """Gaps mended times sound sentences kept, as the letter reads."""
    given = parts.once(answer, CHOICES)
    if not set(given) & {x.slot.id for x in material.lines}:
        return Verdict(0.0, UNANSWERED)
    read = check(written(material, given), "individual", material.facts)
    right = {x.slot.id: not _faults(x, read) for x in material.lines}
    mended = [right[x.slot.id] for x in material.lines if x.is_gap]
    kept = [right[x.slot.id] for x in material.lines if not x.is_gap]
    share = round(sum(mended) / len(mended) * sum(kept) / len(kept), 4)
    said = f"Gaps mended: {sum(mended)} of {len(mended)}. Sound sentences that stay sound: {sum(kept)} of {len(kept)}."
    return Verdict(share, f"{lead(share)} {said}", tuple(_detail(x, read) for x in material.lines), CITE)


def _faults(line: Line, read: Checked) -> list[str]:
    return [f"{f.problem} {f.mend}" for f in read.findings if f.element in line.slot.elements]


def _detail(line: Line, read: Checked) -> Detail:
    faults = _faults(line, read)
    title = line.slot.title
    return Detail(f"{title}: {faults[0]}" if faults else f"{title}: it says what the rule asks for.", not faults)


def text(material: Draft, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Draft) -> list[str]:
    return [f"{x.slot.id}:{x.sound}" for x in material.lines]


def _vague(line: Line) -> str:
    """The wording that sounds kindest and says least: a gap, where the draft has one or offers one."""
    return next(c for c in CHOICES if c not in (line.sound, line.drafted))


def _one_is_enough(material: Draft) -> list[str]:
    first = next(x.slot.id for x in material.lines if x.is_gap)
    return [f"{x.slot.id}:{x.sound if x.slot.id == first else x.drafted}" for x in material.lines]


MISTAKES: dict[str, Callable[[Draft], Any]] = {
    "keep-it-all": lambda m: [f"{x.slot.id}:{x.drafted}" for x in m.lines],
    "write-it-all-anew": lambda m: [f"{x.slot.id}:{x.sound if x.is_gap else _vague(x)}" for x in m.lines],
    "say-less": _one_is_enough,
}
