"""Finding a word in the course: sections and role-plays of the lessons that are there, terms, job aids. Works offline."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from simlab.curriculum import lesson as pages
from simlab.curriculum.aids import aids
from simlab.curriculum.asked import talks
from simlab.curriculum.story import glossary

SHOWN = 12
_COMMON = {"a", "an", "and", "are", "for", "how", "i", "in", "is", "it", "me", "my", "of", "on", "the", "to", "what", "who"}  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """One place: kind (lesson, role-play, term, job aid), title, a few words from it, and a link from the workspace's top."""

    kind: str
    title: str
    text: str
    link: str


def search(query: str, root: Path) -> list[Hit]:
    """The places that hold every word of the query, the best first; at most twelve, [] for no words.

    A word also finds longer words that begin with it; where no place holds all words, those that
    hold the most are given.
    """
    words = _words(query)
    wanted = [w for w in words if w not in _COMMON] or words
    if not wanted:
        return []
    scored = [(_score(wanted, hit, whole), i, hit) for i, (hit, whole) in enumerate(_places(root))]
    most = max((score[0] for score, _, _ in scored), default=0)
    best = [entry for entry in scored if entry[0][0] == most and most]
    return [hit for _, _, hit in sorted(best, key=lambda e: (-e[0][1], e[1]))][:SHOWN]


def _places(root: Path) -> list[tuple[Hit, str]]:
    """Every place with the whole text that is looked through."""
    found = []
    for term in glossary():
        whole = " ".join([term.text, *term.also, term.cite])
        found.append((Hit("term", term.term, term.text, f"aids/glossary.html#{term.id}"), whole))
    for name, it in aids().items():
        whole = " ".join([it.when, *it.steps, it.remember])
        found.append((Hit("job aid", it.title, it.when, f"aids/{name}.html"), whole))
    for each in pages.lessons(root):
        found += _sections(each) + _talks(each)
    return found


def _sections(each: pages.Lesson) -> list[tuple[Hit, str]]:
    texts: dict[str, list[str]] = {}
    for cell in each.cells:
        if cell.kind == "markdown":
            texts.setdefault(cell.section, []).append(cell.source)
    found = []
    for section, parts in texts.items():
        whole = _plain("\n".join(parts))
        title = f"{each.number} {each.title}" + (f": {section}" if section else "")
        found.append((Hit("lesson", title, whole[:160].strip(), pages.anchor(each.name, section)), whole))
    return found


def _talks(each: pages.Lesson) -> list[tuple[Hit, str]]:
    """The role-plays of a lesson, by what they are about; what is said in them is not given away."""
    return [
        (
            Hit("role-play", it.title, f"In lesson {each.number}: {a.section}", pages.anchor(each.name, a.section)),
            it.moment,
        )
        for a in each.asks()
        for it in talks(a)
    ]


def _plain(markdown: str) -> str:
    text = re.sub(r"^#{1,6}\s.*$|^\s*[-*>]+\s", "", re.sub(r"\]\([^)]*\)", "]", markdown), flags=re.MULTILINE)
    return re.sub(r"\s+", " ", re.sub(r"[*_`\[\]|]", "", text)).strip()


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", plain)


def _score(wanted: list[str], hit: Hit, whole: str) -> tuple[int, int]:
    """(how many of the words are there, how well): a word in the title counts most."""
    title, body = _words(hit.title), _words(whole)
    inside = [(sum(w.startswith(q) for w in title), sum(w.startswith(q) for w in body)) for q in wanted]
    return sum(bool(t or b) for t, b in inside), sum(10 * min(t, 1) + min(b, 5) for t, b in inside)
