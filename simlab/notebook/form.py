"""What every form in a notebook shares: its script and style, put together from `static/`, and its text form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import anywidget
import traitlets

from simlab.errors import SimlabError

T = TypeVar("T")
STATIC = Path(__file__).parent / "static"
_RENDER = "export default { render: ({ model, el: root }) => draw(model, root) };\n"


def esm(*kinds: str) -> str:
    """The script of a kind of form: `form.js`, then `<kind>.js` of each, the last of which defines `draw(model, root)`.

    One module each, since what a notebook shows must need no other address.
    """
    return "\n".join([_read("form.js"), *(_read(f"{kind}.js") for kind in kinds), _RENDER])


def css(*names: str) -> str:
    """The style sheets of these names, one after the other.

    Each kind on a page brings `form.css` along, the last one below all the others: so the rules of a
    kind's own sheet begin with `.simlab-form.simlab-<kind>`, or they would lose.
    """
    return "\n".join(_read(f"{name}.css") for name in names)


def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def in_words(make: Callable[[], T]) -> T | None:
    """What `make` gives; where that fails, None, and what is wrong is printed in words, never as a traceback."""
    try:
        return make()
    except SimlabError as e:
        print(e)
    except Exception as e:  # a fault of ours: the learner can do nothing with a traceback
        print(f"This part could not be shown ({type(e).__name__}: {e}). It is not your work: tell your trainer.")
    return None


class Form(anywidget.AnyWidget):
    """A native form. `verdict` and `said` stand in a live region that a screen reader reads out.

    `presses` counts what the page sends by `press(...)` of `form.js`, `heard` what was answered of it. A
    kind of form gives `_esm = esm("<kind>")`, and `_css` where `form.css` is not enough.
    """

    _css = css("form")

    verdict = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    presses = traitlets.Int(0).tag(sync=True)
    heard = traitlets.Int(0).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.observe(self._hear, names="presses")

    def _hear(self, change: Any) -> None:
        """Answer a press, and let the page know that it was answered."""
        with self.hold_sync():
            self.pressed_once()
            self.heard = self.presses

    def pressed_once(self) -> None:
        """What a press does; a kind of form that has a button says it."""

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
