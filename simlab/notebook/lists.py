"""A few lists to choose from, and below them what follows: a sentence, and numbers as a table with bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import traitlets

from simlab.notebook.form import Form, css, esm


@dataclass(frozen=True)
class Follows:
    """What follows from the choices: what is said, and rows of (name, number), the largest first."""

    verdict: str
    said: str
    rows: tuple[tuple[str, int], ...] = ()


class Lists(Form):
    """Lists by (id, label, texts). `on_choice({id: text})` returns what follows."""

    _esm = esm("lists")
    _css = css("form", "lists")
    lists = traitlets.List().tag(sync=True)  # [id, label, [text, ...]]
    chosen = traitlets.Dict().tag(sync=True)  # id -> text
    heads = traitlets.List().tag(sync=True)  # caption, then the two columns' names
    rows = traitlets.List().tag(sync=True)  # [name, number]

    def __init__(
        self,
        lists: Sequence[tuple[str, str, Sequence[str]]],
        on_choice: Callable[[dict[str, str]], Follows],
        heads: tuple[str, str, str],
    ) -> None:
        plain = [[ident, label, list(texts)] for ident, label, texts in lists]
        super().__init__(lists=plain, heads=list(heads), chosen={ident: texts[0] for ident, _, texts in lists})
        self._on_choice = on_choice
        self.observe(self._changed, names="chosen")
        self._changed()

    def _changed(self, change: Any = None) -> None:
        if all(self.chosen.get(ident) in texts for ident, _, texts in self.lists):
            with self.hold_sync():
                self.tell(self._follow)

    def _follow(self) -> tuple[str, str]:
        self.rows = []
        follows = self._on_choice(dict(self.chosen))
        self.rows = [list(row) for row in follows.rows]
        return follows.verdict, follows.said

    def text(self) -> str:
        """The choices, what is said of them, and the numbers."""
        lines = [f"{label} {self.chosen[ident]}" for ident, label, _ in self.lists]
        return "\n".join([*lines, super().text(), *(f"  {name}  {number:,}" for name, number in self.rows)])
