"""What every form in a notebook shares: drawn by `static/forms.js`, and readable as text without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

STATIC = Path(__file__).parent / "static"


class Form(anywidget.AnyWidget):
    """A native form. `verdict` and `said` stand in a live region that a screen reader reads out."""

    _esm = STATIC / "forms.js"
    _css = STATIC / "forms.css"

    kind = traitlets.Unicode().tag(sync=True)
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
