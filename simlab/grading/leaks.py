"""What of a solution's hidden part can be read in the release: every hidden line, every expected value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simlab.grading import checkcell, course, markers, notebooks, rubric
from simlab.grading.lint import Finding
from simlab.grading.notebooks import Notebook, graded_meta, name_of

_WORDS_ONLY = re.compile(r"^[\s\w]*:?$")
_RIGHT = "take it out of what learners receive"


def leaks(solution: Path, made: Path, shown: str, *, strict: bool = True) -> list[Finding]:
    """Faults of a release folder: hidden lines, expected values, markers, files that nothing names."""
    lines, values = _hidden(solution)
    texts = {name: _text(made / name) for name in course.files_below(made)}
    found: list[Finding] = []
    for name in (n for n in texts if n.endswith(".ipynb")):
        found += _in_notebook(notebooks.read(made / name), f"{shown}/{name}", lines, values, strict)
    for name, text in texts.items():
        if text and not name.endswith(".ipynb"):
            found += _in_text(text, f"{shown}/{name}", lines, values)
    if strict:
        found += _unnamed(texts, shown)
    return found


def _hidden(solution: Path) -> tuple[set[str], list[Any]]:
    """(lines of every hidden block, mark scheme and rubric, values of every check.expect)."""
    lines = {line for line in rubric.words(solution) if _tells(line)}
    values: list[Any] = []
    for path in sorted(solution.glob("*.ipynb")):
        for cell in notebooks.read(path)["cells"]:
            for kind in ("HIDDEN TESTS", "MARK SCHEME"):
                block = markers.split(cell["source"], kind)[1]
                lines |= {line.strip() for line in block.split("\n") if _tells(line.strip())}
            if graded_meta(cell).get("grade"):
                values += checkcell.expected(cell["source"])
    return lines, values


def _tells(line: str) -> bool:
    """Whether a line says something: not `try:`, not `pass`, not a closing bracket."""
    return len(re.sub(r"\W", "", line)) >= 4 and not _WORDS_ONLY.match(line)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def _in_notebook(nb: Notebook, shown: str, lines: set[str], values: list[Any], strict: bool) -> Iterator[Finding]:
    for i, cell in enumerate(nb["cells"]):
        name, source = name_of(cell, i), cell["source"]
        for line in source.split("\n"):
            if line.strip() in lines:
                # A classic author may show a test and repeat it among the hidden ones.
                yield Finding(shown, name, f"publishes a line of a hidden block: {line.strip()}", _RIGHT, strict)
        if markers.marks(source):
            yield Finding(shown, name, "still holds a marker", "mend the markers of the solution")
        yield from _values(source, shown, name, values, is_code=cell["cell_type"] == "code")
        if graded_meta(cell).get("grade") and checkcell.is_check(source):
            yield from _answers(source, shown, name, values)


def _in_text(text: str, shown: str, lines: set[str], values: list[Any]) -> Iterator[Finding]:
    for line in text.split("\n"):
        if line.strip() in lines:
            yield Finding(shown, "", f"publishes a line of a hidden block: {line.strip()}", _RIGHT)
    yield from _values(text, shown, "", values, is_code=False)


def _values(text: str, shown: str, name: str, values: list[Any], *, is_code: bool) -> Iterator[Finding]:
    """Expected values that the text holds: any that cannot be chance, in code also short words."""
    for value in {v for v in values if isinstance(v, str | int | float) and not isinstance(v, bool)}:
        token = str(value)
        if _is_chance(value) and not (is_code and isinstance(value, str) and len(token) >= 4):
            continue
        if re.search(rf"(?<![\w.]){re.escape(token)}(?![\w]|\.\d)", text):
            yield Finding(shown, name, f"holds an expected value, {token[:60]!r}", _RIGHT)


def _is_chance(value: Any) -> bool:
    """Whether a value may stand in a text without telling the answer: a plain word, a small number."""
    if isinstance(value, str):
        return len(value) < 20 and value.replace(" ", "").isalpha()
    return len(str(value).strip("-0").replace(".", "")) < 3


def _answers(source: str, shown: str, name: str, values: list[Any]) -> Iterator[Finding]:
    """An expected value among the visible arguments of a check: `check.value("risk(21)", 42)`."""
    for value in checkcell.literals(source):
        if not isinstance(value, bool) and value not in (0, 1, None, "") and value in values:
            yield Finding(
                shown, name, f"its visible call holds the expected value {value!r}", "only check.expect holds it"
            )


def _unnamed(texts: dict[str, str], shown: str) -> Iterator[Finding]:
    said = "\n".join(text for name, text in texts.items() if name.endswith(".ipynb"))
    for name in texts:
        if not name.endswith(".ipynb") and name.rsplit("/", 1)[-1] not in said:
            right = "name it in a cell, or move it into misconceptions/, which is never released"
            yield Finding(f"{shown}/{name}", "", "lies beside the solution but no released cell names it", right)
