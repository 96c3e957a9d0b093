"""Where a trainer's course lies: solutions and exercises, and what grading makes beside them."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.errors import GradingError, UnknownName

# What lies beside a solution and is nobody's to see: planted wrong answers, rubrics, caches, editors' copies.
WITHHELD = re.compile(r"^(\..*|__pycache__|.*\.pyc|misconceptions?(\..*)?|rubrics?(\..*)?|.*\.part)$")
# What a path, a pattern, an nbgrader template or Windows would take for something else than a name.
# The last five are printable by their class and show nothing: two names would look like one.
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\*?\[\]{}<>|":]|^[. ~-]|[. ]$|^$|[\u115f\u1160\u3164\uffa0\u2800]')
_LONGEST = 200  # bytes, so that a file of that name with an ending fits every file system
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")


@dataclass(frozen=True)
class Course:
    """A course folder; every path below is absolute. What grading writes is generated, never committed."""

    root: Path

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    @property
    def exercises(self) -> Path:
        return self.root / "exercises"

    @property
    def submitted(self) -> Path:
        return self.root / "submitted"

    @property
    def autograded(self) -> Path:
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        return self.root / "feedback"

    @property
    def results(self) -> Path:
        return self.root / "results"

    @property
    def state(self) -> Path:
        return self.root / ".simlab"

    @property
    def gradebook(self) -> Path:
        return self.root / "gradebook.db"

    @property
    def db_url(self) -> str:
        return f"sqlite:///{self.gradebook}"

    def assignments(self) -> list[str]:
        """The names of the solutions that hold a notebook, sorted."""
        found = self.solutions.glob("*/*.ipynb")
        return sorted({p.parent.name for p in found if not WITHHELD.match(p.parent.name)})

    def require(self, assignment: str) -> str:
        """The assignment's name. Raises UnknownName."""
        if assignment not in self.assignments():
            raise UnknownName("exercise", assignment, self.assignments())
        return assignment

    def released(self, assignment: str) -> list[Path]:
        """The released notebooks of an assignment, sorted by name."""
        return sorted(self.exercises.joinpath(assignment).glob("*.ipynb"))


def is_learner(name: str) -> bool:
    """Whether a learner's folder may be called so: `Doe, Jane` may, `a*b`, `../x` and `{id}` may not."""
    fits = len(name) <= 64 and name.isprintable() and len(name.encode()) <= _LONGEST
    return fits and not _UNFIT.search(name)


def open_course(folder: Path | str) -> Course:
    """The course in a folder. Raises GradingError when there is none."""
    root = Path(folder).resolve()
    if not (root / "solutions").is_dir():
        raise GradingError(
            f"{root.name or root}: not a course folder: it holds no solutions/ (name the course with --course)"
        )
    bad = [n for n in Course(root).assignments() if not _NAME.match(n)]
    if bad:
        raise GradingError(f"solutions/{bad[0]}: an exercise's name is letters, digits, '-', '_' and '.', at most 64")
    return Course(root)


def files_below(folder: Path) -> list[str]:
    """Relative POSIX paths of the files that may travel from a solution's folder, sorted."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not path.is_dir() and not any(WITHHELD.match(part) for part in parts):
            found.append("/".join(parts))
    return found


def replace_folder(new: Path, old: Path) -> None:
    """Put folder `new` in the place of `old`; both on one disk, so that a reader never sees a half."""
    aside = old.with_name(f".{old.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    old.parent.mkdir(parents=True, exist_ok=True)
    if old.exists() or old.is_symlink():
        old.rename(aside)
    new.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


@contextlib.contextmanager
def programs_on_path() -> Iterator[None]:
    """This environment's programs first on PATH: nbgrader starts `alembic` by name."""
    before = os.environ.get("PATH", "")
    here = str(Path(sys.executable).parent)
    os.environ["PATH"] = here if not before else here + os.pathsep + before
    try:
        yield
    finally:
        os.environ["PATH"] = before


def settings(root: Path, *, source: str, release: str, db_url: str) -> Any:
    """nbgrader's configuration for one conversion; the course's own config file is never relied on."""
    from traitlets.config import Config

    c = Config()
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.source_directory = source
    c.CourseDirectory.release_directory = release
    c.CourseDirectory.db_url = db_url
    return c
