"""The register as rows for a spreadsheet or a learning system: UTF-8, ISO 8601, no cell a live formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from simlab.records.register import Kept

COLUMNS = (
    "n", "kind", "person", "name", "track", "lesson", "item", "content", "content_hash", "policies", "at", "entered",
    "minutes", "mode", "trainer", "score", "maximum", "passed", "attempt", "criteria", "text", "evidence",
    "retain_until", "link",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@")


def row(kept: Kept) -> dict[str, Any]:
    """One line as plain values by COLUMNS; a destroyed one has its number, its link and its kind."""
    if kept.entry is None:
        return dict.fromkeys(COLUMNS, None) | {"n": kept.n, "kind": "destroyed", "link": kept.link}
    entry = kept.entry.model_dump(mode="json")
    return {c: entry.get(c) for c in COLUMNS} | {"n": kept.n, "link": kept.link}


def as_csv(lines: Iterable[Kept], columns: Sequence[str] = COLUMNS) -> str:
    """CSV text, every cell quoted; maps become `id version; id version`, None becomes nothing."""
    return table(columns, ([row(k)[c] for c in columns] for k in lines))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV text of any rows, every cell quoted and safe."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    for cells in rows:
        writer.writerow([safe(_text(cell)) for cell in cells])
    return out.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{k} {v}" for k, v in value.items())
    return f"{round(value, 4):g}" if isinstance(value, float) else str(value)


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, wide forms of the signs too."""
    plain = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in cell)
    return f"'{plain}" if unicodedata.normalize("NFKC", plain).lstrip().startswith(_FORMULA) else plain
