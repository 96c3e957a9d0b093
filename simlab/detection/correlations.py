"""A parsed Sigma correlation as a window: what is counted, of which rules, in what time, for whom.

Source: Sigma specification 2.1, correlation rules. What is not counted here is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationRule,
    SigmaCorrelationTimespan,
    SigmaCorrelationType,
)

from simlab import clock, events
from simlab.detection.conditions import Condition
from simlab.detection.documents import Document, Way
from simlab.detection.model import Correlation
from simlab.errors import UnknownName

TEMPORAL = ("temporal", "temporal_ordered")
COUNTED = ("event_count", "value_count", "value_sum")
_LONGEST = 366 * clock.DAY // clock.SECOND


class Window(NamedTuple):
    """From how many on, over what time, for whom.

    `kind` is event_count, value_count or value_sum: `at_least` so many events, different values of
    `field`, or its sum; or temporal or temporal_ordered: so many of the steps.
    """

    kind: str
    field: str
    group_by: tuple[str, ...]
    seconds: int
    at_least: int


class Step(NamedTuple):
    """What has to happen within a temporal window: an event, or with `window` so many of them."""

    condition: Condition
    window: Window | None = None


def window(document: Document, found: Correlation) -> Window:
    """The correlation's window. Raises ContentError for all that is not counted here."""
    way: Way = ["correlation"]
    spec = found.correlation.timespan
    span = document.sigma([*way, "timespan"], lambda: SigmaCorrelationTimespan(spec)).seconds
    if span > _LONGEST:
        raise document.fault("is longer than a year: no log reaches back so far", [*way, "timespan"])
    plain = found.model_dump(by_alias=True, exclude={"proof"}, exclude_defaults=True)
    rule = document.sigma(way, lambda: SigmaCorrelationRule.from_dict(plain))
    kind = rule.type.name.lower()
    if kind not in COUNTED + TEMPORAL:
        known = ", ".join(sorted(COUNTED + TEMPORAL))
        raise document.fault(f"{kind} is not counted here: one of {known}", [*way, "type"])
    group_by = found.correlation.group_by
    for i, field in enumerate(group_by):
        if field not in events.COLUMNS:
            raise document.fault(str(UnknownName("event field", field, events.COLUMNS)), [*way, "group-by", i])
    return Window(kind, _counted_field(document, rule), tuple(group_by), span, _at_least(document, rule))


def named(document: Document, found: Correlation, before: Mapping[str, str]) -> list[str]:
    """The rules that a correlation counts, in its order; `before` has the file's rules by name and by id.

    Raises ContentError for a rule that is not there or is named twice.
    """
    out: list[str] = []
    for i, wanted in enumerate(found.correlation.rules):
        way: Way = ["correlation", "rules", i]
        if wanted not in before:
            raise document.fault(str(UnknownName("rule before it in this file", wanted, before)), way)
        if before[wanted] in out:
            raise document.fault(f"{wanted} stands here twice: each rule once", way)
        out.append(before[wanted])
    return out


def _at_least(document: Document, rule: SigmaCorrelationRule) -> int:
    condition, way = rule.condition, ["correlation", "condition"]
    if not isinstance(condition, SigmaCorrelationCondition) or condition.op.name not in ("GT", "GTE"):
        raise document.fault("a burst has at least so many: write gte or gt", [*way])
    if not isinstance(condition.count, int) or condition.count < 0 or condition.percentile is not None:
        raise document.fault("must be a whole number, and no percentile", [*way])
    count = condition.count + (condition.op.name == "GT")
    if rule.type.name.lower() in TEMPORAL and count != len(rule.rules or ()):
        raise document.fault("every rule has to match: leave the condition out", [*way])
    return count


def _counted_field(document: Document, rule: SigmaCorrelationRule) -> str:
    """The field whose values are counted or added up, "" where events or rules are counted."""
    field = getattr(rule.condition, "fieldref", None)
    way: Way = ["correlation", "condition", "field"]
    if rule.type in (
        SigmaCorrelationType.EVENT_COUNT,
        SigmaCorrelationType.TEMPORAL,
        SigmaCorrelationType.TEMPORAL_ORDERED,
    ):
        if field is not None:
            raise document.fault(f"{rule.type.name.lower()} counts no values: it takes no field", way)
        return ""
    if not isinstance(field, str) or field not in events.COLUMNS:
        raise document.fault(str(UnknownName("event field", field, events.COLUMNS)), way)
    if rule.type is SigmaCorrelationType.VALUE_SUM and field != "record_count":
        raise document.fault(f"{field} cannot be added up: record_count can", way)
    return field
