from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

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
        r"x\.yml:4: options\[0\]\.points: .*integer.*'2'",
    ),
    "true is no number": ("title: x\noptions:\n  - id: a\n    points: true\n", r"x\.yml:4: .*points"),
    "duplicate id": ("title: x\noptions:\n  - id: a\n  - id: a\n", r"x\.yml:4: options\[1\]\.id: .*line 3"),
    "duplicate key": ("title: x\ntitle: y\n", r"x\.yml:2: duplicate key \"title\""),
    "not a mapping": ("- 1\n", r"x\.yml:1: must be a mapping"),
    "empty": ("", r"x\.yml:1: must be a mapping"),
    "not YAML": ("title: [\n", r"x\.yml:2: not valid YAML"),
    "missing": ("options: []\n", r"x\.yml:1: title: is missing"),
    "not a date": ("title: x\nchecked: soon\n", r"x\.yml:2: checked: .*date.*'soon'"),
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
