"""The learner's first page: what comes next, where one stands, and all that belongs to the course.

What is shown is Markdown (its links open in JupyterLab, and it can be read in any terminal); buttons
and questions are forms. A press redraws what it changes; nothing is kept here but in the workspace.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.display import Markdown, display

from simlab.curriculum import aids, retention
from simlab.curriculum.due import begin, due
from simlab.curriculum.progress import progress
from simlab.curriculum.story import story, tracks
from simlab.errors import SimlabError
from simlab.exercise import retake
from simlab.exercise.shown import Question
from simlab.exercise.submit import submit
from simlab.exercise.workspace import Workspace, choose_role, find, role_of
from simlab.notebook.actions import Actions
from simlab.notebook.choice import Choice
from simlab.notebook.homewords import groups, lessons_table, next_step, papers
from simlab.notebook.papers import Papers, aid_papers
from simlab.notebook.quiz import draw

ROLE = "What is your work? Your lessons are chosen for it. You can change it at any time."


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
        display(Markdown("## Pages to print"))
        display(Papers(aid_papers(self.workspace.folder)))
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
        return "\n\n".join([*lines, *papers(self.workspace.folder)])

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
        try:
            retake.again(self.workspace.exercise(name))
        except Exception as e:
            return "Nothing was changed.", str(e)
        return (
            "New questions are open.",
            f"Open exercise {name} and choose Run, then Run All Cells. What you answered before is kept.",
        )
