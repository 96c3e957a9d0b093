"""A tabletop in a notebook: the facilitator's console on one screen, over the same session as the text one.

It only draws: every press is an action in the session's log, and what is shown is folded from that
log, so a reload, another kernel or the command line goes on where this left off.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import ipywidgets as widgets

from simlab import clock
from simlab.errors import SessionError, SimlabError
from simlab.notebook.buttons import Buttons
from simlab.notebook.choice import Choice
from simlab.tabletop.console import title
from simlab.tabletop.scenario import Decision, Scenario
from simlab.tabletop.session import Session
from simlab.tabletop.state import Delivered, Entry, Made, State
from simlab.tabletop.store import Store, default_url

GO, REPORT, END = "go", "report", "end"
LABELS = [(GO, "Go on to the next event"), (REPORT, "Write the after-action report"), (END, "End the exercise")]
OVER = ("The exercise is over.", "Write the after-action report now.")


class Console(widgets.VBox):
    """What happened in the order of time, each decision below what put it, and how to go on."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._head, self._told = widgets.HTML(), widgets.VBox()
        self._forms: dict[str, Choice] = {}
        self._buttons = Buttons(LABELS, self._press)
        self._shown = 0  # entries of the timeline
        self._sure = False
        self.children = (self._head, self._told, self._buttons)
        self.draw()

    def draw(self) -> list[str]:
        """Show the session as it stands; the titles of what is new."""
        state = self.session.state
        self._head.value = _page(_head(self.session, state))
        titles, new = [], []
        for entry in state.timeline[self._shown :]:
            for name, widget in self._entry(state, entry):
                new.append(widget)
                titles.append(name)
        self._shown = len(state.timeline)
        for name in state.open:  # what no event of the scenario put, such as an improvised one
            if name not in self._forms:
                new.append(self._form(name, state.t))
        for name in self._forms:
            self._close(name, state)
        # Only ever added to: a form taken away or drawn anew would throw the keyboard's focus away with it.
        self._told.children = (*self._told.children, *new)
        return titles

    def _entry(self, state: State, entry: Entry) -> Iterator[tuple[str, widgets.Widget]]:
        """One line of the timeline, and the forms of the decisions that it put."""
        scenario = self.session.scenario
        event = next((d for d in state.delivered if d.control_number == entry.key and d.type == entry.kind), None)
        if event:
            yield event.title, widgets.HTML(_page(_event(scenario, event)))
            for name in next((e.opens for e in scenario.msel if e.control_number == entry.key), ()):
                if name not in self._forms:
                    yield f"To be decided: {scenario.decision(name).title}", self._form(name, entry.t)
        elif entry.kind in ("effect", "move"):
            about = "The exercise is over"
            if entry.kind == "effect":
                about = f"What came of: {scenario.decision(entry.key).title}"
            yield about, widgets.HTML(_page(_happened(scenario, entry, about)))

    def _form(self, name: str, put: int) -> Choice:
        scenario = self.session.scenario
        decision = scenario.decision(name)
        self._forms[name] = Choice(
            f"{decision.title}. {decision.question}\n{_whose(scenario, decision, put)}",
            [(o.id, o.text) for o in decision.options],
            lambda picked, note: self._decide(decision, picked, note),
            button="Decide",
            note_label="Why? (kept for the report)" if decision.rationale_required else "",
        )
        return self._forms[name]

    def _decide(self, decision: Decision, option: str, note: str) -> tuple[str, str]:
        self._act(lambda: self.session.decide(decision.id, option, rationale=note))
        self.draw()
        self._buttons.tell(lambda: ("", ""))  # what it said was to be decided may be this
        form = self._forms[decision.id]
        return form.verdict, form.said

    def _close(self, name: str, state: State) -> None:
        made, form = state.choice(name), self._forms[name]
        if made is not None and not form.closed:
            said = _decided(self.session.scenario, made)
            form.answer(made.option, lambda: said, closed=True, note=made.rationale)

    def _act(self, act: Callable[[], object]) -> None:
        """Act; where that is refused, show first what others did meanwhile. Raises what the session raises."""
        try:
            act()
        except SimlabError:
            self.session.refresh()
            self.draw()
            raise

    def _press(self, what: str) -> tuple[str, str]:
        """Do it and draw; what is not possible now is said in words."""
        sure, self._sure = self._sure, False
        try:
            if what == REPORT:
                return self._report()
            if self.session.state.status == "ended":
                return OVER
            if what == END and not sure:
                self._sure = True
                return "Not ended yet.", "It would end for everybody. Press the same button again to end it."
            self._act(self.session.advance if what == GO else lambda: self.session.act("end", "facilitator"))
        except SimlabError as e:
            return "Not done.", str(e)
        new = "\n".join(self.draw())
        if self.session.state.status == "ended":
            return OVER
        return "New above:", new or "nothing that anybody was told."

    def _report(self) -> tuple[str, str]:
        path = f"{self.session.id}-report.html"
        self.session.report(path)
        return "Written.", f"The report is {path}, beside this notebook."


def console(
    scenario: str = "vendor-portal", *, seed: int = 1, session: str = "", new: bool = False, store: str = ""
) -> Console | None:
    """A console over the newest session of a scenario that has not ended, so that a reload goes on with it.

    There is none, or `new` is True: a session is started. `session` names one that is kept.
    `store` is an SQLAlchemy URL (left out: a file in `.simlab` of the notebook's folder). What is
    wrong is said in words.
    """
    try:
        kept = Store(store or default_url(Path.cwd()))
        if session:
            return Console(Session.open(kept, session))
        return Console((None if new else _unfinished(kept, scenario)) or Session.start(scenario, seed, kept))
    except SimlabError as e:
        print(e)
        return None


def _unfinished(store: Store, scenario: str) -> Session | None:
    """The newest session of a scenario that can be gone on with."""
    cards = [card for card in store.sessions() if card.scenario == scenario]
    for card in sorted(cards, key=lambda c: int(c.session.rsplit("-", 1)[-1]), reverse=True):
        with contextlib.suppress(SessionError):  # played on another version of the scenario: it stays as it is
            found = Session.open(store, card.session)
            if found.state.status != "ended":
                return found
    return None


def _page(html: str) -> str:
    return f'<div class="simlab-page">{html}</div>'


def _head(session: Session, state: State) -> str:
    scenario = session.scenario
    return (
        f"<p><strong>{escape(scenario.banner)}</strong></p><h2>{escape(scenario.title)}</h2>"
        f"<p>{escape(_when(scenario, state.t))} ({escape(clock.duration(state.t))} since the start). "
        f"Session {escape(session.id)}, {escape(state.status)}.</p>"
    )


def _when(scenario: Scenario, t: int) -> str:
    return scenario.local(t).strftime("%A %d %B %Y, %H:%M")


def _whose(scenario: Scenario, decision: Decision, put: int) -> str:
    """Whose decision it is, and until when it waits for them."""
    who = title(scenario, decision.owner_role) or "Everybody"
    due = decision.due(put)
    return f"{who}, until {_when(scenario, due)}" if due > put else who


def _event(scenario: Scenario, d: Delivered) -> str:
    to = ", ".join(title(scenario, r) for r in d.to)
    by = f"{_when(scenario, d.t)}. {d.source_type.replace('_', ' ').capitalize()} from {title(scenario, d.sender)} to {to}."
    alt = f"<p>Shown with it: {escape(d.text_alternative)}</p>" if d.text_alternative else ""
    return f"<h3>{escape(d.title)}</h3><p>{escape(by)}</p><p>{escape(d.text)}</p>{alt}"


def _happened(scenario: Scenario, entry: Entry, about: str) -> str:
    return f"<h3>{escape(about)}</h3><p>{escape(_when(scenario, entry.t))}. {escape(entry.what)}</p>"


def _decided(scenario: Scenario, made: Made) -> tuple[str, str]:
    when = _when(scenario, made.t)
    if made.by_default:
        return "Taken by default.", f"Nobody had decided by {when}."
    return "Decided.", f"{when}. What comes of it is told when it has happened: go on."
