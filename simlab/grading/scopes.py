"""An investigator's scope beside what really happened: which events and members were found, missed, or taken for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from simlab import clock
from simlab.errors import InputError

NEAR = clock.HOUR  # a beginning within an hour of the true one is right


class Found(Protocol):
    """What is compared of a scope."""

    @property
    def members(self) -> tuple[str, ...]: ...
    @property
    def first(self) -> int: ...
    @property
    def events(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Compared:
    """`missed` people get no letter though it is theirs, `extra` people get one about nothing.

    `late`: microseconds by which the scope begins after the truth does, negative where it begins too early.
    """

    found: tuple[str, ...]
    missed: tuple[str, ...]
    extra: tuple[str, ...]
    events_found: float
    events_right: float
    late: int

    @property
    def is_exact(self) -> bool:
        return not self.missed and not self.extra and abs(self.late) <= NEAR

    def __str__(self) -> str:
        return (
            f"{len(self.found):,} of {len(self.found) + len(self.missed):,} members found, {len(self.extra):,} too many; "
            f"{self.events_found:.0%} of the incident's events, and {self.events_right:.0%} of what was taken for it was it."
        )


def compare(scope: Found, truth: pd.DataFrame, log: pd.DataFrame, *, members: Iterable[str] = ()) -> Compared:
    """The scope against the truth of one incident (`events.TRUTH`) in the log that it is about.

    `members`: people who are affected though no event names them. Raises InputError where the truth is another log's.
    """
    true = {int(e) for e in truth["event"]}
    if not true or max(true) >= len(log) or min(true) < 0:
        raise InputError("the truth is not of this log: its events are not there")
    rows = log.iloc[sorted(true)]
    reached = rows[rows["record_count"] > 0]
    affected = {str(m) for m in rows["member"] if m} | {str(m) for m in members}
    taken, own = set(scope.members), {int(e) for e in scope.events["event"]}
    begin = int((reached if len(reached) else rows)["time"].min())
    return Compared(
        found=tuple(sorted(affected & taken)),
        missed=tuple(sorted(affected - taken)),
        extra=tuple(sorted(taken - affected)),
        events_found=len(true & own) / len(true),
        events_right=len(true & own) / len(own) if own else 0.0,
        late=scope.first - begin,
    )
