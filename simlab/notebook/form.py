"""What every form in a notebook shares: its script and style, put together from `static/`, and its text form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

STATIC = Path(__file__).parent / "static"
_RENDER = "export default { render: ({ model, el: root }) => draw(model, root) };\n"


def esm(kind: str) -> str:
    """The script of one kind of form: `form.js`, then `<kind>.js`, which defines `draw(model, root)`.

    One module each, since what a notebook shows must need no other address.
    """
    return "\n".join([_read("form.js"), _read(f"{kind}.js"), _RENDER])


def css(*names: str) -> str:
    """The style sheets of these names, one after the other."""
    return "\n".join(_read(f"{name}.css") for name in names)


def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


class Form(anywidget.AnyWidget):
    """A native form. `verdict` and `said` stand in a live region that a screen reader reads out.

    A kind of form gives `_esm = esm("<kind>")`, and `_css` where `form.css` is not enough.
    """

    _css = css("form")

    verdict = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)

    def tell(self, say: Callable[[], tuple[str, str]]) -> None:
        """Show what `say` gives, (verdict, text); what goes wrong is said too, never shown as a traceback."""
        try:
            verdict, said = say()
        except Exception as e:
            verdict, said = "Not done.", str(e)
        with self.hold_sync():
            self.verdict, self.said = verdict, said

    def text(self) -> str:
        """The form as text, for a terminal, print and a page without widgets."""
        return f"{self.verdict} {self.said}".strip()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data:
            data["text/plain"] = self.text()
        return bundle
