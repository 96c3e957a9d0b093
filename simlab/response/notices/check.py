"""Is a draft a notice? What is missing, which sentence says what, how hard it is to read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from simlab.errors import InputError
from simlab.reading import grade
from simlab.response.facts import Facts
from simlab.response.notices.dates import dates, in_words
from simlab.response.notices.kinds import Element, Kind, kind

LONGEST = 50_000
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]*[A-Z0-9])|\n\s*\n|\n\s*(?=[-*•]\s)")
_BLANK = re.compile(r"\[[^\]\n]{0,80}\]|<[^>\n]{1,80}>|\{[^}\n]{0,80}\}|_{3,}|\bTBD\b|\bXX+\b|\bLOREM\b", re.IGNORECASE)
_VALUE = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")


@dataclass(frozen=True)
class Finding:
    """What is wrong: the element (or "" for the draft as a whole), what and what would be right, and where it stands."""

    element: str
    problem: str
    mend: str
    cite: str = ""
    sentence: str = ""

    def __str__(self) -> str:
        where = f' In: "{self.sentence}"' if self.sentence else ""
        return f"{self.problem} {self.mend}{f' [{self.cite}]' if self.cite else ''}{where}"


@dataclass(frozen=True)
class Checked:
    """A draft against its kind: the findings, and the sentence that says each element. `reading`: its grade."""

    kind: Kind
    findings: tuple[Finding, ...]
    says: dict[str, str]
    reading: float | None

    @property
    def is_ready(self) -> bool:
        return not self.findings

    def in_words(self) -> str:
        """What is to be mended, in order, then which sentence says what, and how hard it reads."""
        n = len(self.findings)
        head = "It has what it must say" if self.is_ready else f"Not ready: {n} thing{'s' if n > 1 else ''} to mend"
        lines = [f"{self.kind.title} [{self.kind.cite}]", f"{head}.", ""]
        for i, f in enumerate(self.findings, 1):
            lines += [f"{i}. {f.problem}", f"   {f.mend}{f' [{f.cite}]' if f.cite else ''}"]
            lines += [f'   In: "{f.sentence}"'] if f.sentence else []
        said = [f'  {e.asks}: "{self.says[e.id]}"' for e in self.kind.elements if e.id in self.says]
        lines += [*([""] if n else []), *(["What says it:", *said, ""] if said else [])]
        if self.reading is not None:
            most = f"; {self.kind.grade:g} or below is this course's measure" if self.kind.grade is not None else ""
            lines.append(f"Reading grade {self.reading:.1f}{most}.")
        lines += [f"Confirm with counsel: {self.kind.confirm}."] if self.kind.confirm else []
        lines.append("Sentences are known by their words. Whether they are true, a person reads before it goes out.")
        return "\n".join(lines) + "\n"

    def as_plain(self) -> dict[str, Any]:
        """The same as values that JSON can hold."""
        return {
            "kind": self.kind.id,
            "ready": self.is_ready,
            "findings": [asdict(f) for f in self.findings],
            "says": self.says,
            "reading": None if self.reading is None else round(self.reading, 1),
        }


def check(draft: str | Mapping[str, Any], name: str, facts: Facts | None = None) -> Checked:
    """A draft of a notice, as text or as the fields of a form, against what its kind must hold.

    With `facts` its dates and numbers are compared too. Signs are found by words: what reads as required may
    still be untrue, and a person reads it before it goes out. Raises UnknownName, InputError.
    """
    what = kind(name)
    if isinstance(draft, str) is (what.form == "fields"):
        form = "the fields of a form, as {name: value}" if what.form == "fields" else "a text"
        raise InputError(f"{name}: hand in {form}")
    if isinstance(draft, Mapping):
        findings, says = _fields(draft, what, facts)
        return Checked(what, tuple(findings), says, None)
    if len(draft) > LONGEST:
        raise InputError(f"the draft has {len(draft):,} characters: a notice has at most {LONGEST:,}")
    sentences = [" ".join(s.split()) for s in _SENTENCE.split(draft) if s and s.strip()]
    says = {e.id: found for e in what.elements if (found := _said(e, sentences))}
    findings = [f for e in what.elements for f in _judged(e, says.get(e.id), sentences, facts)]
    reading = grade(draft) if draft.strip() else 0.0
    return Checked(what, (*findings, *_whole(sentences, what, reading)), says, reading)


def _said(element: Element, sentences: list[str]) -> str | None:
    """The sentence that says it, one with the date it needs first."""
    holding = [s for s in sentences if _holds(element, s)]
    dated = [s for s in holding if not element.needs_date or dates(s)]
    return next(iter(dated or holding), None)


def _holds(element: Element, sentence: str) -> bool:
    if any(re.search(no, sentence, re.IGNORECASE) for no in element.unless):
        return False
    return any(all(re.search(sign, sentence, re.IGNORECASE) for sign in signs) for signs in element.signs)


def _judged(element: Element, said: str | None, sentences: list[str], facts: Facts | None) -> Iterator[Finding]:
    excused = element.excuse and any(re.search(element.excuse, s, re.IGNORECASE) for s in sentences)
    if excused:
        return
    if said is None:
        yield Finding(element.id, f"Nothing says {element.asks}.", element.say, element.cite)
    elif element.needs_date:
        yield from _dated(element, said, facts)


def _dated(element: Element, said: str, facts: Facts | None) -> Iterator[Finding]:
    found = dates(said)
    if not found:
        yield Finding(element.id, f"There is no date in what says {element.asks}.", element.say, element.cite, said)
        return
    known = getattr(facts, element.fact) if facts is not None and element.fact else None
    day = known.date() if isinstance(known, dt.datetime) else known
    if day is not None and day not in found:
        wrong = f"The draft says {in_words(found[0])}, and the facts say {in_words(day)}."
        yield Finding(element.id, wrong, "Write the day of the facts.", element.cite, said)


def _whole(sentences: list[str], what: Kind, reading: float) -> Iterator[Finding]:
    for sentence in sentences:
        if blank := _BLANK.search(sentence):
            yield Finding("", f"A blank is left: {blank[0]}.", "Fill it in, or take it out.", "", sentence)
        if _VALUE.search(sentence):
            yield Finding(
                "types", "A number stands there that looks like a Social Security number.",
                "Name the kind of information, never its value.", "45 CFR 164.404(c)(1)(B)", sentence,
            )  # fmt: skip
    if what.grade is not None and sentences and reading > what.grade:
        hardest = max(sentences, key=grade)
        yield Finding(
            "", f"It reads at grade {reading:.1f}.",
            f"{what.grade:g} or below is this course's measure of plain language: shorter sentences, shorter words. "
            "Begin with the hardest.", "45 CFR 164.404(c)(2)", hardest,
        )  # fmt: skip


def _fields(draft: Mapping[str, Any], what: Kind, facts: Facts | None) -> tuple[list[Finding], dict[str, str]]:
    """A form: every field is there, filled in, and as the facts have it."""
    says = {str(k): str(v).strip() for k, v in draft.items() if v is not None and str(v).strip()}
    known = {e.id for e in what.elements}
    out = [Finding(name, f"There is no field {name!r}.", f"The fields are {', '.join(sorted(known))}.")
           for name in sorted(set(map(str, draft)) - known)]  # fmt: skip
    for element in what.elements:
        value = says.get(element.id)
        if value is None or _BLANK.fullmatch(value):
            out.append(Finding(element.id, f"{element.id} is empty: {element.asks}.", element.say, element.cite))
        elif element.needs_date:
            out += _dated(element, value, facts)
        elif element.is_number:
            out += _number(element, value, facts)
    return out, {k: v for k, v in says.items() if k in known}


def _number(element: Element, value: str, facts: Facts | None) -> Iterator[Finding]:
    plain = value.replace(",", "")
    if not plain.isdecimal():
        yield Finding(element.id, f"{value!r} is no whole number.", element.say, element.cite)
        return
    known = getattr(facts, element.fact) if facts is not None and element.fact else None
    if known is not None and int(plain) != known:
        wrong = f"The form says {int(plain):,}, and the facts say {known:,}."
        yield Finding(element.id, wrong, "Count individuals, each once.", element.cite)
