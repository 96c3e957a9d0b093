"""An insurer written and read is the same insurer; what is damaged is refused with its file's name."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from simlab.duck import connect
from simlab.errors import InputError, UnknownName
from simlab.insurer import TABLES, Insurer, parquet


@pytest.fixture(scope="module")
def built() -> Insurer:
    return Insurer.build(5, 300)


@pytest.fixture(scope="module")
def written(built: Insurer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built.write(tmp_path_factory.mktemp("kept") / "larkspur")


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(written, tmp_path / "larkspur"))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_comes_back_with_its_values_kinds_and_order(built: Insurer, written: Path, name: str) -> None:
    ours, theirs = built.table(name), Insurer.read(written).table(name)
    assert [str(t) for t in ours.dtypes] == [str(t) for t in theirs.dtypes]
    for column in ours.columns:
        if str(ours[column].dtype) == "category" and len(ours[column].cat.categories) <= 1000:
            assert list(ours[column].cat.categories) == list(theirs[column].cat.categories)
    plain = dict.fromkeys(ours.select_dtypes("category").columns, "str")
    pd.testing.assert_frame_equal(ours.astype(plain), theirs.astype(plain))


def test_what_is_read_is_an_insurer(built: Insurer, written: Path) -> None:
    read = Insurer.read(str(written))
    assert isinstance(read, Insurer) and (read.seed, read.size, read.year) == (built.seed, built.size, built.year)
    assert read.digest() == built.digest()
    mine = read.members
    mine.iloc[0, 0] = "M9999999"
    assert read.members["member_id"].iloc[0] == "M0000001"
    with pytest.raises(UnknownName, match="did you mean 'members'"):
        read.table("member")


def test_a_table_is_read_only_when_it_is_asked_for(folder: Path) -> None:
    read = Insurer.read(folder)
    assert len(read.staff) == 40
    for path in folder.glob("*.parquet"):
        path.unlink()
    assert len(read.staff) == 40
    with pytest.raises(InputError, match=r"claims\.parquet: cannot be read"):
        read.table("claims")


def test_nothing_is_written_over(built: Insurer, folder: Path) -> None:
    before = sorted(p.name for p in folder.iterdir())
    with pytest.raises(InputError, match="is there already"):
        built.write(folder)
    assert sorted(p.name for p in folder.iterdir()) == before


def test_a_broken_off_run_leaves_no_trace_in_the_next(built: Insurer, tmp_path: Path) -> None:
    (tmp_path / ".larkspur.partial").mkdir()
    (tmp_path / ".larkspur.partial" / "old.parquet").touch()
    built.write(tmp_path / "larkspur")
    assert [p.name for p in tmp_path.iterdir()] == ["larkspur"]
    assert sorted(p.name for p in (tmp_path / "larkspur").iterdir()) == sorted(
        ["manifest.json", *(f"{name}.parquet" for name in TABLES)]
    )


# Damage


def manifest(folder: Path, change: Callable[[dict], object]) -> None:
    path = folder / "manifest.json"
    held = json.loads(path.read_text("utf-8"))
    change(held)
    path.write_text(json.dumps(held), encoding="utf-8")


def rewrite(path: Path, query: str) -> None:
    """The file again, with what a query makes of its rows."""
    with duckdb.connect(":memory:") as con:
        con.execute(f"CREATE TABLE was AS SELECT * FROM read_parquet('{path}')")
        con.sql(query).write_parquet(str(path), compression="zstd")


def cut(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])


FORM: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda f: (f / "manifest.json").unlink(), r"larkspur: no insurer lies here, manifest\.json"),
    "no folder": (lambda f: shutil.rmtree(f), r"larkspur: no insurer lies here"),
    "half a manifest": (lambda f: cut(f / "manifest.json", 0.5), r"manifest\.json: .*JSON"),
    "another format": (lambda f: manifest(f, lambda m: m.update(format=2)), r"manifest\.json: format: "),
    "other content": (
        lambda f: manifest(f, lambda m: m.update(content="0" * 64)),
        r"manifest\.json: content: .*simlab insurer build --members 300 --seed 5",
    ),
    "an unknown table": (
        lambda f: manifest(f, lambda m: m["tables"].update(pets=m["tables"]["roles"])),
        r"manifest\.json: tables\.pets: is no table",
    ),
    "a missing table": (lambda f: manifest(f, lambda m: m["tables"].pop("roles")), r"tables\.roles: is missing"),
    "a table's name that leads out": (
        lambda f: manifest(f, lambda m: m["tables"].update({"../x": m["tables"]["roles"]})), r"tables\.\.\./x: is no",
    ),
    "a column's name with a quote": (
        lambda f: manifest(f, lambda m: m["tables"]["roles"]["columns"].update({'x" FROM y': "text"})),
        r"manifest\.json: tables\.roles\.columns",
    ),
    "a seed out of range": (lambda f: manifest(f, lambda m: m.update(seed=-1)), r"manifest\.json: seed: "),
    "a size out of range": (lambda f: manifest(f, lambda m: m.update(members=7)), r"manifest\.json: members: "),
    "a missing file": (lambda f: (f / "claims.parquet").unlink(), r"claims\.parquet: is missing"),
    "a truncated file": (lambda f: cut(f / "claims.parquet", 0.9), r"claims\.parquet: cut short, [\d,]+ of [\d,]+ bytes"),
    "an empty file": (lambda f: cut(f / "claims.parquet", 0), r"claims\.parquet: cut short, 0 of"),
    "not Parquet": (lambda f: (f / "claims.parquet").write_bytes(b"x" * 10**6), r"claims\.parquet: cannot be read: "),
    "an unknown column": (
        lambda f: (rewrite(f / "plans.parquet", "SELECT *, repeat(md5(plan_id), 50) AS extra FROM was")),
        r"plans\.parquet: column extra is VARCHAR, not one of this table",
    ),
    "a missing column": (
        lambda f: rewrite(f / "claims.parquet", "SELECT * EXCLUDE status, md5(CLM_ID::VARCHAR) AS s FROM was"),
        r"claims\.parquet: column status is missing, not VARCHAR",
    ),
    "a column of another type": (
        lambda f: rewrite(f / "claims.parquet", "SELECT * REPLACE (CLM_ID::VARCHAR AS CLM_ID) FROM was"),
        r"claims\.parquet: column CLM_ID is VARCHAR, not BIGINT",
    ),
    "more rows": (
        lambda f: rewrite(f / "roles.parquet", "SELECT * FROM was UNION ALL SELECT * FROM was"),
        r"roles\.parquet: has 18 rows, not 9",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FORM)
def test_another_form_is_refused_at_once(folder: Path, case: str) -> None:
    damage, said = FORM[case]
    damage(folder)
    with pytest.raises(InputError, match=said):
        Insurer.read(folder)


ROWS = {
    "one value": ("claims", "SELECT * REPLACE (CLM_PMT_AMT_CENTS + (rowid = 7)::BIGINT AS CLM_PMT_AMT_CENTS) FROM was"),
    "one word": ("plans", "SELECT * REPLACE (replace(plan_name, 'Saver', 'Saved') AS plan_name) FROM was"),
    "two rows for each other": ("claims", "SELECT * FROM was ORDER BY rowid = 3, rowid"),
    "a value gone": ("members", "SELECT * REPLACE (nullif(ssn, min(ssn) OVER ()) AS ssn) FROM was ORDER BY member_id"),
}


@pytest.mark.parametrize("case", ROWS)
def test_changed_rows_are_refused_when_they_are_asked_for(folder: Path, case: str) -> None:
    table, query = ROWS[case]
    rewrite(folder / f"{table}.parquet", query)
    read = Insurer.read(folder)
    with pytest.raises(InputError, match=rf"{table}\.parquet: its rows are not those that were written"):
        read.table(table)
    with pytest.raises(InputError, match=rf"{table}\.parquet"):
        read.digest()


def test_a_word_that_no_row_may_hold_is_refused(folder: Path) -> None:
    rewrite(folder / "claims.parquet", "SELECT * REPLACE ('lost' AS status) FROM was")
    with pytest.raises(InputError, match=r"claims\.parquet: cannot be read: .*lost"):
        Insurer.read(folder).table("claims")


@pytest.mark.parametrize("kept", [0, 2_000, 30_000])
def test_a_full_disk_leaves_nothing_that_could_be_taken_for_whole(tmp_path: Path, kept: int) -> None:
    code = f"""
import resource, signal, sys
from simlab.errors import InputError
from simlab.insurer import TABLES, Insurer, parquet
from simlab.duck import connect
insurer = Insurer.build(5, 300)
for name in TABLES: insurer.table(name)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({kept}, {kept}))
try: insurer.write(sys.argv[1])
except InputError as e: print(e)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "larkspur")], capture_output=True, encoding="utf-8"
    )
    assert "larkspur: cannot be written: " in done.stdout, done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_that_cannot_be_written_leaves_nothing(
    built: Insurer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(InputError, match="larkspur: cannot be written: No space left on device"):
        built.write(tmp_path / "larkspur")
    assert list(tmp_path.iterdir()) == []


def test_a_table_without_rows_and_one_with_gaps_come_back(tmp_path: Path) -> None:
    whole = pd.DataFrame(
        {
            "word": pd.Categorical(["b", None, "it's"], categories=["it's", "b", "unused"]),
            "text": pd.array(["x", "ü|\n", ""], dtype="str"),
            "when": np.array([0, 1, 2], dtype="datetime64[s]"),
            "fine": np.array([1_767_225_600_000_001, np.iinfo(np.int64).min, -1], dtype="datetime64[us]"),
            "small": np.array([1, -2, 3], dtype=np.int8),
            "is": [True, False, True],
        }
    )
    for frame in (whole, whole.head(0)):
        path = tmp_path / f"{len(frame)}.parquet"
        with connect() as con:
            kept = parquet.write(con, frame, path)
            parquet.require_form(con, path, kept)
        pd.testing.assert_frame_equal(parquet.read(path, kept), frame)
