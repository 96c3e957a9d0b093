"""The after-action report of a session, as one HTML file that needs nothing beside it.

Sections follow HSEEP: overview, timeline, decisions, analysis, strengths, areas for improvement and
the improvement plan. Ratings are left blank: a person gives them. Everything that people typed is
escaped, and the page's own policy lets it run no script and load nothing.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from simlab import clock
from simlab.controls.inforce import Controls
from simlab.tabletop.ledger import contradicts
from simlab.tabletop.outcome import Outcome, Owed
from simlab.tabletop.scenario import Scenario
from simlab.tabletop.state import State, Statement
from simlab.tabletop.whatif import Branch, sweep

if TYPE_CHECKING:
    from simlab.tabletop.session import Session

TEMPLATES = Path(__file__).parent / "templates"
SECTIONS = (
    ("overview", "Exercise overview"), ("timeline", "Timeline"), ("decisions", "Decisions"),
    ("truth", "Truth, belief and statements"), ("exposure", "Who is exposed"), ("duties", "Duties owed"),
    ("expectations", "Expectations"), ("strengths", "Strengths"), ("improvement", "Areas for improvement"),
    ("whatif", "What if"), ("msel", "Master scenario events list"),
)  # fmt: skip
_GOOD = {"met", "open", "not needed"}


def render(session: Session) -> str:
    """The report of a session as it stands."""
    s, state, out = session.scenario, session.state, session.outcome()
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"), autoescape=True, undefined=StrictUndefined
    )
    branches = sweep(s, state.seed, state.members, session.actions)
    return environment.get_template("report.html.j2").render(
        s=s, state=state, session=session.id, sections=SECTIONS, css=Markup(css), css_hash=_hash(css),  # noqa: S704
        startex=_local(s, 0), span=clock.duration(state.t), ended=state.status == "ended",
        controls=in_words(state.in_force[0][1]), tasks=_tasks(s, out), timeline=_timeline(s, state),
        adjudicated=None if state.adjudicated_from is None else _offset(state.adjudicated_from),
        metrics=out.metrics, notes=[{"at": _offset(n.t), "by": n.by, "text": n.text} for n in state.notes],
        decisions=_decisions(s, state), put=", ".join(state.open), facts=_facts(s, state),
        statements=[_statement(s, state, x) for x in state.statements],
        reason=_sentence(out.exposure.reason) if out.exposure else "",
        exposure=out.exposure if out.exposure and out.exposure.taken else None,
        states=sorted(out.exposure.by_state.items(), key=lambda x: (-x[1], x[0])) if out.exposure else [],
        outages=_outages(s, state), assessment=out.assessment, owed=[_owed(x) for x in out.owed],
        expected=_expected(s, out), strengths=strengths(s, out), areas=areas(s, out),
        branches=[_played(out), *(_branch(b) for b in branches)], msel=_msel(s, state),
        scenario_hash=session.card.scenario_hash, state_hash=state.digest(),
    )  # fmt: skip


def _hash(css: str) -> str:
    """The style sheet's hash, so that the policy lets in this one and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()


def in_words(controls: Controls) -> str:
    """The controls in one line."""
    values = controls.model_dump().items()
    return "; ".join(f"{name.replace('_', ' ')}: {_value(value)}" for name, value in values)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _local(s: Scenario, t: int) -> str:
    return s.local(t).strftime("%Y-%m-%d %H:%M")


def _offset(t: int) -> str:
    return clock.duration(t)


def _title(s: Scenario, role: str) -> str:
    return next((r.title for r in s.roles if r.id == role), role)


def _tasks(s: Scenario, out: Outcome) -> list[dict[str, str]]:
    shown = {x.expectation.task: f"{x.expectation.text} {_stood(x.status, x.reached)}" for x in out.expected}
    return [
        {"objective": o.text, "task": t.text, "shows": shown.get(t.id, "nothing that is measured")}
        for o in s.objectives
        for t in o.tasks
    ]


def _stood(status: str, reached: int | None) -> str:
    return f"{status.capitalize()}{'' if reached is None else f', at {_offset(reached)}'}."


def _timeline(s: Scenario, state: State) -> list[dict[str, str]]:
    return [{"offset": _offset(e.t), "local": _local(s, e.t), "kind": e.kind, "what": e.what} for e in state.timeline]


def _decisions(s: Scenario, state: State) -> list[dict[str, str]]:
    out = []
    for made in state.made:
        d = s.decision(made.decision)
        by = "nobody: the default at the deadline" if made.by_default else made.by
        missing = "none given" if d.rationale_required and not made.by_default else ""
        out.append(
            {"id": d.id, "title": d.title, "owner": _title(s, d.owner_role), "at": _offset(made.t),
             "option": d.option(made.option).text, "by": by, "rationale": made.rationale or missing}
        )  # fmt: skip
    return out


def _facts(s: Scenario, state: State) -> list[dict[str, str]]:
    out = []
    for f in sorted(s.facts, key=lambda f: f.t if isinstance(f.t, int) else state.t):
        if isinstance(f.t, int) and f.t > state.t:
            continue
        if any(m in ("records-read", "records-readable") for m in f.when) and not (
            state.exposure and state.exposure.taken
        ):
            continue
        known = [f"{_title(s, r)} since {_offset(at[f.id])}" for r, at in state.belief.items() if f.id in at]
        since = f.t if isinstance(f.t, str) else _offset(f.t)
        out.append({"since": since, "text": f.text, "status": f.status, "known": "; ".join(known) or "nobody"})
    return out


def _statement(s: Scenario, state: State, x: Statement) -> dict[str, Any]:
    now = state.exposure.count if state.exposure else 0
    overtaken = not x.faults and contradicts(x.affected, x.bound, now)
    finding = ", ".join(x.faults) or ("overtaken: it needs a correction" if overtaken else "stands")
    bound = {"exactly": "", "at_least": "at least ", "at_most": "at most "}[x.bound]
    return {
        "at": _offset(x.t), "role": _title(s, x.role), "to": x.to, "text": x.text, "basis": x.basis,
        "number": "none" if x.affected is None else f"{bound}{x.affected:,}", "truth": f"{x.truth:,}",
        "now": f"{now:,}", "finding": finding, "good": finding == "stands", "why": _why(s, x),
    }  # fmt: skip


def _why(s: Scenario, x: Statement) -> str:
    text = {f.id: f.text for f in s.facts}
    parts = [f"it denies what is true ({text[f]})" for f in x.denied]
    parts += [f"the speaker did not hold this: {text[f]}" for f in x.missing]
    return "; ".join(parts)


def _outages(s: Scenario, state: State) -> list[dict[str, Any]]:
    return [
        {
            "service": d.service.replace("_", " "),
            "start": _local(s, d.t),
            "end": _local(s, d.until),
            "members": d.members,
        }
        for d in state.outages
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _is_in_time(x: Owed) -> bool:
    return x.status in ("in time", "still to do")


def _owed(x: Owed) -> dict[str, Any]:
    where = f" ({x.duty.state})" if x.duty.state else ""
    confirm = x.duty.confirm and f"Confirm with counsel: {x.duty.confirm}"
    note = " ".join(_sentence(t) for t in (x.duty.why, x.duty.note, confirm) if t)
    return {
        "duty": x.duty.duty + where, "to": x.duty.owed, "due": x.duty.due or "not known", "done": x.done or "-",
        "status": x.status, "good": _is_in_time(x), "cite": x.duty.cite, "note": note,
    }  # fmt: skip


def _expected(s: Scenario, out: Outcome) -> list[dict[str, Any]]:
    return [
        {"text": x.expectation.text, "owner": _title(s, x.expectation.owner_role), "by": _offset(x.expectation.by),
         "reached": "-" if x.reached is None else _offset(x.reached), "status": x.status, "good": x.status in _GOOD}
        for x in out.expected
    ]  # fmt: skip


def strengths(s: Scenario, out: Outcome) -> list[str]:
    """What went well, as far as the session shows it."""
    done = [
        f"{x.expectation.text} (at {_offset(x.reached)})"
        for x in out.expected
        if x.status == "met" and x.reached is not None
    ]
    said = [f'"{x.text}" was true, grounded and in time.' for x in out.statements if not x.faults]
    owed = [f"{x.duty.duty}: done on {x.done}, before {x.duty.due}." for x in out.owed if x.status == "in time"]
    return done + said + owed


def areas(s: Scenario, out: Outcome) -> list[dict[str, str]]:
    """What to mend, each with the role that owns it."""
    found = [
        (f"{x.expectation.text} Finding: {x.status}.", x.expectation.owner_role)
        for x in out.expected
        if x.status in ("late", "never")
    ]
    found += [(f'A statement was {", ".join(x.faults)}: "{x.text}"', x.role) for x in out.statements if x.faults]
    found += [
        (f"{x.duty.duty}{f' ({x.duty.state})' if x.duty.state else ''}: {x.status}.", "privacy")
        for x in out.owed
        if not _is_in_time(x)
    ]
    for d in out.state.outages:
        if d.members:
            found.append(
                (
                    f"{d.members:,} members' care could not be confirmed while {d.service.replace('_', ' ')} was off.",
                    "operations",
                )
            )
    return [{"text": text, "owner": _title(s, role)} for text, role in found]


def _played(out: Outcome) -> dict[str, Any]:
    return {"words": "As played", "code": "", "same": False} | _numbers(out)


def _branch(b: Branch) -> dict[str, Any]:
    return {"words": b.words, "code": b.label, "same": b.is_same} | _numbers(b.outcome)


def _numbers(o: Outcome) -> dict[str, str]:
    states = o.exposure.by_state if o.exposure else {}
    contain = next(m for m in o.metrics if m.id == "contain")
    return {
        "count": f"{o.exposure.count if o.exposure else 0:,}", "over": str(sum(n > 500 for n in states.values())),
        "contain": str(contain) if states else "nothing to shut", "late": str(sum(not _is_in_time(x) for x in o.owed)),
        "faulty": str(sum(bool(x.faults) for x in o.statements)), "care": f"{o.turned_away:,}",
    }  # fmt: skip


def _msel(s: Scenario, state: State) -> list[dict[str, str]]:
    delivered = {d.control_number: d for d in state.delivered}
    out = []
    for e in s.msel:
        when = f"{_offset(e.t)} after {e.after}" if e.after else _offset(e.t)
        got = delivered.get(e.control_number)
        out.append(
            {"number": e.control_number, "when": when, "type": e.type, "method": e.source_type.replace("_", " "),
             "sender": _title(s, e.sender), "to": ", ".join(_title(s, r) for r in e.to), "title": e.title,
             "text": got.text if got else e.text, "artefact": e.artefact, "alternative": e.text_alternative,
             "delivered": _offset(got.t) if got else "not delivered"}
        )  # fmt: skip
    for d in state.delivered:
        if d.adjudicated:
            out.append(
                {"number": d.control_number, "when": _offset(d.t), "type": d.type, "method": "improvised",
                 "sender": _title(s, d.sender), "to": ", ".join(_title(s, r) for r in d.to), "title": d.title,
                 "text": d.text, "artefact": "", "alternative": "", "delivered": _offset(d.t)}
            )  # fmt: skip
    return out
