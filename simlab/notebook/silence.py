"""What a day's silence costs: three choices, and what they make of the same incident, in members, days and notices."""

from __future__ import annotations

import datetime as dt
import functools

import pandas as pd

from simlab import draw
from simlab.dialogue.facts import company
from simlab.notebook.lists import Follows, Lists
from simlab.response import Duty, Facts, assess, duties

SEED = 11
BEGAN, KNEW = dt.date(2026, 10, 30), dt.date(2026, 11, 3)  # the stranger's first copy; the mail to Nadia
A_DAY = 45  # members whose addresses are copied each day, for as long as the server stays open
NOW, LOOKS, SURE, NEVER = (
    "within the hour",
    "after three days, when she has looked herself",
    "after ten days, when she is sure",
    "never; a member calls after five weeks",
)
PLAIN, APART, BESIDE = ("in plain text", "sealed, and the key is elsewhere", "sealed, and the key lies beside them")
LEFT, WIPED = "leaves all as it is", "deletes the mail, and has the server wiped"
DAYS = {NOW: 0, LOOKS: 3, SURE: 10, NEVER: 35}


def silence() -> Lists:
    """Three lists to choose from, and below them who was exposed, and what is owed by when."""
    lists = [
        ("call", "Nadia calls:", [SURE, LOOKS, NOW, NEVER]),
        ("files", "The files are:", [PLAIN, APART, BESIDE]),
        ("traces", "First she:", [WIPED, LEFT]),
    ]
    return Lists(lists, _follow, ("What comes of it", "What", "Number"))


def facts(chosen: dict[str, str]) -> Facts:
    """The incident as these choices make it; the day of discovery is the day on which Nadia read the mail."""
    counts = _exposed(chosen)["state"].value_counts().to_dict() if chosen["files"] != APART else {}
    return Facts.of(
        covered_entity="Larkspur Health Plan", occurred=BEGAN, discovered=KNEW, discovered_by="workforce",
        is_phi=True, permitted_use=False, secured=chosen["files"] != PLAIN, key_compromised=chosen["files"] == BESIDE,
        in_use=False, assessment_done=False, counts=counts,
    )  # fmt: skip


def _exposed(chosen: dict[str, str]) -> pd.DataFrame:
    """Those whose files were copied; all of them where nothing shows any more whose were not."""
    members = company().members
    days = (KNEW - BEGAN).days + 1 + DAYS[chosen["call"]]
    many = len(members) if chosen["traces"] == WIPED else days * A_DAY
    return members.iloc[_order()[:many]]


@functools.lru_cache(maxsize=1)
def _order() -> list[int]:
    members = company().members
    return [int(i) for i in draw.bits(SEED, "silence/copied", range(len(members))).argsort(kind="stable")]


def _follow(chosen: dict[str, str]) -> Follows:
    known = facts(chosen)
    owed, found = duties(known), _exposed(chosen)
    if not assess(known).is_breach:
        return Follows(
            "Nobody has to be told under HIPAA's rule.", f"The files cannot be read without the key. But it took a look to know that. {_late(chosen)}"
        )  # fmt: skip
    people = next(d for d in owed if d.id == "hipaa.individuals")
    assert isinstance(people.due, dt.date)
    left = (people.due - KNEW).days - DAYS[chosen["call"]]
    media = [d.state for d in owed if d.id == "hipaa.media"]
    rows = (
        ("members whose data were exposed", len(found)),
        ("children among them", int(found["is_minor"].sum())),
        ("States in which they live", found["state"].nunique()),
        ("days that are left for the letters", left),
    )
    verdict = f"{len(found):,} members in {found['state'].nunique()} States, and {left} days left."
    return Follows(
        verdict, " ".join([_clock(people), _others(owed, media), _late(chosen), _traces(chosen, found)]).strip(), rows
    )


def _clock(people: Duty) -> str:
    assert isinstance(people.due, dt.date)
    return f"The clock runs since 3 November, when Nadia read the mail. Letters are due by {people.due.day} {people.due:%B %Y} at the latest."


def _others(owed: list[Duty], media: list[str]) -> str:
    hhs = (
        "HHS is told at the same time."
        if any(d.id == "hipaa.hhs-large" for d in owed)
        else "HHS is told after the end of the year."
    )
    return f"{hhs} {'Media are told in ' + ' and '.join(media) + '.' if media else 'No media are told: no State has more than 500.'}"


def _late(chosen: dict[str, str]) -> str:
    days = DAYS[chosen["call"]]
    if not days:
        return "The server was shut that day."
    return f"For {days} days more the stranger was on the server" + (
        f", and copied {A_DAY} members' files on each of them." if chosen["files"] != APART else "."
    )


def _traces(chosen: dict[str, str], found: pd.DataFrame) -> str:
    if chosen["traces"] == LEFT:
        return "The server's log shows whose files were copied, and whose were not."
    return f"The server was wiped, and its log with it. Nothing shows any more whose files were not copied, so all {len(found):,} are told."
