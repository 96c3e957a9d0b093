"""A lesson to begin from: everything that a lesson needs, in the course's shape, with an example to replace.

The files are copies of `simlab/content/template/`, in which @NAME@, @NUMBER@, @TITLE@, @MOMENT@ and
@GROUND@ are filled in: from the story where it has the lesson, else with what stands there for an
organization's own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.content import resource
from simlab.curriculum.story import story
from simlab.errors import InputError

NAME = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*")
MOMENT = (
    "Monday, 9:10. Nadia Ferreira comes back from the printer with two papers that are hers and one that is not: "
    "a list of forty members, with their treatments. There is no name on it. The room is full, and her next call is in "
    'two minutes. "Somebody must be waiting for this," she says. She looks at the printer, at the paper basket, and at you.'
)
GROUND = ("A6", "T5")


@dataclass(frozen=True)
class Filled:
    """What stands in the template's places."""

    name: str
    title: str
    moment: str
    ground: tuple[str, ...]

    def text(self, raw: str) -> str:
        """A plain text, filled in."""
        places = {"NAME": self.name, "NUMBER": self.name[:2], "TITLE": self.title, "MOMENT": self.moment}
        places["GROUND"] = ", ".join(self.ground)
        return re.sub(r"@([A-Z]+)@", lambda m: places[m[1]], raw)

    def value(self, raw: Any) -> Any:
        """A notebook's data, filled in: each text of it, and the list of the ground."""
        if isinstance(raw, str):
            return self.text(raw)
        if isinstance(raw, list):
            return list(self.ground) if raw == ["@GROUND@"] else [self.value(each) for each in raw]
        return {k: self.value(v) for k, v in raw.items()} if isinstance(raw, dict) else raw


def targets(root: Path, content: Path, name: str) -> dict[str, Path]:
    """Where each file of the template goes, by its name in the template."""
    solution = root / "solutions" / name
    found = {
        "lesson.ipynb": root / "lessons" / f"{name}.ipynb",
        "items.yml": content / "items" / f"{name}.yml",
        "aid.yml": content / "aids" / f"{name}.yml",
        "solution.ipynb": solution / f"{name}.ipynb",
    }
    wrong = sorted((resource("template") / "misconceptions").glob("*.yml"))
    return found | {f"misconceptions/{p.name}": solution / "misconceptions" / p.name for p in wrong}


def new(root: Path, content: Path, name: str, title: str = "") -> list[Path]:
    """Write the files of a new lesson below a course and its content folder; nothing that exists is touched.

    Raises InputError for a name that is none, a number that is taken, and files that are there.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be a lesson's name: two digits and words in small letters, such as 14-visitors"
        )
    _refuse_twins(root, name)
    filled, places = fill(name, title), targets(root, content, name)
    there = [p for p in places.values() if p.exists()]
    if there:
        raise InputError(f"{there[0].relative_to(root)} is there already: choose another name, or move it away")
    try:
        for source, target in places.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            raw = resource("template", *source.split("/")).read_text(encoding="utf-8")
            target.write_text(_filled(filled, raw, source), encoding="utf-8", newline="\n")
    except OSError as e:
        raise InputError(f"cannot write {e.filename or root}: {e.strerror or e}") from None
    return list(places.values())


def _filled(filled: Filled, raw: str, source: str) -> str:
    if not source.endswith(".ipynb"):
        return filled.text(raw)
    return json.dumps(filled.value(json.loads(raw)), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _refuse_twins(root: Path, name: str) -> None:
    """Two lessons of one number would not know which comes first."""
    twins = sorted((root / "lessons").glob(f"{name[:2]}-*.ipynb"))
    if twins and twins[0].stem != name:
        raise InputError(f"number {name[:2]} is taken by {twins[0].stem}: choose another number")


def fill(name: str, title: str = "") -> Filled:
    """What stands in the template's places for this lesson."""
    chapter = story().chapter(name)
    words = name[3:].replace("-", " ").capitalize()
    if chapter:
        return Filled(name, title or chapter.title, chapter.moment.strip(), chapter.ground)
    return Filled(name, title or words, MOMENT, GROUND)
