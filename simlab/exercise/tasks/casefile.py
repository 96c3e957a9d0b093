"""A case file: pieces of evidence, some that bear on the question and some that only look as if.

Did somebody look where they had no work? The log, the claims and the calls of the simulated company
are read together; what was said about the person is no evidence. Answer: the pieces that support the
finding, and the finding.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from simlab import draw
from simlab.content import Model, load_file, resource
from simlab.dialogue.facts import scene_texts
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict
from simlab.exercise.tasks import _parts as parts
from simlab.exercise.tasks._story import fill

LEGEND = "Which pieces support your finding? Mark them, and choose the finding."
BUTTON = "Close the case"
CITE = "45 CFR 164.308(a)(1)(ii)(D); 45 CFR 164.502(a)"
PATH = resource("tasks", "casefile.yml")


class Piece(Model):
    """One piece of evidence: what it shows, and whether it bears on the finding."""

    id: str
    title: str
    lines: tuple[str, ...]
    bears: bool = True
    why: str


class Finding(Model):
    id: str
    text: str
    pieces: tuple[Piece, ...]


class Texts(Model):
    people: tuple[str, ...] = Field(min_length=1)
    always: tuple[Piece, ...]
    findings: tuple[Finding, ...] = Field(min_length=2)
    noise: tuple[Piece, ...]


@dataclass(frozen=True)
class CaseFile:
    """The case of a seed: who is asked about, what happened, the pieces, and which finding they bear out."""

    about: str
    member: str
    finding: str
    pieces: tuple[Piece, ...]


@functools.lru_cache(maxsize=1)
def texts() -> Texts:
    """What case files are made of. Raises ContentError."""
    return load_file(PATH, Texts)


def make(seed: int) -> CaseFile:
    """A case for a seed; each of the findings is as likely."""
    found = texts()
    finding = found.findings[draw.one(seed, "case/finding", 0, len(found.findings))]
    about = found.people[draw.one(seed, "case/who", 0, len(found.people))]
    member = scene_texts(seed, "case")["member"]
    hour, count = 9 + draw.one(seed, "case/hour", 0, 7), 4 + draw.one(seed, "case/count", 0, 5)
    facts = {
        "about": about, "member": member, "hour": f"{hour:02}", "before": f"{hour - 1:02}", "after": f"{hour + 2:02}",
        "count": count, "all": count * 31,
    }  # fmt: skip
    noise = [piece.model_copy(update={"bears": False}) for piece in found.noise]
    pieces = [fill(piece, facts, PATH) for piece in (*found.always, *finding.pieces, *noise)]
    pieces.sort(key=lambda p: int(draw.bits(seed, f"case/{p.id}", 0)))
    return CaseFile(about, member, finding.id, tuple(pieces))


def view(material: CaseFile) -> list[parts.Part]:
    return [
        parts.text(f"An alert: {material.about} was in the file of {material.member}. Imani Castellanos asks you what to make of it."),
        parts.tabs([(p.id, p.title, p.lines) for p in material.pieces], "This supports the finding"),
        parts.pick("finding", "Your finding", [(f.id, f.text) for f in texts().findings]),
    ]  # fmt: skip


def judge(material: CaseFile, answer: Any) -> Verdict:
    """Half for the finding; half for the pieces, less those that bear on nothing."""
    kept, found = set(parts.given(answer)), parts.chosen(answer).get("finding", "")
    if not found and not kept & {p.id for p in material.pieces}:
        return Verdict(0.0, UNANSWERED)
    findings = [a for a in kept if a.startswith("finding:")]
    right = findings == [f"finding:{material.finding}"]
    bears = [p for p in material.pieces if p.bears]
    missed = [p for p in bears if p.id not in kept]
    extra = [p for p in material.pieces if not p.bears and p.id in kept]
    pieces = max(0.0, 1 - (len(missed) + len(extra)) / len(bears))
    details = [Detail(f"{p.title} belongs to it: {p.why}", False) for p in missed]
    details += [Detail(f"{p.title} does not: {p.why}", False) for p in extra]
    if not right:
        details.insert(0, Detail("the evidence bears out another finding", False))
    share = (right + pieces) / 2 if right else pieces / 4
    lead = (
        "Right. The evidence bears it out."
        if share == 1
        else "Not yet. Ask of each piece: would it look the same if it were not so?"
    )
    return Verdict(share, lead, tuple(details), CITE)


def text(material: CaseFile, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: CaseFile) -> list[str]:
    return [*(p.id for p in material.pieces if p.bears), f"finding:{material.finding}"]


def _wrong(material: CaseFile) -> str:
    return next(f.id for f in texts().findings if f.id != material.finding)


MISTAKES: dict[str, Callable[[CaseFile], Any]] = {
    "everything-counts": lambda m: [*(p.id for p in m.pieces), f"finding:{m.finding}"],
    "the-log-is-enough": lambda m: ["access-log", f"finding:{m.finding}"],
    "what-people-say": lambda m: ["gossip", f"finding:{_wrong(m)}"],
}
