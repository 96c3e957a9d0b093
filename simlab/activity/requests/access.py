"""A year of requests at the gate, or any part of one: what work asks for, and what misuse does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from simlab.activity.ordinary import LONGEST, Company
from simlab.activity.requests import abuse as misused
from simlab.activity.requests import legitimate
from simlab.activity.requests.asks import AFTER, misuses, whys
from simlab.activity.requests.company import Books
from simlab.activity.requests.rows import Columns, Part, frame
from simlab.errors import InputError
from simlab.insurer import Insurer


def access_requests(insurer: Insurer, start: dt.date, days: int, seed: int, *, abuse: int = 1) -> pd.DataFrame:
    """Requests at the gate in so many days from `start`, in order of time, as `access.score` takes them.

    Beside the facts of `access.Request`: `time` (microseconds UTC), `label` (legitimate, abuse), `is_care`,
    and `why`, a short id of what it is. Legitimate ones follow from the work that was given out on the
    ordinary days of the same seed (`simlab/content/asks`), abusive ones from `simlab/content/misuse`, so
    many times as often as stands there. What a policy says of any of them plays no part. A day comes out
    the same alone or among others. Raises InputError for no days or more than LONGEST, or for less than no abuse.
    """
    if not 1 <= days <= LONGEST:
        raise InputError(f"{days} days: give 1 to {LONGEST}, and more in several parts")
    if abuse < 0:
        raise InputError(f"abuse is {abuse}: give 0 for none, 1 for what is usual, 10 for ten times as much")
    company = Company(insurer)
    return _table(insurer, company, start, days, seed, abuse)


def _table(insurer: Insurer, company: Company, start: dt.date, days: int, seed: int, abuse: int) -> pd.DataFrame:
    shifts, done = company.cases(start, days, seed)
    books = Books(insurer, shifts.workers)
    works = legitimate.works(shifts, done, books, seed)
    parts = [
        p for work in works for part in legitimate.parts(work, books, seed) for p in _in_contract(part, books, abuse)
    ]
    dates = [start + dt.timedelta(days=n) for n in range(days)]
    if abuse:
        parts += [p for one in misuses() for p in misused.parts(one, works, books, dates, seed, abuse)]
    (_, (actor, ids)), *_ = shifts.workers.coded(["actor"])
    named = [Part(p.why, p.label, p.time, actor[p.actor], p.member, _contracted(p, books)) for p in parts]
    table = frame(named, ids, books.members, whys())
    care = (table["label"] == "legitimate") & (table["purpose"] == "treatment")
    return table.assign(is_care=care)


def _contracted(part: Part, books: Books) -> Columns:
    """The facts of a part, and whether a contract is in force with the vendor who asks."""
    return {**part.facts, "has_contract": books.is_vendor(part.actor) & books.served(part.actor, part.time)}


def _in_contract(part: Part, books: Books, abuse: int) -> Iterator[Part]:
    """What a vendor reads once no contract is in force is no work; who asks still names the project."""
    served = books.served(part.actor, part.time)
    yield part.only(served)
    if abuse and not np.all(served):
        late = part.only(~served)
        yield Part(AFTER, "abuse", late.time, late.actor, late.member, late.facts)
