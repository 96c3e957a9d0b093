"""A content tree of its own for a test, so that one rule can be changed and the documents looked at again."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from simlab.content import loader
from simlab.controls.consent import rights, validity
from simlab.controls.documents import checks, questions, telling, words
from simlab.controls.sharing.rules import (
    data_classes,
    facts,
    purposes,
    recipients,
    rules,
    rules_by_id,
    rules_for,
    safeguards,
)
from simlab.controls.sharing.state import state_rules

CACHED = (
    data_classes, rules, safeguards, rules_for, recipients, purposes, rules_by_id, facts,
    rights.right, validity.form, checks.checks, words.written,
    telling.phrases, telling._words, questions.question, state_rules,
)  # fmt: skip


# What a file says is read once: each test here looks at some two hundred files.
READ = functools.cache(loader.load_text)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same text is the same model."""
    monkeypatch.setattr(loader, "load_text", READ)


def forget() -> None:
    """What was read before is read again."""
    for one in CACHED:
        one.cache_clear()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the content that documents and the gateway read; a change is seen after `forget`."""
    copy = tmp_path / "content"
    kinds = (
        "sharing",
        "safeguards",
        "data_classes",
        "documents",
        "checks",
        "rights",
        "forms",
        "organization",
        "telling",
        "phrases",
        "languages",
        "law",
        "answers",
        "state_privacy",
    )
    for kind in kinds:
        shutil.copytree(loader.CONTENT / kind, copy / kind)
    shipped = loader.CONTENT
    monkeypatch.setattr(loader, "CONTENT", copy)
    forget()
    yield copy
    monkeypatch.setattr(loader, "CONTENT", shipped)
    forget()
