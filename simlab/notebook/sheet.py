"""A form of several fields: lines, longer texts and choices, with a button or more below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import traitlets

from simlab.notebook.caution import mask, warning
from simlab.notebook.form import Form, css, esm

Values = dict[str, str]
Press = Callable[[str, Values], tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """One field: a choice where there are `options` (side by side if `in_a_row`), else text of so many `rows` (0: a line)."""

    id: str
    label: str
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()
    in_a_row: bool = False
    rows: int = 0
    needed: bool = True

    def plain(self) -> dict[str, Any]:
        """As the page takes it."""
        options = {"options": [list(o) for o in self.options], "row": self.in_a_row} if self.options else {}
        words = {"id": self.id, "label": self.label, "help": self.help, "needed": self.needed, "rows": self.rows}
        return words | options


class Sheet(Form):
    """Fields and buttons. `on_press(button, values)` returns (verdict, text) to say.

    `buttons` are (id, label, whether the fields that are needed must be filled in first).
    """

    _esm = esm("sheet")
    _css = css("form", "sheet")

    intro = traitlets.List().tag(sync=True)  # [lead, text] of each paragraph above
    fields = traitlets.List().tag(sync=True)
    buttons = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)  # field -> text
    warnings = traitlets.Dict().tag(sync=True)  # field -> what to say of it
    pressed = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        fields: Sequence[Field],
        buttons: Sequence[tuple[str, str, bool]],
        on_press: Press,
        *,
        intro: Sequence[tuple[str, str]] = (),
        values: Mapping[str, str] | None = None,
    ) -> None:
        plain = [field.plain() for field in fields]
        parts = {"intro": [list(each) for each in intro], "buttons": [list(each) for each in buttons]}
        super().__init__(fields=plain, values=dict(values or {}), **parts)
        self._fields, self._on_press = fields, on_press
        self.observe(lambda change: self._warn(), names="values")

    def sound(self) -> Values:
        """What stands in the fields: text, masked where it looks real; of a choice, only what it offers."""
        found = {}
        for field in self._fields:
            value = self.values.get(field.id, "")
            if field.options and value in [ident for ident, _ in field.options]:
                found[field.id] = value
            elif not field.options and isinstance(value, str):
                found[field.id] = mask(value.strip())
        return found

    def missing(self) -> list[str]:
        """The labels of fields that are needed and empty."""
        values = self.sound()
        return [field.label for field in self._fields if field.needed and not values.get(field.id)]

    def pressed_once(self) -> None:
        """Do what the button is for; what is kept is what is shown."""
        asks = {ident: asks for ident, _, asks in self.buttons}
        if self.pressed not in asks or (asks[self.pressed] and self.missing()):
            return
        self._warn()
        before, values = dict(self.warnings), self.sound()
        self.values = values
        self.tell(lambda: self._on_press(self.pressed, values))
        self.warnings = before

    def _warn(self) -> None:
        texts = [field.id for field in self._fields if not field.options]
        found = {ident: warning(str(self.values.get(ident, ""))) for ident in texts}
        self.warnings = {ident: said for ident, said in found.items() if said}

    def text(self) -> str:
        """The sheet as text, with what stands in it."""
        lines = [f"{lead} {text}".strip() for lead, text in self.intro]
        for field in self._fields:
            value = self.values.get(field.id, "")
            marks = [f"  {'(x)' if ident == value else '( )'} {text}" for ident, text in field.options]
            lines += [field.label, *([f"  {field.help}"] if field.help else []), *(marks or [f"  {value or '____'}"])]
        return "\n".join([*lines, super().text()]).rstrip()
