"""What is unusual, for one account or among its colleagues: what no rule of one shape can say.

Each baseline is a function of the log, and of the company's own records where it needs them; each gives
alerts in the shape of a rule's, with a score and the reason in words. Counts are whole numbers, and the
usual is a median, so that one wild day does not move it.
"""

from __future__ import annotations

import pandas as pd

from simlab.detection.alerts import together
from simlab.detection.baselines.accounts import departed, dormant, first_use
from simlab.detection.baselines.amounts import per_day, per_session
from simlab.detection.baselines.doors import gone_badge, inside_elsewhere, passed_back
from simlab.detection.baselines.places import travel, without_badge
from simlab.detection.baselines.work import prying, unrelated
from simlab.detection.source import Source, opened

__all__ = [
    "departed", "detect", "dormant", "first_use", "gone_badge", "inside_elsewhere", "passed_back", "per_day",
    "per_session", "prying", "travel", "unrelated", "without_badge",
]  # fmt: skip


def detect(
    log: Source,
    queue: pd.DataFrame | None = None,
    staff: pd.DataFrame | None = None,
    members: pd.DataFrame | None = None,
    known: pd.DataFrame | None = None,
    *,
    since: int | None = None,
    until: int | None = None,
) -> pd.DataFrame:
    """The alerts of all baselines for which there are records, in order of time; columns: ALERTS.

    `queue` is who was given which work when (`activity.queue`); `staff` and `members` are those tables;
    `known` are pairs of staff and members who are close (`prying`).
    Raises InputError for what is not an event table.
    """
    with opened(log, FIELDS, since, until) as origin:
        found = [plain(origin) for plain in _OF_THE_LOG]
        if queue is not None:
            found += [unrelated(origin, queue), prying(origin, queue, known)]
        if staff is not None or members is not None:
            found.append(departed(origin, staff, members))
        if staff is not None and "left" in staff.columns and staff["left"].dtype.kind == "M":
            found.append(gone_badge(origin, staff))
        return together(found)


# Those that need no records.
_OF_THE_LOG = (per_day, per_session, travel, without_badge, inside_elsewhere, passed_back, first_use, dormant)
FIELDS = (
    "class_name", "activity_name", "status", "role", "device", "site", "src_ip", "system", "member", "record_count",
    "session", "status_detail",
)  # fmt: skip
