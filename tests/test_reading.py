"""The reading grade agrees with what a person would say, and with the formula worked by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simlab import reading

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("made", 1), ("called", 1), ("wanted", 2), ("table", 2), ("member", 2), ("information", 4), ("I", 1)],
)
def test_syllables(word: str, count: int) -> None:
    assert reading.syllables(word) == count


def test_the_formula_by_hand() -> None:
    # 2 sentences, 8 words, 8 syllables.
    assert reading.grade("The dog ran. The cat sat on it.") == pytest.approx(0.39 * 4 + 11.8 * 1 - 15.59)


def test_hard_text_is_harder_than_plain_text() -> None:
    plain = "The laptop is gone. She was signed in. Call the security line now."
    hard = (
        "Notwithstanding contractual indemnification, organizational accountability for impermissible disclosures "
        "necessitates comprehensive documentation of administrative determinations."
    )
    assert reading.grade(plain) < 4 < 12 < reading.grade(hard)


def test_citations_code_and_markup_do_not_count() -> None:
    text = "The plan tells each person."
    assert reading.grade(f"**{text}**") == reading.grade(text)
    assert reading.grade(f"{text[:-1]} (45 CFR 164.404(a)(2)).") == pytest.approx(reading.grade(text))
    assert reading.grade("`check.simulate()`") == 0.0


@pytest.mark.parametrize(
    "path", sorted(p for part in ("lessons", "solutions") for p in (ROOT / part).rglob("*.ipynb")), ids=lambda p: p.stem
)
def test_a_sum_of_money_is_not_taken_for_mathematics(path: Path) -> None:
    # Two dollar signs in one paragraph are a formula to JupyterLab, and what stands between them is unreadable.
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            for paragraph in "".join(cell["source"]).split("\n\n"):
                assert len(re.findall(r"(?<!\\)\$", paragraph)) < 2, paragraph[:80]
