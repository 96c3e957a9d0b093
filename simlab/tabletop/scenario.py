"""What a tabletop scenario says, in the field's own words; one file each in `content/scenarios/`.

The words follow HSEEP (MSEL, inject, controller, expected action) and the data models of the
exercise tools that grew from it; facts, beliefs and statements are ours. Times are offsets from
STARTEX, written `0s`, `26h`, `-9d`, and kept as whole seconds. Nothing a team may not see yet ever
leaves this model: see `State.view`.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from simlab import clock
from simlab.content.loader import CONTENT, Model, load_named, names
from simlab.controls.inforce import Controls
from simlab.errors import InputError, UnknownName


def _offset(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a time is an offset from STARTEX such as 0s, 26h or -9d")
    try:
        return clock.seconds(value)
    except InputError as e:
        raise ValueError(str(e)) from None


Offset = Annotated[int, BeforeValidator(_offset)]
# What is not known is written `unknown`, never invented; `none` says there is no such thing.
Technique = Annotated[str, Field(pattern=r"^(unknown|none|T\d{4}(\.\d{3})?)$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Names = tuple[Name, ...]

SOURCES = Literal[
    "news", "social", "email", "phone", "intel", "reporting", "orders", "regulator", "log", "ticket",
    "dashboard", "member_complaint", "market", "in_person",
]  # fmt: skip

# Milestones that the engine sets from what the company's tables and controls say.
BUILT_IN = {
    "records-read": "somebody without a right to them has reached at least one member's records",
    "records-readable": "and can read them",
    "contained": "the way in is shut",
}
# Who can be told; `individuals`, `hhs` and `media` are those of the Breach Notification Rule.
NOTIFIED = (
    "individuals", "hhs", "media", "state_regulators", "law_enforcement", "plan_sponsors", "vendor", "staff",
)  # fmt: skip
# Numbers that the engine puts into a text when the inject is delivered.
PLACEHOLDERS = ("read", "members", "states")


class Role(Model):
    """A seat at the table, or an outside party that the simulation cell plays."""

    id: Name
    title: str
    person: str = ""
    kind: Literal["player", "simulated"] = "player"


class Task(Model):
    """A critical task of an objective (HSEEP exercise evaluation guide)."""

    id: Name
    text: str


class Objective(Model):
    id: Name
    text: str
    tasks: tuple[Task, ...] = ()


class Fact(Model):
    """Ground truth: what happened when, and which roles have it in front of them.

    `discovers` says what knowing it means for 45 CFR 164.404(a)(2): `known` when a role that
    learns it has discovered the incident, `should_have_known` when reasonable diligence would
    have shown it on that day. With `when`, the fact holds only once those milestones are reached,
    so that it is not true in a branch where nothing was read.
    """

    id: Name
    t: Offset | Literal["unknown"]
    text: str
    status: Literal["confirmed", "alleged", "unknown"] = "confirmed"
    technique: Technique = "none"
    visible_to: Names = ()
    discovers: Literal["no", "known", "should_have_known"] = "no"
    when: Names = ()
    note: str = ""


class Milestone(Model):
    """A named switch, thrown by an event or a decision; a final one ends the session."""

    id: Name
    text: str
    final: bool = False


class Move(Model):
    number: int
    t: Offset
    title: str
    situation: str
    facilitator: str = ""


class Event(Model):
    """One line of the MSEL. With `after`, `t` counts from the moment that milestone is reached."""

    control_number: Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$")]
    type: Literal["inject", "information", "facilitation"]
    t: Offset
    move: int
    title: str
    text: str
    sender: Name = Field(alias="from")
    to: Names
    source_type: SOURCES
    artefact: str = ""
    text_alternative: str = ""
    technique: Technique = "none"
    after: Name | None = None
    when: Names = ()
    unless: Names = ()
    activate: Names = ()
    deactivate: Names = ()
    reveals: Names = ()
    opens: Names = ()
    expects: Names = ()
    note: str = ""


class Takes(Model):
    """How long an option takes to work; where it is not sure, drawn between the two."""

    least: Offset
    most: Offset


class Say(Model):
    """A statement: a number of people (null: none given), how firm, and what it rests on.

    `rests_on` are the facts that the speaker must hold for the statement to have a ground;
    `denies` are the facts that it says are not so.
    """

    to: str
    text: str
    affected: Annotated[int, Field(ge=0)] | Literal["as_logged"] | None = None
    bound: Literal["exactly", "at_least", "at_most"] = "exactly"
    basis: str
    rests_on: Names = ()
    denies: Names = ()
    due: Offset | None = None


class Outage(Model):
    """A service that members need and cannot use meanwhile."""

    service: Literal["eligibility", "member_portal", "mailing"]
    lasts: Offset


class Effects(Model):
    """What an option does once it works.

    `reveals` shows facts to the decision's owner; `asks` asks around the table, so that the owner
    learns those facts only if another player holds them.
    """

    takes: Offset | Takes = 0
    activate: Names = ()
    deactivate: Names = ()
    controls: dict[str, Any] = {}
    contain: Literal["session", "account", "portal"] | None = None
    outage: Outage | None = None
    say: Say | None = None
    notify: tuple[str, ...] = ()
    reveals: Names = ()
    asks: Names = ()


class Option(Model):
    id: Name
    text: str
    outcome: str
    effects: Effects = Effects()


class Decision(Model):
    """A choice that is put to a role. Its deadline counts from STARTEX, or `within` from when it is put."""

    id: Name
    title: str
    question: str
    owner_role: Name | Literal[""] = ""
    deadline: Offset | None = None
    within: Offset | None = None
    default: Name | Literal[""] = ""
    rationale_required: bool = True
    options: Annotated[tuple[Option, ...], Field(min_length=2)]

    def due(self, put: int) -> int:
        """The second at which the default is taken, when it was put at second `put`."""
        return max(put, self.deadline) if self.deadline is not None else put + (self.within or 0)

    def option(self, option_id: str) -> Option:
        """One option. Raises UnknownName."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise UnknownName(f"option of decision {self.id}", option_id, [o.id for o in self.options])


class Expectation(Model):
    """What a prepared team would do, and by when: met when its milestone is reached in time."""

    id: Name
    text: str
    type: Literal["detect", "escalate", "contain", "decide", "notify", "state", "preserve_evidence", "serve_members"]
    by: Offset
    owner_role: Name
    task: Name | None = None
    milestone: Name


class Intrusion(Model):
    """How the records are reached; what follows is computed, not written.

    `first_read` is when reading begins, `reads_per_minute` counts members' records. `returns` is
    how long it takes to log in again with a stolen password after a session was cut.
    """

    path: Literal["password", "session", "backup", "drive"]
    system: str
    vendor: str = ""
    entry: str = "unknown"
    technique: Technique = "unknown"
    first_read: Offset
    reads_per_minute: Annotated[int, Field(ge=1, le=100_000)]
    returns: Offset = 0


class Facilitator(Model):
    read_aloud: str
    prompts: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()
    success_indicators: tuple[str, ...] = ()
    hot_wash: tuple[str, ...] = ()


class Scenario(Model):
    """One tabletop exercise, whole."""

    id: Name
    version: Annotated[int, Field(ge=1)]
    title: str
    summary: str
    banner: str
    language: str
    jurisdiction: tuple[str, ...]
    startex: dt.datetime
    zone: str
    minutes: Annotated[int, Field(ge=5)]
    keywords: tuple[str, ...] = ()
    controls: Controls
    intrusion: Intrusion | None
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1)]
    facts: tuple[Fact, ...]
    milestones: tuple[Milestone, ...]
    moves: Annotated[tuple[Move, ...], Field(min_length=1)]
    msel: Annotated[tuple[Event, ...], Field(min_length=1)]
    decisions: tuple[Decision, ...]
    expectations: tuple[Expectation, ...]
    facilitator: Facilitator

    def decision(self, decision_id: str) -> Decision:
        """One decision. Raises UnknownName."""
        for decision in self.decisions:
            if decision.id == decision_id:
                return decision
        raise UnknownName("decision", decision_id, [d.id for d in self.decisions])

    def instant(self, t: int) -> dt.datetime:
        """The UTC instant `t` seconds after STARTEX."""
        return self.startex.replace(tzinfo=clock.zone(self.zone)).astimezone(dt.UTC) + dt.timedelta(seconds=t)

    def local(self, t: int) -> dt.datetime:
        """The time on the company's wall `t` seconds after STARTEX."""
        return self.instant(t).astimezone(clock.zone(self.zone))

    def digest(self) -> str:
        """A hash of all that the scenario says; comments and layout do not count."""
        text = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def load(name: str | Path) -> Scenario:
    """A shipped scenario by id, or any scenario by the path of its .yml file.

    Raises UnknownName, ContentError.
    """
    path = Path(name)
    if path.suffix not in (".yml", ".yaml"):
        if str(name) not in names("scenarios"):
            raise UnknownName("scenario", name, names("scenarios"))
        path = CONTENT / "scenarios" / f"{name}.yml"
    return _load(path, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")


@functools.lru_cache(maxsize=8)
def _load(path: Path, content: str) -> Scenario:
    """Read once for each content of a file: a scenario is a value, and reading YAML is slow."""
    from simlab.tabletop.references import check

    scenario = load_named(path, Scenario)
    check(scenario, path)
    return scenario


def scenarios() -> list[str]:
    """The ids of the shipped scenarios."""
    return names("scenarios")
