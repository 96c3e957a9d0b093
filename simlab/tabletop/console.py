"""The text console: one table, one screen, a keyboard; it reads lines and prints lines."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from string import ascii_lowercase

from simlab import clock
from simlab.errors import SimlabError
from simlab.tabletop.outcome import Outcome
from simlab.tabletop.scenario import Decision, Scenario
from simlab.tabletop.session import Session
from simlab.tabletop.state import Delivered, State

WIDTH = 88
HELP = (
    "a, b, ...       take that option of the decision shown at the prompt\n"
    "d4 a            take an option of another open decision\n"
    "advance [4h]    let time go on to the next thing that happens, or by 4 hours\n"
    "status          where things stand\n"
    "note TEXT       write something down\n"
    "end             end the exercise here\n"
    "help            these lines\n"
    "quit            leave; the session is kept and can be resumed"
)


class Console:
    """Plays a session over `read` (one line, None at the end) and `write` (one text)."""

    def __init__(self, session: Session, read: Callable[[str], str | None], write: Callable[[str], None]) -> None:
        self.session, self.read, self.write = session, read, write
        self.shown = 0
        self.delivered = 0
        self.asked: set[str] = set()

    def run(self) -> None:
        """Play until the session ends, somebody quits, or there are no more lines."""
        s = self.session.scenario
        self.write(f"{s.banner}\n\n{s.title}\n{fill(s.summary)}\n\n{fill(s.facilitator.read_aloud)}\n\n{HELP}")
        self._news()
        while self.session.state.status != "ended":
            line = self.read(self._prompt())
            if line is None or line.strip().lower() in ("quit", "exit", "q"):
                self.write(f"The session is kept: simlab tabletop resume {self.session.id}")
                return
            try:
                self._obey(line.strip())
            except SimlabError as e:
                self.write(str(e))
            self._news()
        self.write(summary(self.session.scenario, self.session.outcome()))

    def _prompt(self) -> str:
        state = self.session.state
        asked = f" {state.open[0]}" if state.open else ""
        more = f" (also {', '.join(state.open[1:])})" if len(state.open) > 1 else ""
        return f"[{local(self.session.scenario, state.t)}]{asked}{more}> "

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word.lower() == "status":
            self.write(status(self.session.scenario, self.session.state))
        elif word.lower() in ("advance", "next"):
            self._advance(rest)
        elif word.lower() == "note" and rest:
            self.session.act("note", "table", text=rest)
            self.write("Noted.")
        elif word.lower() == "end" and not rest:
            self.session.act("end", "table")
        elif word.lower() == "help":
            self.write(HELP)
        elif word:
            self._choose(word, rest)

    def _advance(self, by: str) -> None:
        if not by:
            self.session.advance()
        else:
            self.session.advance(self.session.state.t + max(0, clock.seconds(by)))

    def _choose(self, word: str, rest: str) -> None:
        state, s = self.session.state, self.session.scenario
        if word in state.open and rest:
            decision, wanted = s.decision(word), rest
        elif state.open and not rest:
            decision, wanted = s.decision(state.open[0]), word
        else:
            self.write(f"{(word + ' ' + rest).strip()!r} is not understood here: {self._right()}")
            return
        option = pick(decision, wanted)
        if option is None:
            self.write(f"{wanted!r} is no option of {decision.id}: {self._right()}")
            return
        rationale = ""
        if decision.rationale_required:
            rationale = (self.read("Why? (one line) ") or "").strip()
        self.session.decide(decision.id, option, by="table", rationale=rationale)

    def _right(self) -> str:
        state = self.session.state
        if not state.open:
            return "nothing is to be decided now; type advance, status, note TEXT, help or quit"
        d = self.session.scenario.decision(state.open[0])
        return f"type a letter from a to {ascii_lowercase[len(d.options) - 1]} or an option's name, or help"

    def _news(self) -> None:
        """Print what happened since the last look, then what is newly to be decided."""
        state, s = self.session.state, self.session.scenario
        messages = {d.control_number: d for d in state.delivered}
        for entry in state.timeline[self.shown :]:
            if entry.key in messages and entry.kind in ("inject", "information"):
                self.write(message(s, messages[entry.key]))
            elif entry.kind in ("effect", "decision", "move"):
                self.write(f"[{local(s, entry.t)}] {fill(entry.what)}")
        self.shown = len(state.timeline)
        for name in state.open:
            if name not in self.asked:
                self.asked.add(name)
                self.write(question(s, s.decision(name)))


def fill(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def local(s: Scenario, t: int) -> str:
    """The weekday and time on the wall."""
    return s.local(t).strftime("%a %d %b %H:%M")


def title(s: Scenario, role: str) -> str:
    """A role's title, with the person where there is one."""
    found = next((r for r in s.roles if r.id == role), None)
    if found is None:
        return role
    return f"{found.title} ({found.person})" if found.person else found.title


def message(s: Scenario, d: Delivered) -> str:
    """A delivered event as its receivers read it; an artefact by its text alternative."""
    to = ", ".join(title(s, r) for r in d.to)
    head = f"\n== {d.title} | {local(s, d.t)} | {d.source_type.replace('_', ' ')}"
    lines = [head, f"   from {title(s, d.sender)}", fill(f"to {to}", "   "), fill(d.text, "   ")]
    if d.text_alternative:
        lines.append(fill(f"[{d.artefact}: {d.text_alternative}]", "   "))
    return "\n".join(lines)


def question(s: Scenario, d: Decision) -> str:
    """A decision and its options, each with its letter and its name."""
    lines = [f"\n?? {d.id} {d.title}, for the {title(s, d.owner_role)}", fill(d.question, "   ")]
    for letter, option in zip(ascii_lowercase, d.options, strict=False):
        lines.append(
            textwrap.fill(
                f"{letter}) {option.text} [{option.id}]", WIDTH, initial_indent="   ", subsequent_indent="      "
            )
        )
    return "\n".join(lines)


def pick(decision: Decision, wanted: str) -> str | None:
    """The option meant by a letter or a name; None when there is none."""
    wanted = wanted.strip().lower().rstrip(")")
    by_letter = dict(zip(ascii_lowercase, (o.id for o in decision.options), strict=False))
    return by_letter.get(wanted) or next((o.id for o in decision.options if o.id == wanted), None)


def status(s: Scenario, state: State) -> str:
    """Where things stand, as the table may know it: nothing of the truth that nobody has found out."""
    lines = [
        f"Scenario time: {local(s, state.t)} ({clock.duration(state.t)} after STARTEX), move {state.move}",
        f"To be decided: {', '.join(state.open) or 'nothing'}",
    ]
    lines += [f"Decided: {m.decision} {m.option}{' (by default)' if m.by_default else ''}" for m in state.made]
    lines += [f"Said to {x.to}: {x.text}" for x in state.statements]
    lines += [f"Told: {who.replace('_', ' ')}, {local(s, t)}" for who, t in state.notified.items()]
    off = [d for d in state.outages if state.t < d.until]
    lines += [f"Off: {d.service.replace('_', ' ')}, until {local(s, d.until)}" for d in off]
    return "\n".join(fill(line) for line in lines)


def summary(s: Scenario, out: Outcome) -> str:
    """What the session came to, for the end of play."""
    count = out.exposure.count if out.exposure else 0
    lines = ["", "What it came to (training material, not legal advice)", f"Individuals exposed: {count:,}"]
    if out.exposure and out.exposure.by_state:
        lines.append(fill("By State: " + ", ".join(f"{k} {n:,}" for k, n in sorted(out.exposure.by_state.items()))))
    lines += [
        f"Owed: {x.duty.duty}{f' ({x.duty.state})' if x.duty.state else ''}, by {x.duty.due} [{x.duty.cite}]: {x.status}"
        for x in out.owed
    ]
    if out.owed:
        lines.append("Dates are computed; confirm with counsel. State law is not computed.")
    lines += [fill(f'Said to {x.to}: "{x.text}" {", ".join(x.faults) or "stands"}') for x in out.statements]
    lines += [fill(f"Expected: {x.expectation.text} {x.status.capitalize()}.") for x in out.expected]
    if out.turned_away:
        lines.append(f"Members whose care could not be confirmed: {out.turned_away:,}")
    return "\n".join(lines)
