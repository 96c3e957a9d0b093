"""The learner's first page: each lesson, what is done of its exercise, and a button that hands it in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.display import Markdown, display

from simlab.errors import SimlabError
from simlab.exercise.answers import Answers
from simlab.exercise.submit import submit
from simlab.exercise.workspace import Workspace, find
from simlab.notebook.buttons import Buttons


@dataclass(frozen=True)
class Row:
    """One lesson: its file, title and minutes, and the exercise of the same name ("" without one)."""

    name: str
    title: str
    minutes: int
    exercise: str
    answered: int


def rows(workspace: Workspace) -> list[Row]:
    """The lessons of a workspace in order; a notebook that cannot be read is named by its file."""
    return [_row(workspace, path) for path in sorted((workspace.folder / "lessons").glob("[0-9]*.ipynb"))]


def _row(workspace: Workspace, path: Path) -> Row:
    try:
        meta: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    except (OSError, ValueError, KeyError, TypeError):
        meta = {}
    title, ours = str(meta.get("title", path.stem)), meta.get("simlab", {})
    minutes = int(ours.get("minutes", 0)) if isinstance(ours, dict) else 0
    exercise = path.stem if path.stem in workspace.exercises() else ""
    folder = workspace.folder / "exercises" / path.stem
    answered = len(Answers(folder).values()) if exercise else 0
    return Row(path.stem, title, minutes, exercise, answered)


def table(workspace: Workspace) -> str:
    """The lessons as a Markdown table with links that JupyterLab opens."""
    lines = ["| no. | lesson | minutes | exercise | your answers |", "|---|---|---|---|---|"]
    for row in rows(workspace):
        number = row.name.split("-", 1)[0]
        lesson = f"[{row.title}](lessons/{row.name}.ipynb)"
        exercise = f"[open](exercises/{row.exercise}/{row.exercise}.ipynb)" if row.exercise else "–"
        kept = f"{row.answered} kept" if row.exercise else "–"
        lines.append(f"| {number} | {lesson} | {row.minutes} | {exercise} | {kept} |")
    return "\n".join(lines)


def home() -> None:
    """Show the learner's page; what is wrong is said in words."""
    try:
        workspace = find(Path.cwd())
        display(Markdown(f"**Learner:** {workspace.learner}\n\n{table(workspace)}"))
        display(_hand_in(workspace))
    except SimlabError as e:
        print(e)


def _hand_in(workspace: Workspace) -> Buttons:
    """A button for each exercise; below them what came of the last press."""
    labels = [(name, f"Hand in exercise {name}") for name in workspace.exercises()]
    return Buttons(labels, lambda name: _submit(workspace, name))


def _submit(workspace: Workspace, name: str) -> tuple[str, str]:
    try:
        lead, _, rest = submit(workspace, name).text().partition(": ")
    except Exception as e:  # a learner reads what went wrong; the button stays
        return "Not handed in.", str(e)
    return f"{lead}.", rest
