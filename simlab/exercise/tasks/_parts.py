"""What a task's page is made of: plain parts that a widget draws and that read as text without one.

    text(...)      a paragraph, with a lead in bold
    table(...)     rows to mark, each with an id
    marks(...)     paragraphs in which phrases can be marked
    sort(...)      a message or a thing, with a list of where it goes ("id:choice")
    dossier(...)   named pieces of evidence all in view, with a list of what to do ("id:choice")
    tabs(...)      pieces of evidence to look at, each to be marked
    pick(...)      a list to choose from ("id:choice")
    slide(...)     a slider from one whole number to another ("id:number")

An answer is a list of ids and of "id:choice".
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any

Part = dict[str, Any]
Choice = tuple[str, str]


def text(words: str, lead: str = "") -> Part:
    return {"kind": "text", "lead": lead, "text": words}


def table(caption: str, head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], mark: str) -> Part:
    """`rows` are (id, cells); `mark` is what marking a row means, such as "Report this line"."""
    kept = [[ident, list(cells)] for ident, cells in rows]
    return {"kind": "table", "caption": caption, "head": list(head), "rows": kept, "mark": mark}


def marks(paragraphs: Sequence[Sequence[tuple[str, str]]]) -> Part:
    """Paragraphs of (id, words); id "" for words that cannot be marked."""
    return {"kind": "marks", "paragraphs": [[list(p) for p in paragraph] for paragraph in paragraphs]}


def sort(ident: str, title: str, lines: Sequence[str], choices: Sequence[Choice], label: str) -> Part:
    return {"kind": "sort", "id": ident, "title": title, "lines": list(lines), "label": label,
            "choices": [list(c) for c in choices]}  # fmt: skip


def dossier(
    ident: str, title: str, pieces: Sequence[tuple[str, Sequence[str]]], choices: Sequence[Choice], label: str
) -> Part:
    """`pieces` are (name, lines)."""
    shown = [[name, list(lines)] for name, lines in pieces]
    return {"kind": "dossier", "id": ident, "title": title, "pieces": shown, "label": label,
            "choices": [list(c) for c in choices]}  # fmt: skip


def tabs(pieces: Sequence[tuple[str, str, Sequence[str]]], mark: str) -> Part:
    """`pieces` are (id, title, lines)."""
    return {"kind": "tabs", "pieces": [[i, t, list(lines)] for i, t, lines in pieces], "mark": mark}


def pick(ident: str, label: str, choices: Sequence[Choice]) -> Part:
    return {"kind": "pick", "id": ident, "label": label, "choices": [list(c) for c in choices]}


def slide(ident: str, label: str, low: int, high: int) -> Part:
    return {"kind": "slide", "id": ident, "label": label, "low": low, "high": high}


def given(answer: Any) -> list[str]:
    """The answer as a list of texts, whatever was kept."""
    listed = answer if isinstance(answer, list) else [answer]
    return [a for a in listed if isinstance(a, str)]


def chosen(answer: Any) -> dict[str, str]:
    """The "id:choice" parts of an answer."""
    return dict(a.split(":", 1) for a in given(answer) if ":" in a)


def once(answer: Any, choices: Container[str] | None = None) -> dict[str, str]:
    """The choice for each thing that was made once, and is one of `choices`; of two for one thing, neither."""
    pairs = [a.split(":", 1) for a in given(answer) if ":" in a]
    idents = [ident for ident, _ in pairs]
    return {i: c for i, c in pairs if idents.count(i) == 1 and (choices is None or c in choices)}


def offered(parts: Sequence[Part]) -> set[str]:
    """Everything that an answer to these parts may hold."""
    out: set[str] = set()
    for part in parts:
        if part["kind"] == "table":
            out |= {ident for ident, _ in part["rows"]}
        elif part["kind"] == "marks":
            out |= {ident for paragraph in part["paragraphs"] for ident, _ in paragraph if ident}
        elif part["kind"] == "tabs":
            out |= {ident for ident, _, _ in part["pieces"]}
        elif part["kind"] == "slide":
            out |= {f"{part['id']}:{number}" for number in range(part["low"], part["high"] + 1)}
        elif part["kind"] in ("sort", "pick", "dossier"):
            out |= {f"{part['id']}:{choice}" for choice, _ in part["choices"]}
    return out


def as_text(parts: Sequence[Part], answer: Any) -> str:
    """The parts as plain text, what is marked with (x)."""
    kept = set(given(answer))
    return "\n".join(line for part in parts for line in _lines(part, kept))


def _lines(part: Part, kept: set[str]) -> list[str]:
    def box(ident: str) -> str:
        return "(x)" if ident in kept else "( )"

    if part["kind"] == "text":
        return [f"{part['lead']} {part['text']}".strip()]
    if part["kind"] == "table":
        rows = [f"  {box(i)} {i}: {' | '.join(cells)}" for i, cells in part["rows"]]
        return [part["caption"], f"  {part['mark']}: {' | '.join(part['head'])}", *rows]
    if part["kind"] == "marks":
        return [
            "".join(f"[{i}{'=marked' if i in kept else ''}: {w}]" if i else w for i, w in p) for p in part["paragraphs"]
        ]
    if part["kind"] == "tabs":
        return [line for i, t, lines in part["pieces"] for line in (f"{box(i)} {i}: {t}", *(f"    {x}" for x in lines))]
    if part["kind"] == "slide":
        set_to = next((k.split(":", 1)[1] for k in sorted(kept) if k.startswith(f"{part['id']}:")), "not set")
        return [f"{part['label']}: {set_to} ({part['id']}:{part['low']} to {part['id']}:{part['high']})"]
    lines = [part.get("title", ""), *(f"    {x}" for x in part.get("lines", []))]
    if part["kind"] == "dossier":
        lines += [f"    {name}: {' / '.join(said)}" for name, said in part["pieces"]]
    return [
        *filter(None, lines),
        part["label"],
        *(f"  {box(part['id'] + ':' + c)} {part['id']}:{c} = {w}" for c, w in part["choices"]),
    ]
