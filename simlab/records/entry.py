"""One entry of the training register: who was trained in what, when, under which policies, with which result."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from simlab.content import Model
from simlab.errors import InputError

YEARS = 6  # 45 CFR 164.530(j)(2), 164.316(b)(2)(i)
# Of training: a marked exercise, observed practice, a session with a trainer, an evaluation that was handed in.
# Of the register itself: what was issued, what may not be destroyed, what was.
Kind = Literal[
    "result", "observation", "attestation", "evaluation", "certificate", "hold", "hold-lifted", "destruction"
]


def _plain(text: str) -> str:
    """One line of text that steers nothing: no control characters, no marks that turn a line round."""
    bad = next(
        (c for c in text if unicodedata.category(c) in ("Cc", "Cs") or c in "\u202a\u202b\u202c\u202d\u202e"), ""
    )
    if bad or any("\u2066" <= c <= "\u2069" for c in text):
        raise ValueError("holds a character that does not print: take it out")
    return text


Line = Annotated[str, Field(max_length=300), AfterValidator(_plain)]
Sum = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
Stamp = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
Points = Annotated[float, Field(ge=0, le=1e6)]


class Entry(Model):
    """One entry. `at` is when it happened and `entered` when it was written, both in UTC.

    `minutes` are those that the lesson is planned for, or those that a trainer says; nobody is timed.
    `content` names the edition and `content_hash` what the learner was given. `policies` are the
    organization's own by id and version, as they were then. `evidence` is the SHA-256 of what the
    entry rests on, and makes it enter once; `salt` keeps a destroyed entry from being guessed.
    """

    kind: Kind
    person: Annotated[Line, Field(min_length=1, max_length=64)]
    name: Line = ""
    track: Line = ""
    lesson: Line = ""
    item: Line = ""
    content: Line = ""
    content_hash: Sum = ""
    policies: dict[Line, Line] = {}
    at: Stamp
    entered: Stamp
    minutes: Annotated[int, Field(ge=0, le=100_000)] = 0
    mode: Line = ""
    trainer: Line = ""
    score: Points | None = None
    maximum: Points | None = None
    passed: bool | None = None
    attempt: Annotated[int, Field(ge=0, le=999)] = 0
    criteria: dict[Line, Annotated[int, Field(ge=0, le=2)]] = {}
    text: Annotated[str, Field(max_length=1000), AfterValidator(_plain)] = ""
    basis: tuple[Sum, ...] = ()
    numbers: tuple[int, ...] = ()
    evidence: Sum = ""
    retain_until: dt.date
    salt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]

    @property
    def day(self) -> dt.date:
        """The day on which it happened."""
        return dt.date.fromisoformat(self.at[:10])


def make(**fields: Any) -> Entry:
    """An entry, checked. Raises InputError that names the field."""
    try:
        return Entry(**fields)
    except ValidationError as e:
        fault = e.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"{place}: {fault['msg'].removeprefix('Value error, ')}") from None


def keep_until(created: dt.date, last_effective: dt.date | None = None) -> dt.date:
    """The last day of six years from the later of both days (45 CFR 164.530(j)(2), 164.316(b)(2)(i))."""
    start = max(created, last_effective or created)
    try:
        return start.replace(year=start.year + YEARS)
    except ValueError:  # 29 February: the later day, so that no day is lost
        return dt.date(start.year + YEARS, 3, 1)


def stamp(moment: dt.datetime) -> str:
    """A moment as entries write it: UTC, to the second."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
