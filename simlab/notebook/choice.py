"""A question with radios: one of its options is the answer, with a note to it where one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from simlab.notebook.form import css, esm
from simlab.notebook.questions import Asked, Options


class Choice(Asked):
    """A question with radios. `on_press(option id, note)` returns (verdict, text) to say."""

    _esm = esm("question", "choice")
    _css = css("form", "question")

    options = traitlets.List().tag(sync=True)  # [id, text] in the order shown
    note_label = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    picked = traitlets.Unicode().tag(sync=True)
    answered = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, legend: str, options: Options, on_press: Callable[[str, str], tuple[str, str]], **traits: Any
    ) -> None:
        rows = [list(o) for o in options]
        super().__init__(legend, lambda picked: on_press(picked, self.note), options=rows, **traits)

    def fits(self, value: Any) -> bool:
        """Whether the option is one of those shown."""
        return value in [ident for ident, _ in self.options]

    def lines(self) -> list[str]:
        """The options, the one that is chosen marked."""
        return [f"  {'(x)' if ident == self.picked else '( )'} {text}" for ident, text in self.options]
