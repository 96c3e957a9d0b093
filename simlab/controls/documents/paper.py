"""A document before it is a page: sections of sentences, each with what backs it, and blanks to fill in.

`text` gives it as plain text for a handout, `page` as one HTML file that needs nothing beside it, and
`version` the digest of what it says.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import textwrap
from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from simlab import pages

TEMPLATES = Path(__file__).parent / "templates"
WIDTH, MUCH = 92, 6
EXAMPLE = "Example: this organization and its people are invented."
PROMISE = "Our promise, not law"


@dataclasses.dataclass(frozen=True)
class Said:
    """One statement. `rules`: the rules of sharing, safeguards or promises that back it; `cites`: the law."""

    text: str
    rules: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    is_promise: bool = False


@dataclasses.dataclass(frozen=True)
class Blank:
    """Something to fill in: a line, a box to tick, or a few lines."""

    label: str
    kind: str = "line"  # line, box, lines


@dataclasses.dataclass(frozen=True)
class Entry:
    """A named point with its statements, and facts beside (label, value): one kind of recipient, one question."""

    title: str
    said: tuple[Said, ...]
    id: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    more_cites: tuple[str, ...] = ()

    @property
    def cites(self) -> tuple[str, ...]:
        """The law behind it, each once."""
        return tuple(dict.fromkeys((*(c for s in self.said for c in s.cites), *self.more_cites)))


@dataclasses.dataclass(frozen=True)
class Section:
    """A heading and what stands under it, in this order."""

    id: str
    title: str
    said: tuple[Said, ...] = ()
    points: tuple[Said, ...] = ()
    entries: tuple[Entry, ...] = ()
    blanks: tuple[Blank, ...] = ()

    def statements(self) -> Iterator[Said]:
        yield from (*self.said, *self.points)
        for entry in self.entries:
            yield from entry.said

    @property
    def is_empty(self) -> bool:
        return not (self.said or self.points or self.entries or self.blanks)

    @property
    def cites(self) -> tuple[str, ...]:
        """The law behind the section's sentences, each once; where it is much, by section of the law only."""
        all_ = tuple(dict.fromkeys(c for s in (*self.said, *self.points) for c in s.cites))
        return all_ if len(all_) <= MUCH else tuple(dict.fromkeys(c.split("(")[0] if " CFR " in c else c for c in all_))


@dataclasses.dataclass(frozen=True)
class Paper:
    """A document: `banner` stands in a frame above all else, `foot` in small letters below."""

    kind: str
    title: str
    organization: str
    sections: tuple[Section, ...]
    banner: str = ""
    lead: str = ""
    foot: tuple[str, ...] = ()
    language: str = "en"
    is_example: bool = False
    has_contents: bool = False
    others: tuple[tuple[str, str, str], ...] = ()  # language tag, name, text

    def statements(self) -> Iterator[Said]:
        """Every statement, in order."""
        for section in self.sections:
            yield from section.statements()

    def prose(self) -> str:
        """The sentences that a person reads, without blanks and citations: what a reading grade is of."""
        parts = [self.lead, *(s.text for s in self.statements())]
        parts += [value for section in self.sections for entry in section.entries for _, value in entry.facts]
        return "\n\n".join(p for p in parts if p)

    @property
    def version(self) -> str:
        """The digest (12 hexadecimal digits) of what it says: it changes with every word, and with nothing else."""
        return hashlib.sha256(_body(self).encode("utf-8")).hexdigest()[:12]


def text(of: Paper) -> str:
    """A document as plain text. Ends with its version."""
    return f"{_body(of)}\nVersion {of.version}\n"


def page(of: Paper) -> str:
    """A document as one HTML page, to read on a screen and to print; it runs nothing and loads nothing."""
    css = (TEMPLATES / "paper.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    view = {"of": of, "css": Markup(css), "css_hash": f"sha256-{digest}", "example": EXAMPLE, "promise": PROMISE}  # noqa: S704
    return str(pages.template(TEMPLATES, "paper.html.j2").render(view))


def _body(of: Paper) -> str:
    lines = [of.organization, of.title.upper(), ""]
    lines += _wrapped(EXAMPLE) if of.is_example else []
    lines += [""] if of.is_example else []
    for part in (of.banner, of.lead):
        lines += [*_wrapped(part), ""] if part else []
    for number, section in enumerate(of.sections, 1):
        lines += _section(number, section)
    for _, name, said in of.others:
        lines += [name, *_wrapped(said), ""]
    for part in of.foot:
        lines += [*_wrapped(part), ""]
    return "\n".join(lines)


def _section(number: int, of: Section) -> list[str]:
    lines = [f"{number}. {of.title}", ""]
    for one in of.said:
        lines += [*_wrapped(_marked(one)), ""]
    for one in of.points:
        lines += _wrapped(_marked(one), "- ")
    lines += [""] if of.points else []
    for entry in of.entries:
        lines += _entry(entry)
    lines += [_blank(b) for b in of.blanks] + ([""] if of.blanks else [])
    return lines + ([*_wrapped(f"Law: {'; '.join(of.cites)}."), ""] if of.cites else [])


def _entry(of: Entry) -> list[str]:
    lines = [f"* {of.title}", *(line for s in of.said for line in _wrapped(_marked(s), "  "))]
    lines += [line for label, value in of.facts for line in _wrapped(f"{label}: {value}", "  - ")]
    lines += _wrapped(f"Law: {'; '.join(of.cites)}.", "  ") if of.cites else []
    return [*lines, ""]


def _marked(one: Said) -> str:
    return f"{one.text} ({PROMISE}.)" if one.is_promise else one.text


def _blank(one: Blank) -> str:
    if one.kind == "box":
        return f"[ ] {one.label}"
    return f"{one.label}: " + "_" * 40 + ("\n" + "_" * 78 if one.kind == "lines" else "")


def _wrapped(said: str, mark: str = "") -> list[str]:
    after = " " * len(mark) if mark.strip() or not mark else mark
    return textwrap.wrap(said, WIDTH, initial_indent=mark, subsequent_indent=after, break_long_words=False)
