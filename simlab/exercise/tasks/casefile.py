"""A case file: pieces of evidence, some that bear on the question and some that only look as if.

Did somebody look where they had no work? The log, the claims and the calls of the simulated company
are read together; what was said about the person is no evidence. Answer: the pieces that support the
finding, and the finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simlab import draw
from simlab.dialogue.facts import scene_texts
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict
from simlab.exercise.tasks import _parts as parts

LEGEND = "Which pieces support your finding? Mark them, and choose the finding."
BUTTON = "Close the case"
CITE = "45 CFR 164.308(a)(1)(ii)(D); 45 CFR 164.502(a)"
FINDINGS = (
    ("looked", "Somebody looked without any work there"),
    ("worked", "Each look had work behind it"),
    ("shared", "The account was used by somebody else"),
)
WHO = ("Luca Adeyemi", "Bernice Castaneda", "Hal Okonjo", "Ruth Eastlake", "Kwame Pettway")


@dataclass(frozen=True)
class Piece:
    """One piece of evidence: what it shows, and whether it bears on the finding."""

    id: str
    title: str
    lines: tuple[str, ...]
    bears: bool
    why: str


@dataclass(frozen=True)
class CaseFile:
    """The case of a seed: who is asked about, what happened, the pieces, and which finding they bear out."""

    about: str
    member: str
    finding: str
    pieces: tuple[Piece, ...]


def make(seed: int) -> CaseFile:
    """A case for a seed; each of the findings is as likely."""
    finding = FINDINGS[draw.one(seed, "case/finding", 0, len(FINDINGS))][0]
    about = WHO[draw.one(seed, "case/who", 0, len(WHO))]
    member = scene_texts(seed, "case")["member"]
    hour, count = 9 + draw.one(seed, "case/hour", 0, 7), 4 + draw.one(seed, "case/count", 0, 5)
    pieces = [*_log(finding, about, member, hour, count), *_noise(about, member, count)]
    pieces.sort(key=lambda p: int(draw.bits(seed, f"case/{p.id}", 0)))
    return CaseFile(about, member, finding, tuple(pieces))


def _log(finding: str, about: str, member: str, hour: int, count: int) -> list[Piece]:
    read = Piece(
        "access-log", "Access log",
        (f"{hour:02}:12 to {hour:02}:31, account of {about}", f"{count} reads in the file of {member}", "claims-core, purpose: none stated"),
        True, "it shows that the file was read, when, and by which account.",
    )  # fmt: skip
    if finding == "shared":
        door = (f"{about}: in 08:02, out {hour - 1:02}:48, in again {hour + 2:02}:05", "Tulsa headquarters, main door")
        where = ("Log-in at that hour from a desk in Tulsa headquarters", "Desk of the mail room, screen left open")
        return [
            read,
            Piece("door", "Door log", door, True, "the person was out of the house while the account was in use."),
            Piece("place", "Where the log-in came from", where, True, "the reads came from a desk that is not theirs."),
            Piece(
                "queue",
                "Work queue of that day",
                (f"No claim of {member} with anybody",),
                True,
                "nobody had work in that file.",
            ),
        ]
    if finding == "worked":
        queue = (
            f"Claim of {member} with {about}, received {hour:02}:05",
            "Second look asked for by the nurse reviewer",
        )
        call = (f"{hour:02}:10, {member} calls about the claim", f"Taken by {about}, ten minutes")
        return [
            read,
            Piece("queue", "Work queue of that day", queue, True, "the claim was theirs to work on at that hour."),
            Piece("calls", "Call list", call, True, "the member called, and this is the answer."),
        ]
    return [
        read,
        Piece("queue", "Work queue of that day", (f"No claim, call or case of {member} with {about}", "Nor with their team, for six weeks"),
              True, "there was no work that led there."),
        Piece("pattern", "The account's other days", ("Usually 22 files a day, each with a claim in the queue", "This one: without a claim"),
              True, "it is not how this account usually works."),
        Piece("door", "Door log", (f"{about}: in 08:02, out 17:10", "Tulsa headquarters, main door"),
              True, "the person was there, so the account was in their own hands."),
    ]  # fmt: skip


def _noise(about: str, member: str, count: int) -> list[Piece]:
    return [
        Piece("gossip", "E-mail of a colleague", (f"“I always thought that {about} asks too many questions.”",),
              False, "it is an opinion about a person."),
        Piece("training", "Training record", (f"{about}: confidentiality, passed in January",),
              False, "a course that was passed says nothing about that hour."),
        Piece("portal", "Portal visits", (f"{member} signed in twice that week, from a phone",),
              False, "a member's own visits are not staff's reads."),
        Piece("busy", "Number of reads that day", (f"The team read {count * 31} files", "About as many as every day"),
              False, "it fits a quiet day and a bad one alike."),
    ]  # fmt: skip


def view(material: CaseFile) -> list[parts.Part]:
    return [
        parts.text(f"An alert: {material.about} was in the file of {material.member}. Imani Castellanos asks you what to make of it."),
        parts.tabs([(p.id, p.title, p.lines) for p in material.pieces], "This supports the finding"),
        parts.pick("finding", "Your finding", FINDINGS),
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
    return next(f for f, _ in FINDINGS if f != material.finding)


MISTAKES: dict[str, Callable[[CaseFile], Any]] = {
    "everything-counts": lambda m: [*(p.id for p in m.pieces), f"finding:{m.finding}"],
    "the-log-is-enough": lambda m: ["access-log", f"finding:{m.finding}"],
    "what-people-say": lambda m: ["gossip", f"finding:{_wrong(m)}"],
}
