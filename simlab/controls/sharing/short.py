"""The short forms of an accounting: many disclosures to one recipient in one line, a study in one line.

45 CFR 164.528(b)(3) and (b)(4). Both are allowed and neither is owed: the long form is always right.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from simlab.clock import local_date
from simlab.controls.consent.records import HOME
from simlab.controls.sharing.accounting import YEARS, Accounting, years_before
from simlab.controls.sharing.request import Disclosed
from simlab.controls.sharing.rules import rules_by_id
from simlab.errors import InputError

SEVERAL, RESEARCH, EACH = "45 CFR 164.528(b)(3)", "45 CFR 164.528(b)(4)", "45 CFR 164.528(b)(2)"
# From so many people on, a study may be shown as one.
PEOPLE = 50
# Only what was disclosed to HHS or under 164.512 may be drawn together.
_TOGETHER = ("45 CFR 164.502(a)(2)(ii)", "45 CFR 164.512")
_STUDY = "45 CFR 164.512(i)"


@dataclasses.dataclass(frozen=True)
class Several:
    """Disclosures to one recipient for one purpose: the first in full, how many, and the day of the last."""

    first: Disclosed
    number: int
    last: dt.date
    cite: str = SEVERAL


@dataclasses.dataclass(frozen=True)
class Study:
    """A research activity under 164.512(i), as (b)(4)(i) has it told; `individuals` whose data were disclosed for it.

    `sponsor` and `researcher`: name, address and telephone. Raises InputError where something is not said, or
    where it was about fewer than fifty people.
    """

    name: str
    describes: str
    selects: str
    what: str
    first: dt.date
    last: dt.date
    sponsor: tuple[str, str, str]
    researcher: tuple[str, str, str]
    individuals: int
    cite: str = RESEARCH
    statement: str = "Your information may or may not have been disclosed for this research."
    help: str = "If it is reasonably likely that it was, we help you reach the sponsor and the researcher."

    def __post_init__(self) -> None:
        said = {"name": self.name, "describes": self.describes, "selects": self.selects, "what": self.what}
        said |= {f"sponsor {i + 1}": text for i, text in enumerate(self.sponsor)}
        said |= {f"researcher {i + 1}": text for i, text in enumerate(self.researcher)}
        lacking = [key for key, text in said.items() if not text.strip()]
        if lacking:
            raise InputError(f"study {self.name!r}: {', '.join(lacking)} must be said ({RESEARCH}(i))")
        if self.individuals < PEOPLE:
            few = f"study {self.name!r} is about {self.individuals} people"
            raise InputError(f"{few}: below {PEOPLE} each disclosure is shown by itself ({RESEARCH}(i))")
        if self.last < self.first:
            raise InputError(f"study {self.name!r} ends on {self.last}, before it begins on {self.first}")

    def covers(self, one: Disclosed, zone: str = HOME) -> bool:
        """Whether a disclosure was for this study."""
        is_research = _rests_on(one, (_STUDY,))
        return is_research and one.to == self.researcher[0] and self.first <= local_date(one.at, zone) <= self.last


Entry = Disclosed | Several | Study


def short(of: Accounting, studies: Iterable[Study] = (), *, zone: str = HOME) -> tuple[Entry, ...]:
    """What the member gets, in the short forms where they are allowed; oldest first.

    A study of the accounting's six years is shown to everybody whose data may have been in it, whether an
    entry of theirs is known or not.
    """
    mine = [s for s in studies if years_before(of.asked, YEARS) <= s.last and s.first <= of.asked]
    rest = [one for one in of.shown if not any(s.covers(one, zone) for s in mine)]
    alike: dict[tuple[str, str, str], list[Disclosed]] = {}
    for nth, one in enumerate(rest):
        key = (one.to, one.purpose, one.rule) if _rests_on(one, _TOGETHER) else (str(nth), "", "")
        alike.setdefault(key, []).append(one)
    entries: list[Entry] = [_together(sorted(found, key=lambda one: one.at), zone) for found in alike.values()]
    return tuple(sorted([*mine, *entries], key=lambda entry: _begins(entry, zone)))


def _together(found: list[Disclosed], zone: str) -> Disclosed | Several:
    if len(found) == 1:
        return found[0]
    return Several(found[0], len(found), local_date(found[-1].at, zone))


def _begins(entry: Entry, zone: str) -> dt.date:
    if isinstance(entry, Study):
        return entry.first
    return local_date((entry.first if isinstance(entry, Several) else entry).at, zone)


def _rests_on(one: Disclosed, sections: tuple[str, ...]) -> bool:
    """Whether the rule by which it was disclosed is one of these sections'."""
    return any(path.cite.startswith(sections) for path in rules_by_id()[one.rule].paths)
