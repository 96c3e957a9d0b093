"""A morning's inbox: what is answered now, checked first, reported to security, or given to the privacy office.

Messages lie in content/tasks/inbox.yml. Reporting everything buries the one that counts; trusting
everything lets it in.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from simlab import draw
from simlab.content import Model, load_file, resource
from simlab.dialogue.facts import fill, scene_texts
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict
from simlab.exercise.tasks import _parts as parts

LEGEND = "Where does each message go?"
BUTTON = "Check the inbox"
CHOICES = (
    ("answer", "Answer it now"),
    ("verify", "Check first, by a way I know"),
    ("security", "Report it to security"),
    ("privacy", "Give it to the privacy office"),
)
SHOWN = {"answer": 2, "verify": 2, "security": 2, "privacy": 1}
CITE = "45 CFR 164.308(a)(5); 45 CFR 164.308(a)(6)"
Goes = Literal["answer", "verify", "security", "privacy"]


class Message(Model):
    """One message: who it is from, what it says, where it goes, and why."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    sender: str
    subject: str
    body: str
    goes: Goes
    why: str


class Messages(Model):
    messages: tuple[Message, ...] = Field(min_length=12)


@dataclass(frozen=True)
class Inbox:
    """The messages of a seed, filled in, in the order shown."""

    messages: tuple[Message, ...]


@functools.lru_cache(maxsize=1)
def messages() -> tuple[Message, ...]:
    """Every message there is. Raises ContentError."""
    return load_file(resource("tasks", "inbox.yml"), Messages).messages


def make(seed: int) -> Inbox:
    """Seven messages: as many of each kind for every seed."""
    texts = scene_texts(seed, "inbox")
    picked = [m for goes, count in SHOWN.items() for m in _ranked(seed, goes)[:count]]
    picked.sort(key=lambda m: int(draw.bits(seed, f"inbox/order/{m.id}", 0)))
    return Inbox(tuple(_filled(m, texts) for m in picked))


def _ranked(seed: int, goes: str) -> list[Message]:
    of_kind = [m for m in messages() if m.goes == goes]
    return sorted(of_kind, key=lambda m: int(draw.bits(seed, f"inbox/{m.id}", 0)))


def _filled(message: Message, texts: dict[str, str]) -> Message:
    texts_of = ("sender", "subject", "body", "why")
    return message.model_copy(update={part: fill(getattr(message, part), texts) for part in texts_of})


def view(material: Inbox) -> list[parts.Part]:
    return [
        parts.sort(m.id, m.subject, [f"From: {m.sender}", m.body], CHOICES, "It goes")
        for m in material.messages
    ]  # fmt: skip


def judge(material: Inbox, answer: Any) -> Verdict:
    """A share for each message that goes where it should; of two that are twice sorted, neither."""
    once = parts.once(answer)
    if not set(once) & {m.id for m in material.messages}:
        return Verdict(0.0, UNANSWERED)
    wrong = [m for m in material.messages if once.get(m.id) != m.goes]
    right = len(material.messages) - len(wrong)
    details = tuple(Detail(f"“{m.subject}”: {dict(CHOICES)[m.goes].lower()}. {m.why}", False) for m in wrong)
    lead = "Right. All" if not wrong else f"Not yet. {right} of the {len(material.messages)}"
    return Verdict(right / len(material.messages), f"{lead} messages go where they should.", details, CITE)


def text(material: Inbox, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Inbox) -> list[str]:
    return [f"{m.id}:{m.goes}" for m in material.messages]


def _all(goes: str) -> Callable[[Inbox], list[str]]:
    return lambda m: [f"{x.id}:{goes}" for x in m.messages]


MISTAKES: dict[str, Callable[[Inbox], Any]] = {
    "report-everything": _all("security"),
    "trust-everything": _all("answer"),
    "check-everything": _all("verify"),
    "all-to-privacy": _all("privacy"),
}
