"""Members' rights and their clocks: access, amendment, accounting; restriction and confidential communication.

The days of each right are data (`content/rights/`). Days are counted as everywhere here: the day of receipt
is day 0, and no weekend or holiday moves the date.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools

import pandas as pd
from pydantic import model_validator

from simlab.clock import after_days, local_date
from simlab.content import Model, load
from simlab.controls.consent.asking import PROMISE
from simlab.controls.consent.findings import Day, Finding, aware
from simlab.controls.consent.records import HOME

_522A, _522B = "45 CFR 164.522(a)(1)", "45 CFR 164.522(b)"


class Right(Model):
    """A right with a clock: days to act, days of the one extension, and the sources.

    Where the law names no days, `days` is 0 and `promise_days` is the organization's own promise.
    """

    id: str
    name: str
    days: int = 0
    more: int = 0
    promise_days: int = 0
    cite: str
    more_cite: str = ""
    fee: tuple[str, ...] = ()
    fee_cite: str = ""
    notes: tuple[str, ...] = ()
    title: str = ""  # as members read it; what they asked, in a letter; what they are told
    asked: str = ""
    told: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _clock(self) -> Right:
        if bool(self.days) == bool(self.promise_days):
            raise ValueError("give either days, which the law names, or promise_days, where it names none")
        if bool(self.days) != bool(self.more and self.more_cite):
            raise ValueError("days that the law names come with the days of the one extension, and its source")
        return self


@dataclasses.dataclass(frozen=True)
class Extension:
    """The plan's letter that it needs longer: sent on a day, saying why and by when."""

    sent: dt.date
    reason: str
    until: dt.date | None = None


@dataclasses.dataclass(frozen=True)
class Due:
    """The last day to act, the source, and why an extension does not count where one was tried."""

    right: str
    day: dt.date
    cite: str
    refused: str = ""
    is_promise: bool = False

    def is_late(self, at: dt.datetime, zone: str = HOME) -> bool:
        """Whether the day has passed at a moment."""
        return local_date(aware(at), zone) > self.day


@functools.cache
def right(name: str) -> Right:
    """A right by its id. Raises UnknownName, ContentError."""
    return load("rights", name, Right)


def due(name: str, received: Day, *, extended: Extension | None = None, zone: str = HOME) -> Due:
    """The last day to act on a request that was received on a day or at a time. Raises UnknownName."""
    law = right(name)
    start = local_date(received, zone) if isinstance(received, dt.datetime) else received
    if not law.days:
        said = "the organization's own promise has no extension" if extended else ""
        return Due(name, after_days(start, law.promise_days), PROMISE, said, is_promise=True)
    first = after_days(start, law.days)
    if extended is None:
        return Due(name, first, law.cite)
    latest = after_days(first, law.more)
    if extended.sent > first:
        return Due(name, first, law.cite, f"an extension is written by {first}, not on {extended.sent}")
    if not extended.reason.strip():
        return Due(name, first, law.cite, "an extension gives its reason")
    if extended.until and extended.until > latest:
        return Due(name, latest, law.more_cite, f"there is one extension, of {law.more} days at most")
    return Due(name, extended.until or latest, law.more_cite)


def may_charge(name: str, item: str) -> Finding:
    """Whether a fee may cover an item, such as `postage`. Raises UnknownName."""
    law = right(name)
    if item in law.fee:
        return Finding(True, f"a cost-based fee may cover {item}", law.fee_cite)
    return Finding(False, f"a fee may cover {', '.join(law.fee) or 'nothing'}, and not {item}", law.fee_cite)


def overdue(requests: pd.DataFrame, at: dt.datetime, zone: str = HOME) -> pd.DataFrame:
    """Requests (`right`, `received`, `closed` or NaT) with `due`, `cite` and `is_late` at a moment, by `due`."""
    out = requests.copy()
    given = [due(str(r), pd.Timestamp(d).date(), zone=zone) for r, d in zip(out["right"], out["received"], strict=True)]
    out["due"] = pd.to_datetime([d.day for d in given])
    out["cite"] = [d.cite for d in given]
    today = pd.Timestamp(local_date(aware(at), zone))
    ended = out["closed"].fillna(today)
    out["is_late"] = ended.where(ended < today, today) > out["due"]
    return out.sort_values("due", kind="stable")


def must_accommodate(asked_of: str, *, is_danger_stated: bool, address: str) -> Finding:
    """Whether a request to be reached elsewhere must be granted: `asked_of` is `plan` or `provider`.

    A plan may ask for the statement that the member could be in danger, and never for proof of it.
    """
    if not address.strip():
        return Finding(False, "it names no other address or way, and that may be asked for", _522B + "(2)(ii)(B)")
    if asked_of == "provider":
        return Finding(True, "a provider grants what is reasonable and asks for no reason", _522B + "(1)(i)")
    if is_danger_stated:
        return Finding(True, "the member states clearly that they could be in danger", _522B + "(1)(ii)")
    return Finding(False, "a plan must where danger is stated; it may grant it all the same", _522B + "(1)(ii)")


def must_restrict(asked_of: str, *, to: str, purpose: str, is_paid_in_full: bool, is_required_by_law: bool) -> Finding:
    """Whether a restriction must be agreed to. The duty is of whoever was paid, which is the provider."""
    is_owed = asked_of == "provider" and to == "health plan" and purpose in ("payment", "operations")
    if is_owed and is_paid_in_full and not is_required_by_law:
        return Finding(True, "the item was paid in full by the member, so the plan is not told", _522A + "(vi)")
    return Finding(False, "nobody must agree to it; who does agree keeps to it", _522A + "(ii)")
