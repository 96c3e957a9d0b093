"""From solution to exercise: lint, generate with nbgrader, look for leaks, put in place.

The same solution gives the same bytes, so that `check=True` can say which exercise is out of date.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.errors import ContentError, GradingError
from simlab.grading import checkcell, course, notebooks, rubric
from simlab.grading.course import Course
from simlab.grading.leaks import leaks
from simlab.grading.lint import Finding, lint_notebook, lint_solution
from simlab.lean import lean_imports

NEW, CHANGED, UNCHANGED, OUT_OF_DATE, MISSING = "new", "changed", "unchanged", "out of date", "missing"
_OURS = re.compile(r"^\d\d-")


@dataclass(frozen=True)
class Released:
    """One exercise: `state` is new, changed or unchanged; with check=True out of date, missing or unchanged.

    `version` is a digest of what learners receive; `findings` are warnings.
    """

    name: str
    state: str
    version: str
    findings: tuple[Finding, ...] = ()


def release(
    where: Course | Path | str, name: str | None = None, check: bool = False, *, strict: bool | None = None
) -> list[Released]:
    """The exercises (one, or all) made from their solutions into `exercises/`; nothing is written with `check`.

    `strict=None` holds an exercise of ours (its name starts with a number, or it holds a check) to the
    house's style, and lets a course that was written for plain nbgrader through with warnings.
    Raises GradingError that lists every fault of every exercise; the ones without fault are released.
    """
    home = where if isinstance(where, Course) else course.open_course(where)
    done: list[Released] = []
    faults: list[str] = []
    for each in [home.require(name)] if name else home.assignments():
        try:
            done.append(_one(home, each, check, is_ours(home, each) if strict is None else strict))
        except (GradingError, ContentError) as e:  # the second: its rubric
            faults.append(str(e))
    if faults:
        raise GradingError("\n".join(faults))
    return done


def is_ours(home: Course, name: str) -> bool:
    """Whether an exercise is held to the house's style, rather than to plain nbgrader's."""
    if _OURS.match(name):
        return True
    cells = (c for p in sorted(home.solutions.joinpath(name).glob("*.ipynb")) for c in notebooks.read(p)["cells"])
    return any(notebooks.graded_meta(c).get("grade") and checkcell.is_check(c["source"]) for c in cells)


def _one(home: Course, name: str, check: bool, strict: bool) -> Released:
    rubric.read(home, name)
    findings = [
        f
        for path in sorted(home.solutions.joinpath(name).glob("*.ipynb"))
        for f in lint_solution(path, f"solutions/{name}/{path.name}", strict=strict)
    ]
    _refuse(findings)
    if not check:
        home.state.mkdir(exist_ok=True)
    # Beside the course, so that the finished folder can be moved into place in one step.
    with tempfile.TemporaryDirectory(dir=None if check else home.state, prefix="release-") as scratch:
        made = generate(home, name, Path(scratch))
        findings += leaks(home.solutions / name, made, f"exercises/{name}", strict=strict)
        _refuse(findings)
        state = _state(made, home.exercises / name, check)
        version = digest(made)
        if state in (NEW, CHANGED):
            course.replace_folder(made, home.exercises / name)
    return Released(name, state, version, tuple(findings))


def _refuse(findings: list[Finding]) -> None:
    errors = [str(f) for f in findings if f.is_error]
    if errors:
        raise GradingError("\n".join(errors))


def _state(made: Path, kept: Path, check: bool) -> str:
    if not kept.is_dir():
        return MISSING if check else NEW
    if contents(made) == contents(kept):
        return UNCHANGED
    return OUT_OF_DATE if check else CHANGED


def contents(folder: Path) -> dict[str, bytes]:
    """What learners receive from a folder: relative path to bytes."""
    return {name: (folder / name).read_bytes() for name in course.files_below(folder)}


def digest(folder: Path) -> str:
    """A digest of what learners receive from a folder, whatever system wrote it."""
    h = hashlib.sha256()
    for name, data in contents(folder).items():
        h.update(f"{len(name.encode())}:{name}:{len(data)}:".encode() + data)
    return h.hexdigest()


def generate(home: Course, name: str, scratch: Path, db_url: str = "") -> Path:
    """The folder of a fresh release inside `scratch`; with a `db_url` its cells are entered there too.

    nbgrader works on a tidied copy, so that old kernels, missing ids and outputs never reach anybody.
    Raises GradingError with nbgrader's own reason.
    """
    source = scratch / "source" / name
    for file in course.files_below(home.solutions / name):
        target = source / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.endswith(".ipynb"):
            nb = notebooks.tidy(_upgraded(notebooks.read(home.solutions / name / file)))
            target.write_text(notebooks.dumps(nb), encoding="utf-8", newline="\n")
        else:
            shutil.copyfile(home.solutions / name / file, target)
    _convert(scratch, name, db_url)
    made = scratch / "release" / name
    for path in sorted(made.rglob("*.ipynb")):
        path.write_text(notebooks.dumps(_stamped(notebooks.tidy(notebooks.read(path)))), encoding="utf-8", newline="\n")
    return made


def _stamped(nb: notebooks.Notebook) -> notebooks.Notebook:
    """The notebook with a digest of itself, by which a submission tells which release it was made from."""
    ours = {k: v for k, v in (nb["metadata"].get("simlab") or {}).items() if k != "release"}
    nb["metadata"]["simlab"] = ours
    nb["metadata"]["simlab"] = ours | {"release": hashlib.sha256(notebooks.dumps(nb).encode()).hexdigest()[:16]}
    return nb


def _upgraded(nb: dict[str, Any]) -> dict[str, Any]:
    """Old nbgrader metadata as version 3, which is all that nbgrader takes."""
    if all(m.get("schema_version") == 3 for m in map(notebooks.graded_meta, nb["cells"]) if m):
        return nb
    with lean_imports():
        import nbformat
        from nbgrader.nbgraderformat import MetadataValidator

    for cell in nb["cells"]:
        node = nbformat.from_dict(
            {"cell_type": cell["cell_type"], "source": cell["source"], "metadata": cell["metadata"]}
        )
        cell["metadata"] = dict(MetadataValidator().upgrade_cell_metadata(node)["metadata"])
    return nb


def _convert(root: Path, name: str, db_url: str) -> None:
    with lean_imports():
        from nbgrader.converters import GenerateAssignment
        from nbgrader.converters.base import NbGraderException
        from nbgrader.coursedir import CourseDirectory

    config = course.settings(root, source="source", release="release", db_url=db_url or "sqlite://")
    config.SaveCells.enabled = bool(db_url)
    heard = _Heard()
    log = logging.getLogger("simlab.grading.release")
    log.propagate = False
    log.setLevel(logging.ERROR)
    log.addHandler(heard)
    try:
        home = CourseDirectory(config=config, log=log, assignment_id=name)
        with course.programs_on_path():
            GenerateAssignment(coursedir=home, config=config, log=log, force=True, no_database=not db_url).start()
    except NbGraderException as e:
        raise GradingError(f"solutions/{name}: nbgrader refuses: {heard.reason() or e}") from e
    finally:
        log.removeHandler(heard)


class _Heard(logging.Handler):
    """Keeps what nbgrader reports: its exceptions say only that something was logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())

    def reason(self) -> str:
        """The last line of the deepest report."""
        for text in self.said:
            if "Traceback" in text:
                return text.strip().splitlines()[-1]
        return self.said[0] if self.said else ""


def check_notebooks(home: Course) -> list[Finding]:
    """Faults of every notebook that the course keeps: lessons, exercises, solutions and what lies beside them."""
    found: list[Finding] = []
    for part in ("lessons", "exercises", "solutions"):
        for path in sorted(home.root.joinpath(part).rglob("*.ipynb")):
            if not any(p.startswith(".") for p in path.relative_to(home.root).parts):
                found += lint_notebook(path, path.relative_to(home.root).as_posix())
    return found


def tidy(home: Course) -> list[str]:
    """Lessons and solutions without outputs and editors' leftovers; the names of those that changed."""
    changed = []
    for part in ("lessons", "solutions"):
        for path in sorted(home.root.joinpath(part).rglob("*.ipynb")):
            shown = path.relative_to(home.root).as_posix()
            if any(p.startswith(".") for p in Path(shown).parts):
                continue
            text = notebooks.dumps(notebooks.tidy(notebooks.read(path, shown)))
            if text != path.read_text(encoding="utf-8"):
                path.write_text(text, encoding="utf-8", newline="\n")
                changed.append(shown)
    return changed
