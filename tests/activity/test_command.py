"""`simlab insurer run`: a log from the command line, and one clear sentence for bad input."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from simlab.activity import parts, truth_folder, verify
from simlab.cli import main
from simlab.duck import connect
from simlab.insurer import Insurer
from tests.activity.samples import KEY


def run(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as e:
        main(["insurer", "run", *map(str, args)])
    said = capsys.readouterr()
    return int(str(e.value.code or 0)), said.out, said.err


def test_a_log_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built, log, key = tmp_path / "built", tmp_path / "log", tmp_path / "key.pem"
    Insurer.build(2, members=300).write(built)
    key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    asked = ["--days", "3", "--start", "2026-03-30", "--seed", "5", "--key", key]
    incident = ["--incident", "bulk-export@2026-03-31T02:00-05:00,records=40,over=20m"]
    code, out, err = run(capsys, built, "--out", log, *asked, *incident)
    assert (code, err) == (0, "") and f"{log}: 3 days" in out and str(truth_folder(log)) in out
    verify(log, KEY.public_key())
    index = parts.read_index(log)
    assert {p.month for p in index.parts} == {"2026-03", "2026-04"}
    with connect() as con:
        truth = con.read_parquet(str(truth_folder(log) / "truth.parquet")).fetchall()
    assert {row[1:3] for row in truth} == {("I01", "bulk-export")}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--days", "0"], "0 days: give 1 to"),
        (["--start", "March"], "--start 'March': write a date"),
        (["--seed", "-1"], "seed is -1"),
        (["--members", "3"], "members is 3"),
        (["--incident", "bulk-export"], "write STEP@TIME"),
        (["--incident", "bulk-export@noon"], "'noon' is no time"),
        (["--incident", "bulk-export@2026-01-02T10:00"], "has no time zone"),
        (["--incident", "bulk-exprot@2026-01-02T10:00Z"], "did you mean 'bulk-export'?"),
        (["--incident", "bulk-export@2026-01-02T10:00Z,records=many"], "records: .*not 'many'"),
        (["--incident", "bulk-export@2026-01-02T10:00Z,colour=red"], "no parameter of bulk-export named 'colour'"),
        (["--incident", "bulk-export@2027-01-02T10:00Z,records=20", "--days", "2"], "lies outside of the log"),
        (["--key", "none.pem"], "--key none.pem: is missing"),
        (["no-such-folder"], "no-such-folder"),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_sentence_and_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], args: list[str], said: str
) -> None:
    small = [] if "--members" in args or "no-such-folder" in args else ["--members", "200"]
    code, _, err = run(capsys, "--out", tmp_path / "log", *small, *args)
    assert code == 2 and re.search(said, err) and "Traceback" not in err
    assert err.count("\n") == 1
    assert not (tmp_path / "log").exists()


def test_help_names_all_options(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0 and sys.stdout is not None
    for name in ("--days", "--out", "--start", "--seed", "--incident", "LOG-truth"):
        assert name in out
