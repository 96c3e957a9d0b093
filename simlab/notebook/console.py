"""A tabletop in a notebook: the facilitator's console on one screen, over the same session as the text one.

It only draws: every press is an action in the session's log, and what is shown is folded from that
log, so a reload, another kernel or the command line goes on where this left off.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from simlab import clock
from simlab.errors import SimlabError
from simlab.notebook.choice import Choice
from simlab.tabletop.scenario import Decision
from simlab.tabletop.session import Session
from simlab.tabletop.state import Delivered, State


class Console(widgets.VBox):
    """What has arrived, what is to be decided, and how to go on."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._head, self._feed, self._said = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._forms: dict[str, Choice] = {}
        self._open = widgets.VBox()
        self._buttons = widgets.HBox(
            [
                self._button("Go on to the next event", lambda: self.session.advance()),
                self._button("Write the after-action report", self._report),
                self._button("End the exercise", lambda: self.session.act("end", "facilitator")),
            ],
            layout={"flex_flow": "row wrap"},
        )
        self.children = (self._head, self._feed, self._open, self._buttons, self._said)
        self.draw()

    def draw(self) -> None:
        """Show the session as it stands."""
        state = self.session.state
        self._head.value = _head(self.session, state)
        self._feed.value = _feed(self.session, state)
        for name in state.open:
            if name not in self._forms:
                self._forms[name] = self._form(self.session.scenario.decision(name))
        for name, form in self._forms.items():
            self._close(name, form, state)
        # Forms stay where they are once decided: removing one would throw the keyboard's focus away.
        self._open.children = tuple(self._forms.values())

    def _form(self, decision: Decision) -> Choice:
        role = next((r.title for r in self.session.scenario.roles if r.id == decision.owner_role), decision.owner_role)
        return Choice(
            f"{decision.title} ({role})\n{decision.question}",
            [(o.id, o.text) for o in decision.options],
            lambda picked, note: self._decide(decision.id, picked, note),
            button="Decide",
            note_label="Why? (kept for the report)" if decision.rationale_required else "",
        )

    def _decide(self, decision: str, option: str, note: str) -> tuple[str, str]:
        self.session.decide(decision, option, rationale=note)
        self.draw()
        form = self._forms[decision]
        return form.verdict, form.said

    def _close(self, name: str, form: Choice, state: State) -> None:
        made = state.choice(name)
        if made is None:
            return
        option = self.session.scenario.decision(name).option(made.option)
        form.picked, form.closed, form.note = made.option, True, made.rationale
        form.verdict = "Taken by default." if made.by_default else "Decided."
        form.said = option.outcome

    def _button(self, label: str, do: Callable[[], object]) -> widgets.Button:
        button = widgets.Button(description=label, layout={"width": "auto", "min_height": "32px"})
        button.on_click(lambda _: self._do(do))
        return button

    def _do(self, do: Callable[[], object]) -> None:
        """Do it and draw; what is not possible now is said in words."""
        try:
            text = do()
            self._tell(text if isinstance(text, str) else "")
        except SimlabError as e:
            self._tell(str(e))
        self.draw()

    def _tell(self, text: str) -> None:
        self._said.value = f'<div role="status">{escape(text)}</div>'

    def _report(self) -> str:
        path = f"{self.session.id}-report.html"
        self.session.report(path)
        return f"The report is {path}, beside this notebook."


def console(scenario: str = "vendor-portal", *, seed: int = 1, session: str = "", store: str = "") -> Console | None:
    """A console over a new session of a scenario, or over one that is kept (`session`).

    `store` is an SQLAlchemy URL (left out: a file in the notebook's folder). What is wrong is said in words.
    """
    try:
        kept = store or "sqlite:///tabletop.db"
        return Console(Session.open(kept, session) if session else Session.start(scenario, seed, kept))
    except SimlabError as e:
        print(e)
        return None


def _head(session: Session, state: State) -> str:
    scenario = session.scenario
    when = scenario.local(state.t).strftime("%A %d %B %Y, %H:%M")
    return (
        f"<p><strong>{escape(scenario.banner)}</strong></p><h2>{escape(scenario.title)}</h2>"
        f"<p>{escape(when)} ({escape(clock.duration(state.t))} since the start). "
        f"Session {escape(session.id)}, {escape(state.status)}.</p>"
    )


def _feed(session: Session, state: State) -> str:
    """What has arrived, oldest first; a list, so that a screen reader says how many there are."""
    items = "".join(f"<li>{_item(session, d)}</li>" for d in state.delivered)
    return f"<h3>What has arrived</h3><ol>{items}</ol><h3>To be decided</h3>"


def _item(session: Session, d: Delivered) -> str:
    when = session.scenario.local(d.t).strftime("%a %H:%M")
    to = ", ".join(d.to)
    alt = f"<br>{escape(d.text_alternative)}" if d.text_alternative else ""
    head = f"<strong>{escape(d.title)}</strong> · {escape(when)} · {escape(d.source_type)} from {escape(d.sender)} to {escape(to)}"
    return f"{head}<br>{escape(d.text)}{alt}"
