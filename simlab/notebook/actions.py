"""Buttons in groups that change with what there is to do, and what came of the last press."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from simlab.notebook.form import Form, esm

Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]  # (words above, [(id, label), ...])


class Actions(Form):
    """Groups of buttons. `on_press(id)` returns (verdict, text) to say; `lay` changes the buttons."""

    _esm = esm("actions")

    groups = traitlets.List().tag(sync=True)  # [words, [[id, label], ...]]
    pressed = traitlets.Unicode().tag(sync=True)
    presses = traitlets.Int(0).tag(sync=True)

    def __init__(self, groups: Groups, on_press: Callable[[str], tuple[str, str]]) -> None:
        super().__init__(groups=_plain(groups))
        self._on_press = on_press
        self.observe(self._pressed, names="presses")

    def lay(self, groups: Groups) -> None:
        """Show these buttons instead."""
        self.groups = _plain(groups)

    def _pressed(self, change: Any) -> None:
        if self.pressed in [ident for _, labels in self.groups for ident, _ in labels]:
            self.tell(lambda: self._on_press(self.pressed))

    def press(self, ident: str) -> None:
        """What the page does when a button is pressed."""
        self.pressed = ident
        self.presses += 1

    def text(self) -> str:
        """The buttons' labels, and what was said last."""
        lines = [line for words, labels in self.groups for line in (words, *(f"  [{label}]" for _, label in labels))]
        return "\n".join([*lines, super().text()]).rstrip()


def _plain(groups: Groups) -> list[Any]:
    return [[words, [list(label) for label in labels]] for words, labels in groups if labels]
