"""A row of buttons, and what came of the last press."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import traitlets

from simlab.notebook.form import Form, esm


class Buttons(Form):
    """Buttons by [id, label]. `on_press(id)` returns (verdict, text) to say."""

    _esm = esm("buttons")
    labels = traitlets.List().tag(sync=True)  # [id, label] in the order shown
    pressed = traitlets.Unicode().tag(sync=True)

    def __init__(self, labels: Sequence[tuple[str, str]], on_press: Callable[[str], tuple[str, str]]) -> None:
        super().__init__(labels=[list(each) for each in labels])
        self._on_press = on_press

    def pressed_once(self) -> None:
        """Do what the button that was pressed is for, and say what came of it."""
        if self.pressed in [ident for ident, _ in self.labels]:
            self.tell(lambda: self._on_press(self.pressed))

    def press(self, ident: str) -> None:
        """What the page does when a button is pressed."""
        self.pressed = ident
        self.presses += 1

    def text(self) -> str:
        """The buttons' labels, and what was said last."""
        return "\n".join([*(f"[{label}]" for _, label in self.labels), super().text()]).rstrip()
