"""Observer's sheets, the list of people and the export: strangers' files, and no cell that acts."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from simlab.errors import InputError
from simlab.records import Register, observations, people
from simlab.records.export import COLUMNS, as_csv
from tests.records.samples import AT, entry

KNOWN = {"spouse-caller": ("verified", "served")}
GOOD: dict[str, Any] = {
    "dialogue": "spouse-caller", "learner": "ana.lopez", "observer": "bo.chen", "at": "2026-03-01T09:00:00Z",
    "scores": {"verified": 2, "served": 1}, "note": "Asked first.",
}  # fmt: skip


def hand_in(folder: Path, raw: bytes, name: str = "spouse-caller-1.json", learner: str = "ana.lopez") -> Path:
    path = folder / learner / "observations" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


def test_a_sheet_is_read_whole(tmp_path: Path) -> None:
    hand_in(tmp_path, json.dumps(GOOD).encode())
    (sheet,), bad = observations.collect(tmp_path, KNOWN, AT)
    assert (sheet.points, sheet.maximum, sheet.observer, bad) == (3, 4, "bo.chen", [])


BAD = [
    (b"{", "is no JSON text"),
    (b"[" * 20_000, "is no JSON text"),
    (b"\xff\xfe", "is no JSON text"),
    (b"x" * 60_000, "is larger than"),
    (json.dumps(GOOD | {"extra": 1}).encode(), "must hold exactly"),
    (json.dumps(GOOD | {"learner": "cy.okafor"}).encode(), "lies in the folder of another"),
    (json.dumps(GOOD | {"learner": ["ana.lopez"]}).encode(), "learner: must be an id"),
    (json.dumps(GOOD | {"observer": "ANA.lopez"}).encode(), "one person"),
    (json.dumps(GOOD | {"dialogue": "spouse-cal"}).encode(), "did you mean 'spouse-caller'"),
    (json.dumps(GOOD | {"scores": {"verified": 2}}).encode(), "one for each of verified, served"),
    (json.dumps(GOOD | {"scores": {"verified": 2, "served": 3}}).encode(), "scores.served: must be 0, 1 or 2"),
    (json.dumps(GOOD | {"scores": {"verified": True, "served": 1}}).encode(), "scores.verified"),
    (json.dumps(GOOD | {"at": "tomorrow"}).encode(), "at: must be a time"),
    (json.dumps(GOOD | {"at": "2026-04-01T00:00:00Z"}).encode(), "still to come"),
    (json.dumps(GOOD | {"dialogue": {}}).encode(), "dialogue: must be"),
]


@pytest.mark.parametrize(("raw", "said"), BAD, ids=[said for _, said in BAD])
def test_a_bad_sheet_is_named_and_stops_no_other(tmp_path: Path, raw: bytes, said: str) -> None:
    hand_in(tmp_path, raw)
    hand_in(tmp_path, json.dumps(GOOD).encode(), "spouse-caller-2.json")
    good, (bad,) = observations.collect(tmp_path, KNOWN, AT)
    assert len(good) == 1 and bad.path == "ana.lopez/observations/spouse-caller-1.json" and said in bad.why


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text(json.dumps(GOOD), encoding="utf-8")
    folder = tmp_path / "in"
    (folder / "ana.lopez" / "observations").mkdir(parents=True)
    (folder / "ana.lopez" / "observations" / "spouse-caller-1.json").symlink_to(outside)
    (folder / "linked").symlink_to(folder / "ana.lopez")
    good, (bad,) = observations.collect(folder, KNOWN, AT)
    assert good == [] and "is a link" in bad.why
    with pytest.raises(InputError, match="no such folder"):
        observations.collect(tmp_path / "none", KNOWN, AT)


PEOPLE = 'id,name,track,team,joined,left\nana.lopez,"López, Ana",claims,Front,2026-01-05,\n'


def test_people_as_a_spreadsheet_saves_them(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE.replace('"López, Ana"', "Ana López").replace(",", ";"), encoding="utf-8-sig")
    assert people.read(path)["ana.lopez"].name == "Ana López"
    assert people.read(tmp_path / "none.csv") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,track\n", "no column `id`"),
        ("id,wage\n", "unknown column 'wage'"),
        ("id,name\n,x\n", ":2: no id"),
        ("id\na\na\n", ":3: id 'a' stands there twice"),
        ("id,name\na,López, Ana\n", "in quotes"),
        ("id,joined\na,5.1.2026\n", "write a day as 2026-03-31"),
        ("id,track\na,claim\n", "did you mean 'claims'"),
    ],
)
def test_a_fault_in_the_list_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(said)):
        people.read(path, ("claims", "managers"))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\uff1d1", "\xa0=1", "Doe, Jane", 'a"b', "سيرين", "山田"])
def test_any_name_stays_one_cell_and_no_formula(tmp_path: Path, name: str) -> None:
    register = Register(tmp_path)
    register.add([entry(name=name, criteria={"=x": 1}, policies={"@p": "1"})])
    rows = list(csv.reader(io.StringIO(as_csv(register.read()), newline="")))
    assert len(rows) == 2 and len(rows[1]) == len(COLUMNS)
    assert rows[1][COLUMNS.index("name")].removeprefix("'") == name
    assert not any(re.match(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]", cell) for cell in rows[1])
