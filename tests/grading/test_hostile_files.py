"""A second pack of attacks, on whoever reads and keeps what came in: names, texts and files, none of them live."""

from __future__ import annotations

import csv
import io
import json
import os
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner

from simlab.exercise.protocol import Detail
from simlab.exercise.wire import tame
from simlab.grading import batch, notebooks, parsing, repair, report, results
from simlab.grading.command import grade_command
from simlab.grading.course import Course
from simlab.grading.outcome import GRADED, REPAIRED, CheckResult, Limits, Outcome
from tests.grading import attacks, making, small
from tests.grading.attacks import Attack, right

LIVE = "<script>alert(1)</script><img src=x onerror=alert(1)>'\"><a href='javascript:alert(1)'>{{7*7}}</style>${7}"
STEERING = "\x1b]0;x\x07\x1b[2J\u202egpj\x9b"
FORMULAS = ("=1+1", "@SUM(1)", "=cmd+'-calc'!A1", "\uff1d1+1", "=1+1;x")
LEARNERS = (
    "ann",
    *FORMULAS,
    "o'neil; drop table student--",
    "&lt;b&gt;",
    "x' onload='alert(1)",
    "Ann $(id)",
    "%s%n",
    "山 `id`",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return attacks.course(tmp_path_factory.mktemp("course"))


def loud(root: Path, learner: str, assignment: str, *, limits: Limits, sandbox: bool = True) -> Outcome:
    """As hostile as a mark can be: every text of it."""
    said = LIVE + STEERING
    check = CheckResult("fun", "function", 1.0, 2.0, said, (Detail(said, False),), said)
    return Outcome(learner, assignment, GRADED, 1.0, 7.0, (check,), (said,), said, needs_person=("fun",))


class Page(HTMLParser):
    """What of a page a browser would run, or fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] * (tag in ("script", "img", "iframe", "object", "embed", "form", "base", "svg"))
        for name, value in attrs:
            far = (value or "").strip().lower().startswith(("javascript:", "data:", "http:", "//", "vbscript:"))
            self.found += [f"{tag} {name}={value}"] * (name.startswith("on") or (name in ("href", "src") and far))


@pytest.fixture(scope="module")
def kept(home: Course, tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """A batch of learners with such names, files and texts; those that are nobody's name are refused."""
    inbox = tmp_path_factory.mktemp("in")
    for learner in LEARNERS:
        making.submit(inbox, learner, right(home), attacks.NAME)
        making.submit(inbox, learner, b"x", attacks.NAME, file="<img src=x onerror=alert(1)>\x1b[2J.txt")
        making.submit(inbox, learner, b"x", attacks.NAME, file="=1+1.csv")
    for name in ("<script>alert(1)<", "a\x1b[2Jb", "a\u202eb", "=1+1\n=2+2"):
        making.submit(inbox, name, right(home), attacks.NAME)
    (inbox / "ann" / "<svg onload=alert(1)>").mkdir()
    return batch.grade(inbox, home.root, work=loud)


def test_every_page_shows_and_runs_nothing(home: Course, kept: list[Outcome]) -> None:
    pages = [p.read_text(encoding="utf-8") for p in home.feedback.rglob("*.html")]
    assert len(pages) >= len(LEARNERS) - 1
    pages.append(report.page(home, kept, report.place(home)))
    for page in pages:
        assert Page(page).found == []
        assert "default-src 'none'" in page and "{{7*7}}" in page and "49" not in page
        assert not {"\x1b", "\x9b", "\u202e"} & set(page)


def test_no_cell_of_the_table_is_a_formula(home: Course, kept: list[Outcome]) -> None:
    table = list(csv.reader(io.StringIO(results.as_csv(results.rows(home)), newline="")))
    assert len({len(row) for row in table}) == 1 and len(table) == len(kept) + 1
    for cell in (c for row in table for c in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d")) and tame(cell) == cell


def test_what_the_learner_takes_home_is_plain_data(home: Course, kept: list[Outcome]) -> None:
    paths = list(home.feedback.rglob("result.json"))
    assert len(paths) == len(LEARNERS)
    for path in paths:
        held = json.loads(path.read_text(encoding="utf-8"))
        assert held["learner"] == path.parents[1].name in LEARNERS and (held["points"], held["passed"]) == (1.0, False)


def test_the_terminal_is_not_steered(home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    making.submit(tmp_path, "ann", right(home), attacks.NAME)
    making.submit(tmp_path, "a\x1b]0;x\x07\u202eb", right(home), attacks.NAME)
    making.submit(tmp_path, "bob", b"\x1b[2J" + b'{"cells": "\x1b[2J"}', attacks.NAME)
    real = batch.grade
    monkeypatch.setattr(batch, "grade", lambda *a, **k: real(*a, **k, work=loud))
    for words in ([], ["--json"]):
        said = CliRunner().invoke(grade_command, [str(tmp_path), "--course", str(home.root), *words])
        assert said.exit_code == 1 and not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said.stdout + said.stderr)


# ----------------------------------------------------------------------- files that mean to be run or read

PLANTED = b"raise SystemExit('planted')\n"
RUN = (
    "sitecustomize.py", "usercustomize.py", "x.pth", "ipython_config.py", "ipython_kernel_config.py", "jupyter_config.py",
    "json.py", "ast.py", "simlab.py", "simlab/__init__.py", "IPython/__init__.py", "ipykernel/__init__.py", "zmq.py",
    "conftest.py", "nbgrader_config.py", "profile_default/startup/00.py", "startup.py", "pandas/__init__.py", "__main__.py",
)  # fmt: skip
# Written into the box's own home while it runs, for a kernel that is started there again.
WRITE = f"""
import os, pathlib, site
for name in {RUN!r}:
    for place in (os.environ['HOME'], os.environ['HOME'] + '/.ipython', '/tmp/work', site.getusersitepackages()):
        path = pathlib.Path(place, name)
        try: path.parent.mkdir(parents=True, exist_ok=True); path.write_bytes({PLANTED!r})
        except OSError: pass
"""
READ = """
import glob, os
seen = [p for pattern in ('/**/gradebook.db', '/**/answers.json', '/**/submitted', '/**/solutions', '/**/results')
        for p in glob.glob(pattern, recursive=True) if not p.startswith(('/proc', '/sys', '/usr/lib', '/usr/share'))]
seen = [p for p in seen if '/site-packages/' not in p]
assert not seen, seen
for pid in filter(str.isdigit, os.listdir('/proc')):
    try: held = open(f'/proc/{pid}/environ', 'rb').read()
    except OSError: continue
    seen += [pid] * (b'SIMLAB_TEST' in held)
double = None if seen else double
"""


@pytest.fixture(scope="module")
def run(home: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    every = {
        "files that run": Attack(right(home), 5.0, (REPAIRED,), dict.fromkeys(RUN, PLANTED)),
        "files written": Attack(small.before(right(home), WRITE), 5.0),
        "files read": Attack(_after(right(home), READ), 5.0),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIMLAB_TEST_TOKEN", "x")
        return attacks.grade(home, tmp_path_factory.mktemp("in"), every)


def _after(nb: dict[str, Any], source: str) -> dict[str, Any]:
    at = next(i for i, c in enumerate(nb["cells"]) if c["id"] == "fun")
    nb["cells"].insert(at, making.cell("code", "looks", source))
    return nb


@pytest.mark.parametrize("name", ["files that run", "files written", "files read"])
def test_a_file_is_neither_run_nor_found(run: dict[str, Outcome], name: str) -> None:
    assert run[name].points == 5.0, run[name]


def test_each_planted_file_is_said_to_be_left_out(run: dict[str, Outcome]) -> None:
    said = " ".join(run["files that run"].repairs)
    assert all(f"{name} is not part of the exercise" in said for name in RUN)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no such files")
def test_what_changes_while_it_is_read_is_its_own_trouble(home: Course, tmp_path: Path) -> None:
    """Between two looks a notebook becomes a pipe, a link or nothing: the batch goes on."""
    for name in ("ann", "becomes", "zoe"):
        making.submit(tmp_path, name, right(home), attacks.NAME)
    path = tmp_path / "becomes" / attacks.NAME / f"{attacks.NAME}.ipynb"

    def turned(done: int, total: int, outcome: Outcome) -> None:
        if outcome.learner == "ann":
            path.unlink(missing_ok=True)
            os.mkfifo(path)

    found = batch.grade(tmp_path, home.root, work=loud, workers=1, progress=turned)
    assert (found[0].learner, found[0].points) == ("ann", 1.0)
    assert (found[1].outcome, found[1].points) == ("quarantined", None) and found[2].points == 1.0


LISTS = [[]] * 3000
FLOODS: dict[str, dict[str, Any]] = {
    "an old notebook of lists": {
        "nbformat": 3,
        "worksheets": [{"cells": [{"cell_type": "code", "input": LISTS, "metadata": {"x": LISTS}}] * 900}],
    },
    "attachments": {
        "cells": [{"cell_type": "markdown", "attachments": {str(n): {"image/png": "A"} for n in range(900)}}] * 900
    },
}


@pytest.mark.parametrize("name", FLOODS)
def test_what_is_looked_at_one_by_one_is_few(home: Course, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty megabytes of what nobody asked for cost no more than reading them."""
    looked: list[int] = []
    for module, function in ((repair, "_is_picture"), (nbformat, "from_dict")):
        real = getattr(module, function)
        monkeypatch.setattr(module, function, lambda *a, real=real: (looked.append(_size(a)), real(*a))[1])
    data = json.dumps(FLOODS[name]).encode()
    out, _ = repair.repair(parsing.parse(data, "x.ipynb"), making.released(home, attacks.NAME))
    assert 0 < sum(looked) <= 900 * repair.MAX_PICTURES * 4 and len(notebooks.dumps(out)) < len(data)


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_size, value.values())) + 1
    return sum(map(_size, value)) + 1 if isinstance(value, list | tuple) else 1
