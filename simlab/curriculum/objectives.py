"""Which objective is met where: generated as `lessons/OBJECTIVES.md`, and never written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from simlab.curriculum import lesson as pages
from simlab.curriculum.asked import objective_of, sheet_of, talks
from simlab.curriculum.lesson import Lesson
from simlab.curriculum.story import ground, story

TABLE = "OBJECTIVES.md"


@dataclass(frozen=True)
class Met:
    """One objective of one lesson: the ground rows it serves, what practises it and what marks it."""

    lesson: str
    objective: str
    text: str
    ground: tuple[str, ...]
    practised: tuple[str, ...]
    marked: tuple[str, ...]


def met(root: Path) -> list[Met]:
    """Every objective of every lesson below a course. Raises ContentError."""
    return [each for lesson in pages.lessons(root) for each in met_in(lesson, exercise_of(root, lesson.name))]


def exercise_of(root: Path, name: str) -> Lesson | None:
    """A lesson's exercise as learners get it, None without one."""
    path = root / "exercises" / name / f"{name}.ipynb"
    return pages.read(path) if path.is_file() else None


def met_in(lesson: Lesson, exercise: Lesson | None) -> list[Met]:
    """The objectives of one lesson, in the order of its items file. Raises ContentError."""
    sheet = sheet_of(lesson.name)
    if sheet is None:
        return []
    found = []
    for each in sheet.objectives:
        in_items = [i.id for i in sheet.items if i.objective == each.id]
        practised = [i for i in in_items if next(x for x in sheet.items if x.id == i).practice]
        practised += [a.name for a in lesson.asks() if a.kind == "task" and objective_of(a.name, sheet) == each.id]
        practised += [f"roleplay.{it.id}" for a in lesson.asks() for it in talks(a) if it.objective == each.id]
        marked = [i for i in in_items if i not in practised]
        names = {a.grade: a.name for a in (exercise.asks() if exercise else ())}
        grades = [c.grade for c in (exercise.cells if exercise else ()) if c.grade]
        marked += [g for g in grades if each.id in (sheet.checks.get(g), sheet.checks.get(names.get(g, g)))]
        found.append(Met(lesson.name, each.id, each.text, each.ground, *map(_once, (practised, marked))))
    return found


def _once(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def objectives_table(root: Path) -> str:
    """The two tables as Markdown: each objective, and where each row of the ground is met. Raises ContentError."""
    every = met(root)
    lines = [
        "# Objectives",
        "",
        "Made by `simlab lesson table`; not edited by hand. Each objective, what practises it and what marks it.",
        "",
        "| lesson | objective | ground | practised by | marked by |",
        "|---|---|---|---|---|",
        *(
            f"| {m.lesson} | **{m.objective}**: {m.text} | {', '.join(m.ground)} | {_names(m.practised)} | {_names(m.marked)} |"
            for m in every
        ),
        "",
        "## Where each row of the ground is met",
    ]
    for group in ground().groups:
        lines += ["", f"### {group.name}", "", "| id | ground | met by | comes with |", "|---|---|---|---|"]
        for row in group.rows:
            here = [f"{m.lesson}: {m.objective}" for m in every if row.id in m.ground]
            there = {m.lesson for m in every}
            later = [c.name for c in story().lessons if row.id in c.ground and c.name not in there]
            lines.append(f"| {row.id} | {row.text} | {'; '.join(here) or '–'} | {', '.join(later) or '–'} |")
    return "\n".join(lines) + "\n"


def _names(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{v}`" for v in values) or "–"
