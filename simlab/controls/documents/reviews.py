"""Reviews of the policy and the notice: what led to one, what was looked at, what was decided, by whom, until when.

A law that changes, a member's word, an incident or the calendar starts a review. Each is one line of a file
that only grows; each line holds the digest of the one before, so that what was taken out or changed shows.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from simlab.content import Model
from simlab.controls.consent.findings import Day
from simlab.controls.documents import handling
from simlab.controls.documents.paper import Paper
from simlab.controls.documents.rendering import KINDS
from simlab.errors import InputError, LogError, UnknownName

Trigger = Literal["law change", "feedback", "complaint", "incident", "rule change", "calendar"]
Decision = Literal["kept", "changed", "changed materially"]
FIRST, LINE_CAP = "0" * 64, 20_000
PROMISED = "the organization's own promise"


class Review(Model):
    """One review. `before`, `after`: the versions (`Paper.version`) that were looked at and that came of it.

    `cite`: the law that changed, where one did; `notice_by`: when members learn of a material change.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,40}$")
    document: str
    trigger: Trigger
    what: str = Field(min_length=10, max_length=2_000)
    looked_at: tuple[str, ...] = Field(min_length=1, max_length=50)
    decision: Decision
    because: str = Field(min_length=10, max_length=2_000)
    by: str = Field(min_length=2, max_length=200)
    on: dt.date
    next_due: dt.date
    before: str = Field(pattern=r"^[0-9a-f]{12}$")
    after: str = Field(pattern=r"^[0-9a-f]{12}$")
    cite: str = ""
    effective: dt.date | None = None
    notice_by: dt.date | None = None
    notice_cite: str = ""

    @field_validator("document")
    @classmethod
    def _document(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(str(UnknownName("document", value, KINDS)))
        return value

    @model_validator(mode="after")
    def _fits(self) -> Review:
        if self.next_due <= self.on:
            raise ValueError(f"next_due {self.next_due} is no later than the review of {self.on}")
        if self.next_due > handling.years_after(self.on, 1):
            raise ValueError(f"next_due {self.next_due} is more than a year on: a page is looked at once a year")
        if (self.decision == "kept") != (self.before == self.after):
            raise ValueError("what is kept has the version that it had, and what is changed has another")
        if self.trigger == "law change" and not self.cite:
            raise ValueError("a law change names the law that changed: cite")
        if self.decision == "changed materially" and self.document == "notice" and not self.notice_by:
            raise ValueError("a material change of the notice says by when members learn of it: notice_by")
        return self


def reviewed(
    name: str,
    paper: Paper,
    *,
    trigger: Trigger,
    what: str,
    looked_at: tuple[str, ...],
    decision: Decision,
    because: str,
    by: str,
    on: Day,
    before: str = "",
    next_due: dt.date | None = None,
    cite: str = "",
    effective: dt.date | None = None,
    is_posted: bool = True,
) -> Review:
    """A review of a document as it now reads; `before` is its version until then (its own where it is kept).

    For a material change of the notice: when members learn of it (45 CFR 164.520(c)(1)(v)). Raises InputError.
    """
    if isinstance(on, dt.datetime):
        raise InputError(f"{name}: a review is of a day, not of a time: {on.date()}")
    notice_by, notice_cite = None, ""
    if decision == "changed materially" and paper.kind == "notice":
        if effective is None:
            raise InputError(f"{name}: a material change of the notice has a day from which it is in effect")
        notice_by, _, notice_cite = handling.notice_change(effective=effective, is_posted=is_posted, revised=on)
    values = {
        "id": name, "document": paper.kind, "trigger": trigger, "what": what, "looked_at": looked_at,
        "decision": decision, "because": because, "by": by, "on": on, "cite": cite, "effective": effective,
        "next_due": next_due or handling.years_after(on, 1), "before": before or paper.version,
        "after": paper.version, "notice_by": notice_by, "notice_cite": notice_cite,
    }  # fmt: skip
    return _valid(json.dumps(values, default=str))


class Reviews:
    """The reviews kept in one file. Reads it whole when made. Raises LogError, which names the first bad line."""

    def __init__(self, path: Path) -> None:
        self._path, self._kept, self._last = path, [], FIRST
        for number, line in enumerate(_lines(path), 1):
            self._kept.append(self._read(line, number))

    @property
    def kept(self) -> tuple[Review, ...]:
        """Every review, oldest first."""
        return tuple(self._kept)

    def add(self, review: Review) -> None:
        """Keep a review. Raises InputError for an id that is there, a day before the last, or a version that is not the last."""
        if any(review.id == one.id for one in self._kept):
            raise InputError(f"{review.id}: a review of this id is kept already")
        if self._kept and review.on < self._kept[-1].on:
            raise InputError(f"{review.id}: is of {review.on}, before the last one of {self._kept[-1].on}")
        last = self.last(review.document)
        if last and review.before != last.after:
            raise InputError(f"{review.id}: starts from version {review.before}, and {last.id} left {last.after}")
        line = _line(review, self._last)
        try:
            with self._path.open("a", encoding="utf-8", newline="\n") as f:
                f.write(line + "\n")
        except OSError as e:
            raise InputError(f"{self._path.name}: cannot be written: {e.strerror or e}") from None
        self._last = _digest(line)
        self._kept.append(review)

    def last(self, document: str) -> Review | None:
        """The last review of a document, None without one."""
        return next((r for r in reversed(self._kept) if r.document == document), None)

    def due(self, papers: tuple[Paper, ...], on: dt.date) -> list[tuple[str, str]]:
        """Which documents want a review on a day, and why: never reviewed, over a year ago, or not what was reviewed."""
        found = []
        for paper in papers:
            last = self.last(paper.kind)
            if last is None:
                found.append((paper.kind, "it was never reviewed"))
            elif last.after != paper.version:
                found.append(
                    (
                        paper.kind,
                        f"it reads otherwise than what was reviewed on {last.on}: a rule or a word has changed",
                    )
                )
            elif last.next_due <= on:
                found.append((paper.kind, f"its next review was due on {last.next_due} ({PROMISED})"))
        return found

    def kept_until(self, name: str) -> dt.date:
        """Until when a review is kept: six years from it, or from when what it left was last in effect."""
        i = next((i for i, r in enumerate(self._kept) if r.id == name), None)
        if i is None:
            raise UnknownName("review", name, (r.id for r in self._kept))
        of = self._kept[i]
        later = next((r.on for r in self._kept[i + 1 :] if r.document == of.document and r.decision != "kept"), None)
        return handling.kept_until(of.on, later)

    def _read(self, line: str, number: int) -> Review:
        try:
            found = json.loads(line)
            previous, body = found.pop("previous"), found
            if previous != self._last:
                raise LogError(
                    "does not follow the line before: something was taken out, put in or changed", record=number
                )
            review = _valid(json.dumps(body))
        except (ValueError, AttributeError, KeyError, TypeError, InputError) as e:
            raise LogError(f"is no review: {e}", record=number) from None
        if _line(review, previous) != line:
            raise LogError("was written otherwise than a review is", record=number)
        self._last = _digest(line)
        return review


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"{path.name}: cannot be read: {e}") from None
    lines = text.splitlines()
    if text and not text.endswith("\n"):
        raise LogError("its last line was not written to its end", record=len(lines))
    if long := next((i for i, one in enumerate(lines, 1) if len(one) > LINE_CAP), None):
        raise LogError(f"is longer than a review ({LINE_CAP:,} characters)", record=long)
    return lines


def _line(review: Review, previous: str) -> str:
    return json.dumps(review.model_dump(mode="json") | {"previous": previous}, ensure_ascii=False, sort_keys=True)


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


def _valid(text: str) -> Review:
    try:
        return Review.model_validate_json(text)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "review"
        raise InputError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None
