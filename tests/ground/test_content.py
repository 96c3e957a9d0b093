from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

import pytest
from pydantic import AwareDatetime

from simlab import content
from simlab.errors import ContentError, UnknownName


class Option(content.Model):
    id: str
    points: int = 0


class Thing(content.Model):
    title: str
    options: list[Option] = []
    checked: dt.date | None = None


GOOD = "title: A thing\noptions:\n  - id: a\n    points: 2\n  - id: b\nchecked: 2026-11-02\n"

BAD = {
    "unknown key": ("titel: x\n", r"x\.yml:1: .*(title: is missing|titel: unknown key: did you mean 'title'\?)"),
    "unknown key below": (
        "title: x\noptions:\n  - id: a\n    point: 1\n",
        r"x\.yml:4: options\[0\]\.point: .*'points'",
    ),
    "wrong type": (
        "title: x\noptions:\n  - id: a\n    points: '2'\n",
        r"x\.yml:4: options\[0\]\.points: .*must be a whole number, not '2'",
    ),
    "true is no number": ("title: x\noptions:\n  - id: a\n    points: true\n", r"x\.yml:4: .*points"),
    "duplicate id": ("title: x\noptions:\n  - id: a\n  - id: a\n", r"x\.yml:4: options\[1\]\.id: .*line 3"),
    "duplicate key": ("title: x\ntitle: y\n", r"x\.yml:2: duplicate key \"title\""),
    "not a mapping": ("- 1\n", r"x\.yml:1: must be a mapping"),
    "empty": ("", r"x\.yml:1: is empty: write keys with values"),
    "a comment only": ("# nothing\n", r"x\.yml:1: is empty"),
    "no such day": ("title: x\nchecked: 2026-02-29\n", r"x\.yml:2: checked: there is no such day"),
    "no such day below": (
        "title: x\noptions:\n  - id: 2026-13-01\n",
        r"x\.yml:3: options\[0\]\.id: there is no such day",
    ),
    "bytes": ("title: !!binary aGVsbG8=\n", r"x\.yml: holds what is neither text"),
    "a day as key": ("title: x\n2026-03-10: y\n", r"x\.yml: holds what is neither text"),
    "an alias of itself": ("title: &a [*a]\n", r"x\.yml: a value stands for itself"),
    "aliases of aliases": (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)),
        r"x\.yml: its aliases .* 1,000,000 values",
    ),
    "too deep": ("title: " + "[" * 400 + "]" * 400 + "\n", r"x\.yml:1: is nested too deeply"),
    "too large": ("title: " + "x" * 1_000_001 + "\n", r"x\.yml: is 1\.0 MB: at most 1 MB is read"),
    "not YAML": ("title: [\n", r"x\.yml:2: not valid YAML"),
    "missing": ("options: []\n", r"x\.yml:1: title: is missing"),
    "not a date": ("title: x\nchecked: soon\n", r"x\.yml:2: checked: must be a day, as in 2026-03-10, not 'soon'"),
}


def test_a_good_file_reads(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text(GOOD, encoding="utf-8")
    thing = content.load_file(path, Thing)
    assert thing.options[0].points == 2 and thing.checked == dt.date(2026, 11, 2)


@pytest.mark.parametrize("case", BAD)
def test_a_fault_names_file_line_and_key(case: str, tmp_path: Path) -> None:
    text, said = BAD[case]
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=said):
        content.load_file(path, Thing)


def test_words_that_older_yaml_reads_as_truth_stay_words() -> None:
    assert content.load_text("title: off\noptions: [{id: no}]\n", Thing).title == "off"


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(b"title: \xff\xfe")
    with pytest.raises(ContentError, match="not UTF-8 text"):
        content.load_file(path, Thing)


def test_a_name_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(UnknownName, match="no law named"):
        content.load("law", "../law/hipaa", Thing)
    with pytest.raises(UnknownName, match="no shipped file"):
        content.resource("lessons", "99-nothing.ipynb")


class Typed(content.Model):
    is_so: bool = True
    kind: Literal["oral", "written"] = "oral"
    when: AwareDatetime | dt.date | None = None
    names: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    inner: Thing | None = None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("is_so: maybe", "is_so: must be true or false, not 'maybe'"),
        ("kind: writen", "kind: must be 'oral' or 'written', not 'writen': did you mean 'written'"),
        ("names: OH", r"names: must be a list, as in \[a, b\], not 'OH'"),
        ("names: [3]", r"names\[0\]: must be text, in quotes if need be, not 3"),
        ("counts: many", "counts: must be a mapping of keys to values, not 'many'"),
        ("counts: {OH: true}", "counts.OH: must be a whole number, not true"),
        ("counts: {OH: 1.5}", "counts.OH: must be a whole number, not 1.5"),
        ("counts: {OH: null}", "counts.OH: must be a whole number, not null"),
        ("counts: {OH: .nan}", "counts.OH: must be a whole number, not nan"),
        ("inner: 3", "inner: must be a mapping of keys to values, not 3"),
        (
            "when: noon",
            "when: must be a (day|moment).*, not 'noon'$",
        ),  # one fault, though a day and a moment were tried
    ],
)
def test_what_would_be_right_is_said_in_words(text: str, said: str) -> None:
    with pytest.raises(ContentError, match=said):
        content.load_text(text + "\n", Typed)
