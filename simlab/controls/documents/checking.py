"""What a form says, what it lacks and what it must not say: findings with sentence, source and next step.

Fit as feedback for whoever mends a form: each element and statement of 45 CFR 164.508(c) is `found`,
`partly` there (which part lacks is said), `missing` or `wrong`. It sees words, not whether they are true.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Literal

from simlab.controls.consent.validity import form as required
from simlab.controls.documents import intake
from simlab.controls.documents.checks import Against, Checks, Piece, Requirement, Trap, checks, matches
from simlab.controls.documents.intake import Read, Sentence
from simlab.controls.documents.paper import Paper, text
from simlab.errors import InputError
from simlab.reading import grade

Status = Literal["found", "partly", "missing", "wrong"]
Kind = Literal["authorization", "opt-out", "notice", "letter", "unknown"]
GRADE = 8.0  # this course's measure of plain language; the rule names none


@dataclasses.dataclass(frozen=True)
class FormFinding:
    """One thing that was looked for. `share`: how much of it is there, from 0 to 1; `sentences`: what covers it.

    `is_duty`: owed, and its lack does not make an authorization invalid (45 CFR 164.508(b)(1)(i)).
    """

    id: str
    status: Status
    asks: str
    cite: str
    says: str
    why: str = ""
    next: str = ""
    sentences: tuple[str, ...] = ()
    share: float = 0.0
    is_duty: bool = False

    @property
    def is_met(self) -> bool:
        return self.status == "found"


@dataclasses.dataclass(frozen=True)
class FormCheck:
    """All findings on a form. Loops over them; `is_complete`: nothing that makes it invalid was seen."""

    kind: Kind
    findings: tuple[FormFinding, ...]
    grade: float

    def __iter__(self) -> Iterator[FormFinding]:
        return iter(self.findings)

    def __getitem__(self, name: str) -> FormFinding:
        for one in self.findings:
            if one.id == name:
                return one
        raise KeyError(name)

    @property
    def is_complete(self) -> bool:
        return self.kind != "unknown" and all(f.is_met or f.is_duty for f in self.findings)

    @property
    def faults(self) -> tuple[FormFinding, ...]:
        """What is not as it should be, duties too."""
        return tuple(f for f in self.findings if not f.is_met)

    def in_words(self) -> str:
        """The findings as lines: what is there and where, what is not and what to do."""
        lines = [f"This reads as {_KINDS[self.kind]}. Reading grade {self.grade:.1f}."]
        for f in self.findings:
            lines.append(f"- {f.id}: {f.status}. {f.says} ({f.cite})")
            lines += [f"  > {s}" for s in f.sentences]
            lines += [f"  Why: {f.why}", f"  Next: {f.next}"] if not f.is_met and f.next else []
        return "\n".join(lines)


_KINDS: dict[Kind, str] = {
    "authorization": "an authorization (45 CFR 164.508)",
    "opt-out": "an opt-out or opt-in, which is the organization's own promise and no authorization",
    "notice": "a notice of privacy practices (45 CFR 164.520)",
    "letter": "a letter to a member",
    "unknown": "neither an authorization nor an opt-out: it says nowhere that somebody allows or refuses something",
}


def check_form(form: str | Paper) -> FormCheck:
    """The findings on a form's text, its HTML page, or a form as `render` makes it. Raises InputError for other things."""
    read = _read(form)
    kind = _kind(read)
    return _checked(kind, checks("opt-out" if kind == "opt-out" else "authorization"), read)


def check_notice(notice: str | Paper) -> FormCheck:
    """What of 45 CFR 164.520(b)(1) a health plan's notice of privacy practices has, lacks or gets wrong."""
    return _checked("notice", checks("notice"), _read(notice))


def check_letter(kind: str, letter: str | Paper) -> FormCheck:
    """What a letter to a member must say: `kind` is one of `content/checks/`, such as `access-denial`. Raises UnknownName."""
    return _checked("letter", checks(kind), _read(letter))


def _read(given: str | Paper) -> Read:
    given = text(given) if isinstance(given, Paper) else given
    if not isinstance(given, str):
        raise InputError(f"a form is a text or a page, not a {type(given).__name__}")
    return intake.read(given)


def _checked(kind: Kind, wanted: Checks, read: Read) -> FormCheck:
    level = grade(read.prose)
    found = [
        *(_finding(one, read) for one in wanted.requirements),
        *(dataclasses.replace(_finding(one, read), is_duty=True) for one in wanted.duties),
        _plain(level, read, wanted.plain_cite),
        *_traps(wanted, read),
        *_letters(read),
    ]
    return FormCheck(kind, tuple(found), level)


def _kind(read: Read) -> Kind:
    allows, refuses = (
        sum(matches(s.plain, checks(name).known_by) for s in read.sentences) for name in ("authorization", "opt-out")
    )
    if not allows and not refuses:
        return "unknown"
    return "opt-out" if refuses > allows else "authorization"


def _finding(of: Requirement, read: Read) -> FormFinding:
    """The best place in the form for a requirement, and how much of it stands there."""
    here, met = _best(of, read.sentences)
    for bar in of.against:
        if told := next((s for s in read.sentences if matches(s.plain, bar.any, bar.unless)), None):
            return _against(of, bar, told, len(met) / len(of.pieces))
    lacking = [p.asks for p in of.pieces if p.id not in met]
    base = FormFinding(of.id, "found", of.asks, of.cite, "It says this.", of.why, of.next, _shown(here), 1.0)
    if not lacking:
        return base
    share = len(met) / len(of.pieces)
    if not met:
        said = f"Not said anywhere: {of.asks}."
        return dataclasses.replace(base, status="missing", says=said, sentences=(), share=0.0)
    return dataclasses.replace(base, status="partly", says=f"Not said: {'; '.join(lacking)}.", share=share)


def _against(of: Requirement, bar: Against, told: Sentence, share: float) -> FormFinding:
    status: Status = "wrong" if bar.is_wrong else "partly"
    said = f"{bar.says[:1].upper()}{bar.says[1:]}."
    share = 0.0 if bar.is_wrong else min(share, 0.5)
    return FormFinding(of.id, status, of.asks, bar.cite or of.cite, said, of.why, of.next, (told.text,), share)


def _best(of: Requirement, sentences: tuple[Sentence, ...]) -> tuple[tuple[Sentence, ...], set[str]]:
    """The run of sentences (as long as the requirement reaches, from its anchor) in which most pieces stand."""
    hits = [[p.id for p in of.pieces if (p.in_headings or not s.is_heading) and _is_in(p, s)] for s in sentences]
    best: tuple[tuple[Sentence, ...], set[str]] = ((), set())
    for i, first in enumerate(hits):
        if not first or (of.anchor and of.anchor not in first):
            continue
        run = [j for j in range(max(0, i - of.back), min(i + of.reach, len(hits))) if hits[j]]
        met = {piece for j in run for piece in hits[j]}
        new = tuple(sentences[j] for j in run), met
        if not best[0] or _worth(new) > _worth(best):
            best = new
    return best


def _worth(found: tuple[tuple[Sentence, ...], set[str]]) -> tuple[int, int]:
    return len(found[1]), -len(found[0])


def _is_in(piece: Piece, sentence: Sentence) -> bool:
    return matches(sentence.plain, piece.any, piece.but)


def _shown(sentences: tuple[Sentence, ...]) -> tuple[str, ...]:
    return tuple(s.text for s in sentences)


def _plain(level: float, read: Read, cite: str) -> FormFinding:
    part = required().part("plain_language")
    is_met = level <= GRADE and bool(read.sentences)
    said = f"It reads at grade {level:.1f}; this course asks for {GRADE:g} or below, and the rule names no number."
    next_ = "Shorter sentences, shorter words, one thought in each."
    why = "What a member cannot read, they cannot choose."
    status: Status = "found" if is_met else "partly"
    return FormFinding("plain_language", status, part.asks, cite, said, why, next_, (), 1.0 if is_met else 0.5, True)


def _traps(of: Checks, read: Read) -> Iterator[FormFinding]:
    for trap in of.traps:
        if found := _caught(trap, read):
            what, told = found
            said = trap.says.format(what=what)
            status: Status = "wrong" if trap.is_wrong else "partly"
            if trap.excused and any(matches(s.plain, (trap.excused,)) for s in read.sentences):
                status, said = "partly", f"{said}. {trap.excuse}"
            said = f"{said[:1].upper()}{said[1:]}".rstrip(".") + "."
            yield FormFinding(trap.id, status, "what a form must not say", trap.cite, said, trap.why, trap.next, told)


def _caught(trap: Trap, read: Read) -> tuple[str, tuple[str, ...]] | None:
    sentences = read.sentences
    if trap.beside and not any(matches(s.plain, (trap.beside,)) for s in sentences):
        return None
    if trap.answered and any(matches(s.plain, (trap.answered,)) for s in sentences):
        return None
    caught = [(like.what, s) for s in sentences for like in trap.any if matches(s.plain, (like.like,), trap.unless)]
    if not caught:
        return None
    return ", ".join(dict.fromkeys(what for what, _ in caught)), tuple(dict.fromkeys(s.text for _, s in caught))[:3]


def _letters(read: Read) -> Iterator[FormFinding]:
    cite = required().part("plain_language").cite
    if read.tricks:
        said = "It looks like other text than it is: " + "; ".join(read.tricks) + "."
        why = "A reader, a screen reader and a search see three different papers."
        next_ = "Type these words anew, with plain letters."
        yield FormFinding("letters", "wrong", "plain letters", cite, said, why, next_)
    if read.is_cut:
        said = f"It is longer than is read here ({intake.LONGEST:,} characters, {intake.MOST} sentences)."
        next_ = "A form that is clear and short fits on a page or two."
        yield FormFinding("length", "partly", "a form that can be read", cite, said, said, next_, (), 0.0, True)
