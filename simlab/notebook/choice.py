"""A question: its options as radios, a button, and what is said after it.

It only draws. What was chosen lies in a store that the caller's `on_press` writes, so a reload or
a new kernel loses nothing, and no trait holds a right answer before it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from simlab.notebook.form import Form, esm


class Choice(Form):
    """A question with radios. `on_press(option id, note)` returns (verdict, text) to say."""

    _esm = esm("choice")
    legend = traitlets.Unicode().tag(sync=True)
    options = traitlets.List().tag(sync=True)  # [id, text] in the order shown
    button = traitlets.Unicode("Check my answer").tag(sync=True)
    note_label = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    picked = traitlets.Unicode().tag(sync=True)
    answered = traitlets.Unicode().tag(sync=True)  # the option that verdict and text speak of
    presses = traitlets.Int(0).tag(sync=True)
    closed = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        legend: str,
        options: Sequence[tuple[str, str]],
        on_press: Callable[[str, str], tuple[str, str]],
        **traits: Any,
    ) -> None:
        super().__init__(legend=legend, options=[list(o) for o in options], **traits)
        self._on_press = on_press
        self.observe(self._pressed, names="presses")

    def _pressed(self, change: Any) -> None:
        if self.picked in [ident for ident, _ in self.options]:
            self.answer(self.picked, lambda: self._on_press(self.picked, self.note))

    def answer(self, option: str, say: Callable[[], tuple[str, str]], **traits: Any) -> None:
        """Show an option as the one answered, with what is said of it; all of it reaches the page at once."""
        with self.hold_sync():
            self.set_trait("picked", option)
            self.set_trait("answered", option)
            for name, value in traits.items():
                self.set_trait(name, value)
            self.tell(say)

    def text(self) -> str:
        """The question as text, its choice marked."""
        marks = ["(x)" if ident == self.picked else "( )" for ident, _ in self.options]
        lines = [f"  {mark} {text}" for mark, (_, text) in zip(marks, self.options, strict=True)]
        return "\n".join([self.legend, *lines, super().text()]).rstrip()
