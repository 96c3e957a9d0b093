"""`simlab detect`: what it prints and writes, and what it refuses with one sentence."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from simlab import clock, events
from simlab.activity import chain, ordinary, place, steps, write_year
from simlab.activity.tables import write_table
from simlab.cli import main
from simlab.detection import detect, load_rule, table
from simlab.detection.command import detect_command
from simlab.duck import connect
from simlab.insurer import Insurer
from tests.activity.samples import KEY


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty days over two months, with ransomware in the second, as a log in parts."""
    insurer = Insurer.build(3, 500)
    at = clock.micros(dt.datetime(2026, 2, 10, 16, tzinfo=dt.UTC))
    done = steps.get("ransomware")(insurer, at=at, seed=3, incident="i")
    folder = tmp_path_factory.mktemp("year") / "log"
    return write_year(insurer, folder, start=dt.date(2026, 1, 5), days=40, seed=3, steps=[done], key=KEY)


def said(*args: str) -> tuple[int, str]:
    """The exit code and what stands on the screen, by the command as a user calls it."""
    done = CliRunner().invoke(detect_command, list(args))
    if done.exception and not isinstance(done.exception, SystemExit):
        return 2, str(done.exception)
    return done.exit_code, done.output


def parquet(frame: pd.DataFrame, path: Path, columns: str = "*") -> Path:
    texts = ", ".join(n if n in events.NUMBERS else f"{n}::VARCHAR AS {n}" for n in events.COLUMNS)
    with connect() as con:
        con.register("rows", frame)
        con.sql(f"SELECT {columns} FROM (SELECT {texts} FROM rows)").write_parquet(str(path))
    return path


HIT = table(load_rule("bulk-reading").proof.hit[0])


def test_a_log_in_parts_is_checked_searched_and_written(year: Path, tmp_path: Path) -> None:
    code, text = said(str(year), "--out", str(tmp_path / "a.json"), "--quiet")
    assert code == 0 and "The chain is whole." in text
    rows = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    found = [row for row in rows if row["rule_id"] == "ransomware"]
    assert len(found) == 1 and found[0]["window_start_utc"].startswith("2026-02-10")
    with connect() as con:  # positions count through all parts
        files = sorted(str(p) for p in year.glob("month=*/*.parquet"))
        seen = con.execute("SELECT * FROM read_parquet($1)", [files]).df().iloc[found[0]["events"]]
    assert len(seen) > 100 and set(seen["activity_name"]) == {"Encrypt"}


def test_members_and_relations_beside_a_log_are_looked_at(tmp_path: Path) -> None:
    read = {"class_name": "Datastore Activity", "activity_name": "Read", "data_class": "claims", "record_count": 1}
    by_staff = read | {"actor": "S1", "role": "claims_examiner", "member": "M2", "time": AT}
    by_dead = read | {"actor": "M9", "role": "member", "member": "M9", "time": AT + 1}
    rows = [
        by_staff | {"status": "Success", "purpose": "payment"},
        by_dead | {"status": "Success", "purpose": "payment"},
    ]
    parquet(events.frame({name: [r[name] for r in rows] for name in rows[0]}, 2), tmp_path / "records.parquet")
    assert said(str(tmp_path), "--json")[1] == ""
    beside = {
        "queue": {"time": [0], "staff_id": ["S1"], "member_id": ["M7"]},
        "members": {"member_id": ["M9"], "death_date": pd.to_datetime(["2026-02-01"])},
        "relations": {"staff_id": ["S1"], "member_id": ["M2"], "relation": ["neighbor"]},
    }
    with connect() as con:
        for name, columns in beside.items():
            write_table(con, pd.DataFrame(columns), tmp_path / f"{name}.parquet")
    found = [json.loads(line) for line in said(str(tmp_path), "--json")[1].splitlines()]
    assert sorted(row["rule_id"] for row in found) == ["baseline-departed", "baseline-prying"]


AT = clock.micros(dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC))


def test_one_file_a_folder_and_a_table_give_the_same_alerts(year: Path, tmp_path: Path) -> None:
    insurer = Insurer.build(3, 500)
    log, _ = place(ordinary(insurer, start=dt.date(2026, 1, 5), days=3, seed=3), [])
    log = events.concat([log, HIT.assign(time=HIT["time"] - HIT["time"].min() + log["time"].max())])
    rules = ["bulk-reading", "two-sites", "after-hours"]
    expected = detect(log, rules)
    assert len(expected)
    one = parquet(log, tmp_path / "one.parquet")
    assert detect(one, rules).equals(expected) and detect(chain(log, KEY).write(tmp_path / "log"), rules).equals(
        expected
    )
    parts = tmp_path / "by-month" / "month=2026-01"
    parts.mkdir(parents=True)
    parquet(log.iloc[:700], parts / "part-00000.parquet")
    parquet(log.iloc[700:], parts / "part-00001.parquet")
    (tmp_path / "by-month" / "checkpoints.json").unlink(missing_ok=True)
    # Without an index it is no log that anybody vouches for.
    code, text = said(str(tmp_path / "by-month"))
    assert code == 2 and "checkpoints.json is missing" in text


def test_days_narrow_what_is_looked_at(year: Path) -> None:
    code, text = said(str(year), "--from", "2026-02-10", "--to", "2026-02-10", "--json", "--no-verify")
    rows = [json.loads(line) for line in text.splitlines()]
    assert code == 0 and all(row["window_start_utc"].startswith(("2026-02-10", "2026-02-11")) for row in rows)
    later = said(str(year), "--from", "2026-02-12T00:00Z", "--json", "--no-verify", "--rules-only")[1]
    assert all(json.loads(line)["window_start_utc"] >= "2026-02-12" for line in later.splitlines())


@pytest.mark.parametrize(
    ("args", "right"),
    [
        (("--from", "soon"), "write a day as 2026-03-01"),
        (("--from", "2026-02-30"), "write a day"),
        (("--to", "2026-03-01T08:00"), "has no time zone"),
        (("--from", "2026-03-02", "--to", "2026-03-01"), "is not before"),
        (("--out", "a.txt"), "ends in .json or .csv"),
        (("--rules", "nowhere"), "no *.yml lies there"),
    ],
)
def test_what_cannot_be_done_is_said(year: Path, args: tuple[str, ...], right: str) -> None:
    code, text = said(str(year), *args, "--quiet")
    assert code == 2 and right in text


def test_rules_of_ones_own_are_used_and_a_wrong_one_is_named(year: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    text = Path(load_rule.__code__.co_filename).parent.parent / "content" / "rules" / "two-sites.yml"
    (folder / "mine.yml").write_text(text.read_text(encoding="utf-8"), encoding="utf-8")
    assert said(str(year), "--rules", str(folder), "--rules-only", "--no-verify", "--quiet")[0] == 0
    (folder / "off.yml").write_text(
        text.read_text(encoding="utf-8").replace("  selection:\n", "  off:\n", 1), encoding="utf-8"
    )
    code, said_ = said(str(year), "--rules", str(folder), "--quiet")
    assert code == 2 and "off.yml:10: detection.off" in said_ and "true or false" in said_


def test_damage_is_said_with_its_place(year: Path, tmp_path: Path) -> None:
    def broken(name: str) -> Path:
        return Path(shutil.copytree(year, tmp_path / name))

    cut = broken("cut")
    part = sorted(cut.glob("month=*/*.parquet"))[1]
    part.write_bytes(part.read_bytes()[:-100])
    changed = broken("changed")
    part = sorted(changed.glob("month=*/*.parquet"))[1]
    with connect() as con:
        con.execute(f"CREATE TABLE t AS SELECT * REPLACE ('S0001' AS actor) FROM '{part}'")
        con.sql("SELECT * FROM t").write_parquet(str(part))
    gone = broken("gone")
    sorted(gone.glob("month=*/*.parquet"))[0].unlink()
    for folder, right in ((cut, "part-"), (changed, "record "), (gone, "is missing")):
        code, text = said(str(folder), "--quiet")
        assert code == 2 and right in text, text
    code, text = said(str(cut), "--quiet", "--no-verify")
    assert code == 2 and "cut off" in text


def test_parquet_of_another_kind_is_refused_by_column(tmp_path: Path) -> None:
    old = parquet(HIT, tmp_path / "old.parquet", "* EXCLUDE (session)")
    odd = parquet(HIT, tmp_path / "odd.parquet", "*, 'x' AS malicious")
    text = parquet(HIT, tmp_path / "text.parquet", "* REPLACE (time::VARCHAR AS time)")
    back = parquet(HIT.iloc[::-1], tmp_path / "back.parquet")
    (tmp_path / "no.parquet").write_bytes(b"no")
    for path, right in (
        (old, "column session is missing"),
        (odd, "column malicious is VARCHAR: a log of this version has no such column"),
        (text, "column time is VARCHAR: it must be BIGINT"),
        (back, "event 1 is earlier than the one before it"),
        (tmp_path / "no.parquet", "no.parquet: the log cannot be read"),
        (tmp_path / "nothing", "no such file"),
    ):
        code, said_ = said(str(path), "--quiet")
        assert code == 2 and right in said_, said_
    twice = parquet(HIT.assign(time=HIT["time"].min()), tmp_path / "twice.parquet")
    assert said(str(twice), "--quiet")[0] == 0  # events of one moment are in order


def test_what_a_log_holds_steers_no_terminal_and_no_spreadsheet(tmp_path: Path) -> None:
    wild = HIT.astype({"actor": "str"}).assign(actor="=cmd\x1b[2J")
    path = parquet(wild, tmp_path / "wild.parquet")
    code, text = said(str(path), "--out", str(tmp_path / "a.csv"), "--quiet")
    assert code == 0 and "\x1b" not in text and "=cmd" in text
    assert pd.read_csv(tmp_path / "a.csv")["actor"].iloc[0].startswith("'=")


def test_the_command_is_one_of_simlabs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as e:
        main(["detect", "nowhere"])
    assert e.value.code == 2 and capsys.readouterr().err.startswith("simlab: nowhere: no such file")
