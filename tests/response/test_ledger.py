"""The ledger: lines are added and never changed, evidence passes from hand to hand, small breaches are told for the year."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from simlab.errors import InputError, LogError, SimlabError, TamperedError, UnknownName
from simlab.response.ledger import (
    START,
    Action,
    Breach,
    Evidence,
    Ledger,
    Record,
    Sanction,
    Transfer,
    annual,
    custody,
    digest,
    require_unchanged,
)

AT = dt.datetime(2026, 3, 11, 9, tzinfo=dt.UTC)
BREACH = Breach(
    id="B1", entity="Larkspur Health Plan", discovered=dt.date(2026, 3, 10), people=12, what="a list", why="sent"
)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    found = Ledger(tmp_path)
    (tmp_path / "log.txt").write_text("one line\n", encoding="utf-8", newline="\n")
    records: list[Record] = [
        BREACH,
        Evidence(id="E1", breach="B1", what="the log", sha256=digest(tmp_path / "log.txt"), source="the mail gateway"),
        Transfer(evidence="E1", giver="S0001", taker="S0002", why="to read it"),
        Sanction(breach="B1", person="S0007", what="a written warning", why="the policy says to check the address"),
        Action(breach="B1", what="check addresses", owner="S0003", by=dt.date(2026, 4, 1)),
    ]
    for i, record in enumerate(records):
        found.add(record, at=AT + dt.timedelta(hours=i), by="S0001")
    return found


def test_what_was_added_is_read_back_in_order(ledger: Ledger) -> None:
    lines = ledger.read()
    assert [x.n for x in lines] == [1, 2, 3, 4, 5]
    assert [x.entry.record.kind for x in lines] == ["breach", "evidence", "transfer", "sanction", "action"]
    assert lines[0].entry.record == BREACH and lines[0].keep_until == dt.date(2032, 3, 11)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("how", ["change", "remove", "swap", "repeat"])
def test_any_change_is_found_at_its_first_record(ledger: Ledger, n: int, how: str) -> None:
    lines = ledger.path.read_text(encoding="utf-8").splitlines(keepends=True)
    if how == "change":
        lines[n - 1] = lines[n - 1].replace("S0001", "S0009")
    elif how == "remove":
        del lines[n - 1]
    elif how == "swap":
        lines[n - 1], lines[n] = lines[n], lines[n - 1]
    else:
        lines.insert(n, lines[n - 1])
    ledger.path.write_text("".join(lines), encoding="utf-8", newline="\n")
    with pytest.raises(LogError) as e:
        ledger.read()
    assert e.value.record == (n + 1 if how == "repeat" else n)


def test_lines_cut_off_are_found_by_the_link_that_was_seen(ledger: Ledger) -> None:
    last = ledger.read()[-1].link
    lines = ledger.path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert ledger.read(seen=last) and ledger.read(seen=START)
    ledger.path.write_text("".join(lines[:-1]), encoding="utf-8", newline="\n")
    assert len(ledger.read()) == 4
    with pytest.raises(LogError, match="cut off"):
        ledger.read(seen=last)
    ledger.path.write_text("".join(lines)[:-1], encoding="utf-8", newline="\n")
    with pytest.raises(LogError, match="never written to its end"):
        ledger.read()


def test_evidence_goes_from_hand_to_hand_and_stays_what_it_was(ledger: Ledger, tmp_path: Path) -> None:
    assert [who for _, who, _ in custody(ledger.read(), "E1")] == ["S0001", "S0002"]
    require_unchanged(ledger.read(), "E1", tmp_path / "log.txt")
    with pytest.raises(InputError, match="S0002 does"):
        ledger.add(Transfer(evidence="E1", giver="S0001", taker="S0003", why="x"), at=AT + dt.timedelta(1), by="S0001")
    (tmp_path / "log.txt").write_text("one  line\n", encoding="utf-8")
    with pytest.raises(TamperedError, match="E1"):
        require_unchanged(ledger.read(), "E1", tmp_path / "log.txt")
    with pytest.raises(UnknownName, match="E2"):
        custody(ledger.read(), "E2")


@pytest.mark.parametrize(
    ("record", "hours", "said"),
    [
        (BREACH, -1, "order of time"),
        (Action(breach="B2", what="x", owner="y", by=dt.date(2026, 4, 1)), 9, "B2"),
        (Evidence(id="E1", breach="B1", what="x", sha256="0" * 64, source="y"), 9, "taken already"),
        (BREACH.model_copy(update={"discovered": dt.date(2026, 4, 1)}), 9, "after the line"),
        (Transfer(evidence="E9", giver="a", taker="b", why="c"), 9, "E9"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    ledger: Ledger, record: Breach, hours: int, said: str
) -> None:
    before = ledger.path.read_bytes()
    with pytest.raises(SimlabError, match=said):
        ledger.add(record, at=AT + dt.timedelta(hours=hours), by="S0001")
    assert ledger.path.read_bytes() == before
    with pytest.raises(InputError, match="at"):
        ledger.add(BREACH, at=dt.datetime(2026, 5, 1), by="S0001")


def test_small_breaches_are_told_for_the_year_of_their_discovery(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for i, (day, people, entity) in enumerate((
        ("2026-12-31", 499, "Larkspur Health Plan"), ("2027-01-01", 1, "Larkspur Health Plan"),
        ("2027-12-31", 500, "Larkspur Health Plan"), ("2027-06-01", 3, "Mill Plan"),
    )):  # fmt: skip
        ledger.add(
            Breach(id=f"B{i}", entity=entity, discovered=dt.date.fromisoformat(day), people=people, what="x", why="y"),
            at=dt.datetime(2028, 1, 3, i, tzinfo=dt.UTC), by="S0001",
        )  # fmt: skip
    lines = ledger.read()
    assert annual(lines, 2026)[0] == dt.date(2027, 3, 1) and [b.id for b in annual(lines, 2026)[1]] == ["B0"]
    assert annual(lines, 2027)[0] == dt.date(2028, 2, 29) and [b.id for b in annual(lines, 2027)[1]] == ["B1", "B3"]
    assert [b.id for b in annual(lines, 2027, entity="Mill Plan")[1]] == ["B3"]
    # A later line about the same breach stands for the earlier: its count has grown past the threshold.
    grown = Breach(id="B3", entity="Mill Plan", discovered=dt.date(2027, 6, 1), people=501, what="x", why="more found")
    ledger.add(grown, at=dt.datetime(2028, 1, 4, tzinfo=dt.UTC), by="S0001")
    assert [b.id for b in annual(ledger.read(), 2027)[1]] == ["B1"]


def test_a_ledger_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "none").read() == []
