"""A request for a record as it is shown: its evidence, what is right, and what each choice led to.

What followed from a choice that was not right is much alike within a kind, so it is said here once.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from simlab.controls.access import Request

Kind = Literal["open", "glass", "part", "colleague", "refuse"]
Pieces = tuple[tuple[str, tuple[str, ...]], ...]
# Hours that the member waits, by what is right and what was chosen; 0 where nobody waits.
_HOURS: dict[str, dict[str, int]] = {
    "open": {"part": 4, "colleague": 24, "refuse": 48},
    "glass": {"part": 6, "colleague": 60, "refuse": 60},
    "part": {"colleague": 24, "refuse": 48},
    "colleague": {"refuse": 24},
    "refuse": {},
}
_EXPOSED: dict[str, tuple[str, ...]] = {
    "open": (),
    "glass": (),
    "part": ("open", "glass"),
    "colleague": ("open", "part", "glass"),
    "refuse": ("open", "part", "glass", "colleague"),
}


@dataclass(frozen=True)
class Case:
    """One request: its evidence, what is right, what follows from each choice.

    `asked` is what Larkspur's policies are asked; with the facts in `then` it is what the right choice makes of
    it, and is allowed. `entries` are the claims on file for the member, `people` how many members it is about.
    """

    kind: str
    title: str
    pieces: Pieces
    right: Kind
    follows: dict[str, str]
    asked: Request
    then: dict[str, Any] = field(default_factory=dict)
    entries: int = 0
    people: int = 1
    id: str = ""

    def numbered(self, n: int) -> Case:
        return dataclasses.replace(self, id=f"r{n}", title=f"Request {n}. {self.title}")

    def waits(self, choice: str) -> int:
        """Hours that the member waits after a choice."""
        return _HOURS[self.right].get(choice, 0)

    def is_exposed(self, choice: str) -> bool:
        """Whether a choice showed somebody more of the member than a need."""
        return choice in _EXPOSED[self.right]


def pieces(asks: str, why: str, record: str, tables: tuple[str, ...]) -> Pieces:
    return (
        ("Asked for", (asks,)),
        ("Why", (why,)),
        ("The record", (record,)),
        ("Our tables", tables),
    )  # fmt: skip


def work(who: str, member: str, need: str, done: str) -> dict[str, str]:
    """What follows where it is work that only looks odd."""
    return {
        "open": done,
        "part": f"{who} came back twice for what was left out. {member} waited half a day for {need}.",
        "colleague": f"a colleague began anew. {member} waited a day for {need}, and two people have read what one needed.",
        "glass": "it worked, and an alert went out. The privacy office now reviews everyday work, and the next true alarm is one of many.",
        "refuse": f"{member} went without {need} for two days. It was {who}'s own work, and no rule stood against it.",
    }


def emergency(who: str, member: str, need: str, hours: int) -> dict[str, str]:
    """What follows where care cannot wait and the usual door is shut."""
    return {
        "glass": f"{who} read what was needed at once. The alert went out, the access ended after an hour, and the privacy office looked at it on Monday. {member} got {need} that night.",
        "open": f"{member} got {need}. But the door was opened without an alert and without an end: nobody reviews it, and it is still open.",
        "part": f"{who} saw the claims and not the notes, and had to ask for each page. {need.capitalize()} came six hours late.",
        "colleague": f"nobody else was there until Monday. {member} waited {hours} hours for {need}.",
        "refuse": f"{member} waited {hours} hours for {need}. Refusing felt safe. This time it was the harm.",
    }


def too_much(who: str, member: str, need: str, part: str, rest: str) -> dict[str, str]:
    """What follows where the work is real and the request is larger than it."""
    return {
        "part": f"{who} used {part}, and {need} was done the same day. {rest} stayed shut.",
        "open": f"{need} was done. {who} also saw what it did not need: {rest.lower()}. Nobody meant harm, and the privacy office has to look into it.",
        "colleague": f"a colleague needs no more than {who} does. {member} waited a day, and nothing was guarded better.",
        "glass": f"no care was waiting. An alert went out for {need}, and {who} saw {rest.lower()}.",
        "refuse": f"{need} stayed undone for two days. A part of what was asked for was {who}'s own work.",
    }


def not_this_one(who: str, member: str, need: str, other: str, tie: str) -> dict[str, str]:
    """What follows where it is work, and somebody else's."""
    return {
        "colleague": f"{other} did it in ten minutes. {need[:1].upper()}{need[1:]} was done, and {who} was spared a doubt.",
        "open": f"{who} now knows what is in the file of {tie}. Perhaps no harm was meant. Neither of them can forget it now.",
        "part": f"a part of it is still the file of {tie}. How much was read is not the question here. Who read it is.",
        "glass": f"there was no emergency. The alert says that {who} opened the file of {tie}, and the privacy office asks why.",
        "refuse": f"the file stayed shut, and {need} lay there for a day until somebody asked. {member} had done nothing wrong.",
    }


def ones_own(who: str, other: str) -> dict[str, str]:
    """What follows where the claim is one's own."""
    return {
        "colleague": f"{other} did it in ten minutes. The claim was decided, and nobody has to ask how.",
        "open": f"{who} decided a claim of their own. It may be the right sum. Nobody can tell, and the next audit has to ask.",
        "part": f"a part of it is still {who}'s own claim. How much was read is not the question here. Who decides it is.",
        "glass": f"there was no emergency. The alert says that {who} opened their own file, and the privacy office asks why.",
        "refuse": f"the claim lay there for a day until somebody asked. {who} is a member too, and had done nothing wrong.",
    }


def no_work(who: str, member: str, entries: int, instead: str) -> dict[str, str]:
    """What follows where no work leads to the record."""
    return {
        "refuse": f"{who} was told no, kindly. {instead}",
        "open": f"{who} saw {entries} claims of {member}, and no work led there. The privacy office has to presume a breach (45 CFR 164.402).",
        "part": f"{who} saw a part of it without any work there. A small look is a look. {member} has to be told, if it is a breach.",
        "colleague": f"a colleague has no work there either. Now two people have looked at {member}.",
        "glass": f"no care was waiting. {who} used emergency access as a way around, and it was found in the review. {member}'s {entries} claims had been seen by then.",
    }
