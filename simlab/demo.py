"""`simlab demo`: the whole thread without a browser, on the shipped content, with every result kept.

A learner's workspace is made and the lesson run; the solution, an untouched exercise, a
misconception and a hostile notebook are handed in and graded; a breach is played, replayed and
asked "what if"; the reports are written. Nothing is scripted: each number is computed on the way.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simlab.errors import InputError, SimlabError

if TYPE_CHECKING:
    from simlab.grading.outcome import Outcome
    from simlab.grading.trio import Specimen

ASSIGNMENT = "02-encryption"
SCENARIO, SEED, MEMBERS = "vendor-portal", 7, 10_000
MARK = ".simlab-demo"  # a folder that holds it may be emptied and written again

# A prepared team, decision by decision, and the two other answers that are asked about afterwards.
DECISIONS = {
    "d1": "call-and-check", "d2": "disable-account", "d3": "passkeys", "d4": "copy-first", "d5": "not-known-yet",
    "d6": "report", "d7": "refuse", "d8": "correct", "d9": "all-opened-soon",
}  # fmt: skip
WHATIFS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"d2": "watch"}, {}),
    ({"d9": "day-sixty"}, {}),
    ({}, {"mfa": "passkey"}),
]

HOSTILE = '''
class Same(bytes):
    """Equal to everything: full marks wherever marks are given inside this process."""

    __hash__ = bytes.__hash__

    def __eq__(self, other):
        return True


def readable(theft, sealed, keys_apart, may_open, members):
    import glob

    return Same(repr([glob.glob(f"{'../' * n}solutions/*/*") for n in range(8)]).encode())
'''
FORGED = """
def seal(key, value, place):
    import builtins

    builtins.print = lambda *a, **k: None
    return Same(value)


def open_(key, sealed, place):
    return Same(sealed)
"""


@dataclass
class Told:
    """The rows of the table at the end, and the files to look at."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    files: list[tuple[str, Path]] = field(default_factory=list)

    def row(self, what: str, who: str, came: str) -> None:
        """One thing that happened."""
        self.rows.append((what, who, came))


@click.command()
@click.option(
    "--out", default=Path("demo"), type=click.Path(path_type=Path), help="Where it is written.", show_default=True
)
@click.option(
    "--course", type=click.Path(path_type=Path), help="The course's folder. [the clone that simlab runs from]"
)
@click.option(
    "--unsafe-no-sandbox", is_flag=True, help="Grade without the box where there is none; every report says so."
)
def demo(out: Path, course: Path | None, unsafe_no_sandbox: bool) -> None:
    """Everything at once, without a browser: a lesson, four submissions graded, a breach played and replayed."""
    root, told = _folder(out.resolve()), Told()
    home = _course(root / "course", course)
    steps: list[tuple[str, Callable[[], None]]] = [
        ("A learner's workspace, and its lesson from top to bottom", lambda: _lesson(root, told)),
        ("Four submissions, handed in", lambda: _hand_in(root, home, told)),
        ("Graded, each in a box of its own", lambda: _grade(root, home, told, not unsafe_no_sandbox)),
        ("A breach, played, replayed and asked what if", lambda: _tabletop(root, told)),
        ("The same theft in the company's log: noticed, and provable", lambda: _trace(root, told)),
        ("Who is exposed: three paths of theft, each control flipped", lambda: _exposures(told)),
    ]
    for title, step in steps:
        click.echo(f"... {title}")
        step()
    _show(told)


def _folder(root: Path) -> Path:
    """An empty folder for the demo. Raises InputError for one that holds anything else."""
    if root.exists():
        if not (root / MARK).exists() and any(root.iterdir()):
            raise InputError(f"{root} is not empty and no earlier demo: name another folder with --out")
        shutil.rmtree(root)
    try:
        root.mkdir(parents=True)
        (root / MARK).touch()
    except OSError as e:
        raise InputError(f"{root}: cannot be written ({e.strerror}): name another folder with --out") from None
    return root


def _course(target: Path, course: Path | None) -> Path:
    """A copy of the course, so that grading leaves the clone as it is."""
    source = course or Path(__file__).parent.parent
    if not (source / "solutions").is_dir():
        raise InputError(f"{source} holds no solutions/: the demo needs a trainer's course, name it with --course")
    for name in ("solutions", "exercises"):
        shutil.copytree(source / name, target / name)
    shutil.copy2(source / "nbgrader_config.py", target)
    return target


def _lesson(root: Path, told: Told) -> None:
    """Prepare the workspace and run the lesson in a kernel; what it shows is kept."""
    import nbformat
    from nbclient import NotebookClient

    from simlab.exercise import workspace

    report = workspace.prepare(root / "workspace", "ana.ito")
    told.row("workspace", report.learner, f"{len(report.added)} files")
    path = root / "workspace" / "lessons" / f"{ASSIGNMENT}.ipynb"
    nb = nbformat.read(path, as_version=4)
    client = NotebookClient(nb, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}})
    client.execute(stderr=subprocess.DEVNULL)  # the kernel's remarks on itself; an error in a cell is raised here
    kept = root / "lesson-run.ipynb"
    nbformat.write(nb, kept)
    ran = sum(c.cell_type == "code" for c in nb.cells)
    told.row("lesson", ASSIGNMENT, f"{ran} cells ran, no error")
    told.files.append(("the lesson as it ran", kept))


def _hand_in(root: Path, home: Path, told: Told) -> None:
    """The solution by way of the learner's own workspace and `submit`, the others straight into the trainer's folder."""
    from simlab.exercise import workspace
    from simlab.exercise.submit import submit

    own = workspace.find(root / "workspace")
    for learner, what, specimen in _specimens(home):
        if learner == own.learner:
            specimen.write(own.exercise(ASSIGNMENT))
            submit(own, ASSIGNMENT, to=root / "submissions")
        else:
            specimen.write(root / "submissions" / learner / ASSIGNMENT)
        told.row("handed in", learner, what)


def _specimens(home: Path) -> Iterator[tuple[str, str, Specimen]]:
    """(learner, what it is, submission) for the four."""
    from simlab.grading import notebooks, trio
    from simlab.grading.course import open_course

    course = open_course(home)
    yield "ana.ito", "the solution", trio.worked(course, ASSIGNMENT, "ana.ito")
    yield "bo.larsen", "the untouched exercise", trio.untouched(course, ASSIGNMENT)
    yield (
        "cleo.mbeki",
        "a misconception: sealed-so-safe",
        trio.mistaken(course, ASSIGNMENT, "sealed-so-safe", "cleo.mbeki"),
    )
    hostile = trio.untouched(course, ASSIGNMENT)
    for cell in hostile.notebook["cells"]:
        cell["source"] = {"readable-answer": HOSTILE, "seal-answer": FORGED}.get(
            notebooks.grade_id(cell), cell["source"]
        )
    yield "eve.hostile", "a notebook that equals everything and looks for the solutions", hostile


def _grade(root: Path, home: Path, told: Told, sandbox: bool) -> None:
    """Grade the folder; results, gradebook, feedback and CSV lie in the course."""
    from simlab.grading import batch, results

    done = batch.grade(
        root / "submissions",
        home,
        sandbox=sandbox,
        progress=lambda n, of, o: click.echo(f"    {n} of {of}: {o.learner}"),
    )
    for outcome in done:
        told.row("graded", outcome.learner, _marks(outcome))
    results.write(home, root / "results.csv")
    told.files += [
        ("results for a spreadsheet", root / "results.csv"),
        ("the gradebook, for nbgrader's formgrader", home / "gradebook.db"),
        ("a learner's feedback page", next(home.joinpath("feedback", "cleo.mbeki", ASSIGNMENT).glob("*.html"))),
    ]


def _marks(outcome: Outcome) -> str:
    points = "no points" if outcome.points is None else f"{outcome.points:g} of {outcome.maximum:g}"
    return f"{outcome.outcome}, {points}" + ("" if outcome.isolated else ", WITHOUT isolation")


def _store(root: Path) -> str:
    return f"sqlite:///{(root / 'tabletop.db').as_posix()}"


def _tabletop(root: Path, told: Told) -> None:
    """Play with nobody at the table, replay from the store, ask what if, write the after-action report."""
    from simlab.tabletop.session import Session
    from simlab.tabletop.unattended import Choice, Plan, play

    store = _store(root)
    session = Session.start(SCENARIO, SEED, store, members=MEMBERS)
    play(session, Plan(decisions={name: Choice(option=taken) for name, taken in DECISIONS.items()}))
    exposed = session.state.exposure
    told.row("tabletop", session.id, f"{exposed.count if exposed else 0:,} members could be read")
    again = Session.open(store, session.id)
    if again.replay() != session.state.digest():
        raise SimlabError(f"session {session.id} does not replay to the same state")
    told.row("replay", session.id, f"same state, {session.state.digest()[:12]}")
    for choices, controls in WHATIFS:
        difference = again.whatif(choices, controls=controls)
        before, after = (o.exposure.count if o.exposure else 0 for o in (difference.before, difference.after))
        said = f"{before:,} -> {after:,} members, {len(difference.changes)} changes"
        told.row("what if", difference.label, "nothing changes" if difference.is_same else said)
    again.report(root / "after-action.html")
    told.files.append(("the after-action report", root / "after-action.html"))


def _trace(root: Path, told: Told) -> None:
    """The theft that was played, among ordinary days of work: chained, checked, and found by the rules."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from simlab.activity import Log, bulk_read, chain, ordinary, place, stolen_vendor_login, verify
    from simlab.detection import detect
    from simlab.tabletop.consequences import company
    from simlab.tabletop.session import Session

    session = Session.open(_store(root), f"{SCENARIO}-1")
    theft, outcome, larkspur = session.scenario.intrusion, session.outcome(), company(SEED, MEMBERS)
    if theft is None or outcome.exposure is None or session.state.contained is None:
        raise SimlabError(f"{SCENARIO} was not played to a theft that ended: there is nothing to trace")
    begins, ends = (session.scenario.instant(t) for t in (theft.first_read, session.state.contained))
    of = str(larkspur.vendors.set_index("name").at[theft.vendor, "vendor_id"])
    steps = [
        stolen_vendor_login(larkspur, of, at=begins, seed=SEED, incident=session.id),
        bulk_read(larkspur, of, outcome.exposure.taken, at=begins, over=ends - begins, seed=SEED, incident=session.id),
    ]
    log, truth = place(ordinary(larkspur, start=begins.date(), days=2, seed=SEED), steps)
    key = Ed25519PrivateKey.generate()
    chain(log, key).write(root / "log")
    verify(Log.read(root / "log"), key.public_key())
    told.row("log", "two days of work", f"{len(log):,} events, {len(truth):,} of them the theft; the chain holds")
    for alert in detect(root / "log").to_dict("records"):
        told.row("alert", str(alert["actor"]), f"{alert['level']}: {alert['count']:,} {alert['unit']}")
    told.files.append(("the tamper-evident log", root / "log"))


def exposures(members: int = MEMBERS) -> list[tuple[str, bool, bool, int]]:
    """(path, sealed, keys apart, members whose data can be read) for every theft from Larkspur."""
    from simlab.controls import Controls
    from simlab.tabletop.consequences import company, exposure

    larkspur = company(SEED, members)
    return [
        (path, sealed, apart, exposure(larkspur, Controls(sealed_fields=sealed, keys_apart=apart), path).count)
        for path in ("session", "backup", "drive")
        for sealed in (False, True)
        for apart in (False, True)
    ]


def _exposures(told: Told) -> None:
    for path, sealed, apart, count in exposures():
        how = f"{'sealed' if sealed else 'not sealed'}, keys {'apart' if apart else 'beside'}"
        told.row(f"theft of a {path}", how, f"{count:,} members can be read")


def _show(told: Told) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "who or which", "came to", title="What happened")
    for row in told.rows:
        table.add_row(*row)
    screen = Console(width=110)
    screen.print(table)
    for what, path in told.files:
        screen.print(f"{what}: {path}", soft_wrap=True, highlight=False, markup=False)
