"""What the home page says: the next step, the table of lessons, which buttons there are. All of it is text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import quote

from simlab.curriculum.due import Due, date
from simlab.curriculum.progress import Progress, Standing
from simlab.notebook.actions import Groups

REFRESH = "refresh"


def groups(found: Progress) -> Groups:
    """The buttons for what there is to do."""
    hand_in = [s for s in found.standings if s.exercise and (s.exercise[0] or not s.exercise[1])]
    again = [s for s in found.standings if s.exercise and s.handed_in]
    return [
        ("Hand in what you have answered:", [(f"hand-in:{s.name}", f"Hand in exercise {s.name}") for s in hand_in]),
        (
            "Not content with it? Try again, with new questions:",
            [(f"again:{s.name}", f"Try {s.name} again") for s in again],
        ),
        ("Done something meanwhile?", [(REFRESH, "Refresh this page")]),
    ]


def next_step(found: Progress, dues: dict[str, Due]) -> str:
    """One plain sentence with one link: what to do now."""
    if found.track is None:
        return (
            "Choose your work above. Then your own lessons stand here."
            if found.standings
            else "There are no lessons here. Close the course and start it again: `simlab lab`."
        )
    waiting = [s for s in found.standings if (s.finished_on is None or s.name in dues) and not s.is_waiting]
    late = [s for s in waiting if s.name in dues and dues[s.name].is_late(found.today)]
    if not waiting:
        marked = [s for s in found.standings if s.is_waiting]
        if marked:
            return f"**Nothing to do now.** Your trainer marks what you handed in: {', '.join(s.name for s in marked)}."
        return "**You are up to date.** A short question comes now and then, so that it stays."
    return _step(
        sorted(late or waiting, key=lambda s: s.name not in dues or not dues[s.name].is_late(found.today))[0], dues
    )


def _step(s: Standing, dues: dict[str, Due]) -> str:
    """What to do in one lesson: read it, do its exercise, hand in, or try again."""
    lesson = f"[lesson {s.lesson.number}, {s.lesson.title}](lessons/{s.name}.ipynb)"
    exercise = f"[exercise {s.lesson.number}](exercises/{s.name}/{s.name}.ipynb)"
    by = f" It is due by {date(dues[s.name].by)}: {dues[s.name].why}." if s.name in dues else ""
    if s.handed_in and s.result and not s.result.is_passed:
        return f"**Look at what was missed in {lesson}**, then press *Try {s.name} again* below.{by}"
    if s.finished_on and (s.handed_in or s.exercise is None):
        return f"**Go through {lesson} once more**, then press *Try {s.name} again* below.{by}"
    if not s.is_worked and not s.finished_on:
        go = "Go on with" if s.practice[0] else "Open"
        return f"**{go} {lesson}**, about {s.lesson.minutes} minutes.{by}"
    done, of = s.exercise or (0, 0)
    if done < of:
        return f"**Do {exercise}**, {of - done} question{'s' if of - done > 1 else ''} to answer.{by}"
    return f"**Hand in exercise {s.lesson.number}** with the button below.{by}"


def lessons_table(found: Progress, dues: dict[str, Due]) -> str:
    """The lessons as a Markdown table with links that JupyterLab opens; narrow, so that it fits at 200 %."""
    lines = ["| lesson | where you stand | due |", "|:---|:---|:---|"]
    for s in found.standings:
        lesson = f"[{s.lesson.number} {s.lesson.title}](lessons/{s.name}.ipynb), {s.lesson.minutes} min"
        lesson += f"; [exercise](exercises/{s.name}/{s.name}.ipynb)" if s.exercise else ""
        by = _by(None if s.is_waiting else dues.get(s.name), found.today)
        lines.append(f"| {lesson} | {s.state}{_marks(s)} | {by} |")
    return "\n".join(lines)


def _by(it: Due | None, day: dt.date) -> str:
    if it is None:
        return "–"
    return f"**late**: {date(it.by)}" if it.is_late(day) else date(it.by)


def _marks(s: Standing) -> str:
    return f", {s.result.points:g} of {s.result.maximum:g} points" if s.result else ""


def papers(folder: Path) -> list[str]:
    """Links to what came back from the trainer: what was said of each exercise, and certificates."""
    found = sorted((folder / "feedback").glob("*.html")) + sorted((folder / "feedback").glob("*/*.html"))
    links = [f"- [{_title(p)}]({quote(p.relative_to(folder).as_posix())})" for p in found]
    return ["**From your trainer**\n\n" + "\n".join(links)] if links else []


def _title(path: Path) -> str:
    words = path.stem.replace("certificate-", "Certificate ")
    return (
        words if words != path.stem else f"What was said of {path.parent.name if path.stem == 'index' else path.stem}"
    )
