"""The learner's first page: what comes next, where one stands, and all that belongs to the course.

What is shown is Markdown (its links open in JupyterLab, and it can be read in any terminal); buttons
and questions are forms. A press redraws what it changes; nothing is kept here but in the workspace.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from IPython.display import Markdown, display

from simlab.curriculum import aids, retention
from simlab.curriculum.due import Due, begin, date, due
from simlab.curriculum.progress import Progress, Standing, progress
from simlab.curriculum.story import story, tracks
from simlab.errors import SimlabError
from simlab.exercise.live import Question
from simlab.exercise.submit import submit
from simlab.exercise.workspace import Workspace, choose_role, find, role_of
from simlab.notebook.actions import Actions, Groups
from simlab.notebook.choice import Choice
from simlab.notebook.quiz import draw
from simlab.notebook.story import aid_links

REFRESH, ROLE = "refresh", "What is your work? Your lessons are chosen for it. You can change it at any time."


def home() -> None:
    """Show the learner's page; what is wrong is said in words."""
    try:
        Home(find(Path.cwd())).show()
    except SimlabError as e:
        print(e)


def today() -> dt.date:
    """The day by this computer's clock, read here at the screen's edge."""
    return dt.datetime.now(dt.UTC).date()


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


class Home:
    """One learner's page. `clock` gives the day."""

    def __init__(self, workspace: Workspace, clock: Callable[[], dt.date] = today) -> None:
        self.workspace, self.clock = workspace, clock
        self.organization, self.logo, note = aids.organization_of(workspace.folder)
        self.notes = [note] if note else []
        self.actions = Actions([], self._press)
        self.role = self._role()
        self._shown: list[Any] = []
        self._look()

    def _look(self) -> None:
        self.progress = progress(self.workspace, self.clock())
        self.due = {d.lesson: d for d in due(self.progress, self.organization)}
        self.actions.lay(groups(self.progress))

    def show(self) -> None:
        """Draw everything, from the top."""
        self._write_pages()
        if self.progress.track is None:
            display(Markdown("## First, your work"))
            display(self.role)
        top = display(Markdown(self.top()), display_id=True)
        self._questions()
        table = display(Markdown(self.table()), display_id=True)
        display(self.actions)
        if self.progress.track is not None:
            display(Markdown("## Your work"))
            display(self.role)
        display(Markdown(f"## Pages to print\n\n{aid_links(self.workspace.folder)}"))
        self._shown = [(top, self.top), (table, self.table)]

    def refresh(self) -> None:
        """Look again, and redraw what is text."""
        self._look()
        for shown, make in self._shown:
            if shown is not None:
                shown.update(Markdown(make()))

    def top(self) -> str:
        """What comes next, and what must not wait."""
        return "\n\n".join([*self.notes, f"## Your next step\n\n{next_step(self.progress, self.due)}", *self._again()])

    def table(self) -> str:
        """The lessons of the track: where one stands, what is due, what the marks were."""
        who = f"**{self.workspace.learner}**"
        track = self.progress.track
        lines = [f"## Your lessons\n\n{who}, {track.name}." if track else f"## Lessons\n\n{who}."]
        lines.append(lessons_table(self.progress, self.due))
        if self.progress.to_come:
            titles = {c.name: c.title.split(":")[0] for c in story().lessons}
            names = ", ".join(f"{n[:2]} {titles.get(n, n)}" for n in self.progress.to_come)
            lines.append(f"More lessons are on their way, and will stand here by themselves: {names}.")
        return "\n\n".join([*lines, *_papers(self.workspace.folder)])

    def _again(self) -> list[str]:
        """What the marks say was missed, with the section to read again; and retests that were done."""
        lines = [
            f"- {m.text[0].upper()}{m.text[1:]}: read [{m.section or s.lesson.title}]({m.link}) again"
            for s in self.progress.standings
            for m in s.missed
        ]
        found = ["## Worth another look\n\n" + "\n".join(lines)] if lines else []
        done = [f"- {r.title}: {r.text()}" for r in retention.retests(self.progress)]
        return found + (["## Your retests\n\n" + "\n".join(done)] if done else [])

    def _questions(self) -> None:
        """A retest that is due, or else today's question."""
        again = retention.retest(self.progress, self.organization)
        asked = None if again else retention.reminder(self.progress, self.organization)
        if asked:
            display(Markdown(f"## One question for today\n\nFrom *{asked.title}*, so that it stays."))
            self._ask(asked.lesson, asked.question)
        if again:
            many = f"{len(again.questions)} short question{'' if len(again.questions) == 1 else 's'}"
            display(Markdown(f"## Still there?\n\n{many} from *{again.title}*, in another order. It is no exam."))
            for question in again.questions:
                self._ask(again.lesson, question)

    def _ask(self, lesson: str, question: Question) -> None:
        """A question with what the lesson tells before it."""
        standing = self.progress.of(lesson)
        told = retention.told_before(standing, question.item) if standing else ""
        if told:
            display(Markdown(told))
        try:
            question.answers.folder.mkdir(parents=True, exist_ok=True)
            shown = draw(question)
        except (OSError, SimlabError) as e:
            shown = Markdown(f"This question cannot be shown: {e}")
        display(shown)

    def _write_pages(self) -> None:
        try:
            begin(self.progress)
            aids.write_pages(self.workspace.folder / "aids", self.organization, self.logo)
        except OSError as e:
            self.notes.append(f"The pages to print could not be written: {e.strerror or e}.")

    def _role(self) -> Choice:
        options = [(t.id, f"{t.name}: {t.text[0].lower()}{t.text[1:]}") for t in tracks().values()]
        form = Choice(ROLE, options, self._choose, button="This is my work")
        if role_of(self.workspace.folder) in tracks():
            form.set_trait("picked", role_of(self.workspace.folder))
        return form

    def _choose(self, role: str, note: str) -> tuple[str, str]:
        choose_role(self.workspace.folder, role)
        self.refresh()
        return "Kept.", f"Your lessons are now those for {tracks()[role].name.lower()}."

    def _press(self, ident: str) -> tuple[str, str]:
        what, _, name = ident.partition(":")
        said = {"hand-in": self._submit, "again": self._try_again}.get(what, lambda _: ("Up to date.", ""))(name)
        self.refresh()
        return said

    def _submit(self, name: str) -> tuple[str, str]:
        try:
            lead, _, rest = submit(self.workspace, name, at=_now()).text().partition(": ")
        except Exception as e:  # a learner reads what went wrong; the button stays
            return "Not handed in.", str(e)
        return f"{lead}.", rest

    def _try_again(self, name: str) -> tuple[str, str]:
        from simlab.exercise import retake

        try:
            retake.again(self.workspace.exercise(name))
        except Exception as e:
            return "Nothing was changed.", str(e)
        return (
            "New questions are open.",
            f"Open exercise {name} and choose Run, then Run All Cells. What you answered before is kept.",
        )


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


def _papers(folder: Path) -> list[str]:
    """Links to what came back from the trainer: what was said of each exercise, and certificates."""
    found = sorted((folder / "feedback").glob("*.html")) + sorted((folder / "feedback").glob("*/*.html"))
    links = [f"- [{_title(p)}]({quote(p.relative_to(folder).as_posix())})" for p in found]
    return ["**From your trainer**\n\n" + "\n".join(links)] if links else []


def _title(path: Path) -> str:
    words = path.stem.replace("certificate-", "Certificate ")
    return (
        words if words != path.stem else f"What was said of {path.parent.name if path.stem == 'index' else path.stem}"
    )
