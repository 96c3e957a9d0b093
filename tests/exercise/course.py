"""A small course as it ships, for tests of the workspace and of submitting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simlab.errors import UnknownName
from simlab.exercise import shipped


def notebook(*sources: str) -> str:
    cells: list[dict[str, Any]] = [{"cell_type": "code", "id": f"c{i}", "source": s} for i, s in enumerate(sources)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def make_course(root: Path, patch: pytest.MonkeyPatch) -> Path:
    """Lessons and exercises below `root`, taken for the ones that ship."""
    exercise = notebook(
        'check.choice("stolen-backup")', 'check.text("why")', 'check.text("reason", reason)', "def seal(): ..."
    )
    for path, text in {
        "lessons/02-encryption.ipynb": notebook("1"),
        "lessons/home.ipynb": notebook("home()"),
        "lessons/pictures/key.txt": "key",
        "lessons/.ipynb_checkpoints/02-encryption.ipynb": "old",
        "exercises/02-encryption/02-encryption.ipynb": exercise,
        "exercises/02-encryption/answers.json": "somebody's",
        "exercises/03-keys/03-keys.ipynb": notebook("check.function(rotate)"),
    }.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def resource(*parts: str) -> Path:
        if not root.joinpath(*parts).exists():
            raise UnknownName("shipped file", "/".join(parts), [])
        return root.joinpath(*parts)

    patch.setattr(shipped, "resource", resource)
    return root


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_course(tmp_path / "course", monkeypatch)
