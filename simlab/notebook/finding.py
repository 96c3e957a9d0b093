"""Finding a word in the course: a line to type into, and below it what was found, as links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import traitlets
from IPython.display import Markdown, display

from simlab.curriculum import search as finding
from simlab.curriculum import story
from simlab.errors import SimlabError
from simlab.exercise.workspace import find
from simlab.notebook.form import Form, css, esm

LABEL = "A word, or a few"


class Search(Form):
    """A line to type into. `on_search(words)` returns (verdict, text) to say."""

    _esm = esm("search")
    _css = css("form", "search")

    label = traitlets.Unicode(LABEL).tag(sync=True)
    button = traitlets.Unicode("Find").tag(sync=True)
    query = traitlets.Unicode().tag(sync=True)
    presses = traitlets.Int(0).tag(sync=True)

    def __init__(self, on_search: Callable[[str], tuple[str, str]]) -> None:
        super().__init__()
        self._on_search = on_search
        self.observe(self._pressed, names="presses")

    def _pressed(self, change: Any) -> None:
        self.tell(lambda: self._on_search(self.query))

    def find(self, words: str) -> None:
        """What the page does when words are looked for."""
        self.query = words
        self.presses += 1

    def text(self) -> str:
        return "\n".join([f"{self.label}: {self.query}".rstrip(), super().text()]).rstrip()


def search(words: str = "") -> None:
    """Show the search; with words, what is found of them at once."""
    here = place()
    shown = None

    def look(query: str) -> tuple[str, str]:
        hits = finding.search(query, here.root)
        if shown is not None:
            shown.update(Markdown(hits_text(hits, here.up)))
        if not query.strip():
            return "", "Type a word first, such as laptop, wife or fax."
        count = f"{len(hits)} place{'' if len(hits) == 1 else 's'}"
        return (f"Found in {count}.", "") if hits else ("Nothing found.", "Try another word, or the beginning of one.")

    form = Search(look)
    display(form)
    shown = display(Markdown(""), display_id=True)
    if words:
        form.find(words)


def hits_text(hits: list[finding.Hit], up: str = "") -> str:
    """What was found, as a Markdown list of links; `up` leads to the workspace's top."""
    return "\n".join(f"- [{_safe(h.title)}]({up}{h.link}) ({h.kind}). {_safe(h.text)}" for h in hits)


def _safe(text: str) -> str:
    return text.replace("[", "(").replace("]", ")").replace("<", "&lt;")


def glossary() -> None:
    """Show the words of the field, in plain words."""
    lines = [f"- **{t.term}.** {t.text}" + (f" *{t.cite}*" if t.cite else "") for t in story.glossary()]
    display(Markdown("\n".join(lines)))


@dataclass(frozen=True)
class Place:
    """The workspace's top, the way up to it from the page that is open, and whether it is a workspace."""

    root: Path
    up: str
    is_workspace: bool


def place() -> Place:
    """Where the page that is open lies; outside of a workspace, below a course's own folder."""
    here = Path.cwd().resolve()
    try:
        root, is_workspace = find(here).folder, True
    except SimlabError:
        root, is_workspace = here.parent if here.name == "lessons" else here, False
    below = here.relative_to(root) if here.is_relative_to(root) else Path()
    return Place(root, "../" * len(below.parts), is_workspace)
