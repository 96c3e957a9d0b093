"""Links to pages of the workspace, each in a browser tab of its own, where it can be printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import traitlets

from simlab.content import names
from simlab.curriculum import aids
from simlab.curriculum import lesson as pages
from simlab.notebook.form import Form, css, esm

WORDS = "Each opens in a tab of its own, where your browser prints it."


class Papers(Form):
    """A list of links by (label, path below the workspace)."""

    _esm = esm("papers")
    _css = css("form", "papers")

    words = traitlets.Unicode(WORDS).tag(sync=True)
    papers = traitlets.List().tag(sync=True)  # [label, path]

    def __init__(self, papers: Sequence[tuple[str, str]], words: str = WORDS) -> None:
        super().__init__(papers=[list(each) for each in papers], words=words)

    def text(self) -> str:
        """The labels, and where the pages lie."""
        return "\n".join([self.words, *(f"- {label}: {path}" for label, path in self.papers)])


def aid_papers(root: Path) -> list[tuple[str, str]]:
    """The job aid of every lesson that is there, and the glossary."""
    there = {each.name for each in pages.lessons(root)}
    found = [(aids.load_aid(name).title, f"aids/{name}.html") for name in names("aids") if name in there]
    return [*found, ("The words of the field, in plain words", "aids/glossary.html")]
