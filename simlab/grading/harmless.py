"""Harmless: what is kept of a submission can be opened by its trainer, as nothing in it is live.

nbgrader's formgrader writes Markdown, raw cells and HTML outputs into its page as they are, and that
page comes from the trainer's own Jupyter server: a script in it may run code as the trainer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
# A link may be spelled in many ways that are code in the end: only those that begin as pages do stay.
_LINK = re.compile(r"\](?=:|\((?!https?://|attachment:))")
NOT_SHOWN = "[an output of a kind that is not kept]"


class Harmless(NbGraderPreprocessor):
    """The last step, for what the learner wrote; `released` names the texts that are the author's own."""

    def __init__(self, released: Mapping[str, Collection[str]], **kw: Any) -> None:
        super().__init__(**kw)
        self.released = released

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        self.ours = self.released.get(resources["nbgrader"]["notebook"], ())
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        if cell.cell_type != "code" and cell.source not in self.ours:
            cell.source = as_text(cell.source)
        return cell, resources


def outputs(nb: Any) -> None:
    """Make all that a run has left in a notebook harmless, and a notebook of the format again."""
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [harmless(output) for output in cell.outputs]
            cell.execution_count = _count(cell)


def as_text(markdown: str) -> str:
    """Markdown whose HTML is shown rather than obeyed, and whose links lead to pages and its own pictures."""
    shown = markdown.replace("&", "&amp;").replace("<", "&lt;").replace("\\href", "href")  # MathJax's own links
    return _LINK.sub("] ", shown)


def harmless(output: Any) -> Any:
    """An output as text or as a picture; each of its parts of the type that it must have."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output(kind, name=name, text=_text(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        trace = [_text(line) for line in lines] if isinstance(lines, list) else []
        return new_output(kind, ename=_text(output.get("ename")), evalue=_text(output.get("evalue")), traceback=trace)
    data = {m: d for m, d in (output.get("data") or {}).items() if _is_plain(m, d)} or {"text/plain": NOT_SHOWN}
    if kind == "execute_result":
        return new_output(kind, data=data, execution_count=_count(output))
    return new_output("display_data", data=data)


def _is_plain(mime: str, data: Any) -> bool:
    if not isinstance(data, str):
        return False
    return mime == "text/plain" or (mime in _PICTURES and _BASE64.fullmatch(data) is not None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(held: Any) -> int | None:
    count = held.get("execution_count")
    return count if type(count) is int else None
