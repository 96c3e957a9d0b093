"""The thread of the year in a lesson: what went before, and the page that one takes along."""

from __future__ import annotations

import contextlib
from typing import Any

from IPython.display import Markdown, display

from simlab.curriculum import aids, story
from simlab.errors import SimlabError
from simlab.exercise.answers import Answers
from simlab.notebook.finding import place
from simlab.notebook.papers import Papers


def previously(lesson: str) -> None:
    """Show what earlier lessons left behind, as this learner decided it; what is wrong is said in words."""
    _shown(lambda: before(lesson))


def before(lesson: str) -> str:
    """What went before, as Markdown. Raises ContentError."""
    year = story.story()
    told = year.before(lesson)
    if not told:
        return _opening(year, lesson)
    kept = _answers()
    lines = [f"- {leaf.told(kept.get(leaf.item) if leaf.item else None)}" for _, leaf in told]
    return "\n".join(["**What went before at Larkspur**", "", *lines])


def _opening(year: story.Story, lesson: str) -> str:
    """Who is who, for a lesson in which the story begins."""
    chapter = year.chapter(lesson)
    people = [p for p in year.people if chapter and p.id in chapter.who]
    lines = [f"- **{p.name}**, {p.age}, {p.job[0].lower()}{p.job[1:]}. {p.text}" for p in people]
    return "\n".join([f"**Whom you meet at {year.company}** (nobody here exists)", "", *lines]) if lines else ""


def _answers() -> dict[str, Any]:
    """What this learner has answered in the lessons; nothing where that cannot be read."""
    with contextlib.suppress(SimlabError, OSError):
        return Answers(place().root / "lessons").values()
    return {}


def jobaid(lesson: str) -> None:
    """Show a lesson's job aid, with the organization's own contacts and a link to the page to print."""
    _shown(lambda: aid(lesson))
    here = place()
    if (here.root / "aids" / f"{lesson}.html").is_file() and here.is_workspace:
        display(Papers([("The page to print", f"aids/{lesson}.html")], ""))


def aid(lesson: str) -> str:
    """The job aid as Markdown; its page to print is written beside the lessons. Raises UnknownName, ContentError."""
    here = place()
    organization, logo, note = aids.organization_of(here.root)
    text = "\n\n".join(filter(None, [aids.text(lesson, organization), note]))
    if not here.is_workspace:  # an author's clone gets no pages of its own
        return text
    try:
        aids.write_pages(here.root / "aids", organization, logo)
    except OSError as e:  # a read-only or full disk: the aid itself is on the page
        why = e.strerror or e
        return f"{text}\n\nThe page to print could not be written ({why}). To print this one: **File**, then **Print**."
    return text


def _shown(make: Any) -> None:
    try:
        display(Markdown(make()))
    except SimlabError as e:
        print(e)
