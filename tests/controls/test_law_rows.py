"""No row of the Privacy Rule that touches an insurer is without a pair that decides it and cites it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

HERE = Path(__file__).parent
# The rows that touch an insurer.
ROWS = {
    "Permitted", "TPO", "Minimum necessary", "Authorisation", "Conditioning", "Authorisation is always needed", "Genetic information",
    "Opportunity to object", "Verification", "Personal representatives", "Restrictions", "Confidential communications", "Access",
    "Amendment", "Accounting", "De-identification", "ZIP3 lists", "Limited data set", "BA contract", "Plan sponsor", "Workforce",
    "NPP for plans", "Opt-out", "Part 2", "State insurance privacy",
}  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return found


TABLE: list[dict[str, Any]] = _read(HERE / "law_rows.yml")["rows"]
FILES = {path.stem: _read(path) for path in (HERE / "pairs").glob("*.yml")}
FILES["access"] = _read(HERE / "access" / "near_misses.yml")
PAIRS = {f"{name} {pair['id']}": pair for name, found in FILES.items() for pair in found["pairs"]}


def cites(pair: dict[str, Any]) -> list[str]:
    """Every source that a pair names."""
    sides = [pair.get(side) for side in ("expect", "then")]
    return [side["cite"] for side in sides if isinstance(side, dict) and side.get("cite")] + [pair.get("cite", "")]


@pytest.mark.parametrize("row", TABLE, ids=lambda r: f"{r['row']}: {r['says']}")
def test_a_row_is_decided_by_a_pair_that_cites_it(row: dict[str, Any]) -> None:
    kinds = {"pairs", "elsewhere", "nothing_to_decide"} & set(row)
    assert len(kinds) == 1 and row["row"] in ROWS
    if "pairs" in row:
        unknown = [name for name in row["pairs"] if name not in PAIRS]
        assert not unknown
        assert any(cite.startswith(row["cite"]) for name in row["pairs"] for cite in cites(PAIRS[name]))
    elif "elsewhere" in row:
        file, test = row["elsewhere"].split(" ")
        assert f"def {test}(" in (HERE / file).read_text("utf-8")
    else:
        assert len(row["nothing_to_decide"]) > 20


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_row_that_touches_an_insurer_has_a_pair(name: str) -> None:
    assert [row for row in TABLE if row["row"] == name and (row.get("pairs") or row.get("elsewhere"))]


def test_every_pair_names_a_row_of_the_table() -> None:
    assert {pair["row"] for pair in PAIRS.values() if "row" in pair} <= ROWS
