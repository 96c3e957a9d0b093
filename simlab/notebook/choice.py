"""The one widget for choosing: a question, its options, a button, and what is said after it.

It only draws. What was chosen lies in a store that the caller's `on_press` writes, so a reload or
a new kernel loses nothing, and no trait holds a right answer before it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

STATIC = Path(__file__).parent / "static"


class Choice(anywidget.AnyWidget):
    """A question with radios. `on_press(option id, note)` returns (verdict, text) to say."""

    _esm = STATIC / "choice.js"
    _css = STATIC / "choice.css"

    legend = traitlets.Unicode().tag(sync=True)
    options = traitlets.List().tag(sync=True)  # [id, text] in the order shown
    button = traitlets.Unicode("Check my answer").tag(sync=True)
    note_label = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    picked = traitlets.Unicode().tag(sync=True)
    presses = traitlets.Int(0).tag(sync=True)
    verdict = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
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
        """Say what the press led to; whatever goes wrong is said too, never shown as a traceback."""
        try:
            if self.picked not in [ident for ident, _ in self.options]:
                return
            verdict, said = self._on_press(self.picked, self.note)
        except Exception as e:
            verdict, said = "Not saved.", str(e)
        with self.hold_sync():
            self.verdict, self.said = verdict, said

    def text(self) -> str:
        """The question as text, for a terminal, print and a page without widgets."""
        marks = ["(x)" if ident == self.picked else "( )" for ident, _ in self.options]
        lines = [f"  {mark} {text}" for mark, (_, text) in zip(marks, self.options, strict=True)]
        return "\n".join([self.legend, *lines, f"{self.verdict} {self.said}".strip()]).rstrip()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data:
            data["text/plain"] = self.text()
        return bundle
