"""How many members' records somebody reads between the first read and the moment the way in is shut.

The count is exact integer arithmetic over the pieces of time in which nothing changes: which
controls are in force, whether the way in is open, and which hour of the account's limit it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from simlab.controls.identity import Attack, stops
from simlab.controls.inforce import Controls
from simlab.controls.network.linking import PORTAL
from simlab.tabletop.scenario import Intrusion

# (scenario second, what came into force then)
InForce = Sequence[tuple[int, Controls]]
# (scenario second, what was shut: session, account or portal)
Shut = Sequence[tuple[int, str]]

_TRIES: tuple[Attack, ...] = ("stolen password", "relayed", "pushed")
HOUR = 3600


def stops_password(controls: Controls) -> bool:
    """Whether a thief with the password is kept out, whichever way they try the second factor."""
    return all(stops(controls.mfa, attack) for attack in _TRIES)


def stops_at_edge(intrusion: Intrusion, controls: Controls) -> bool:
    """Whether the firewall keeps a stranger with a vendor's log-in away from the vendors' portal."""
    return bool(intrusion.vendor) and intrusion.system == PORTAL and controls.vendor_link != "open"


def controls_at(in_force: InForce, t: int) -> Controls:
    """The controls in force at `t`; the first ones hold from the beginning of time."""
    current = in_force[0][1]
    for since, controls in in_force:
        if since <= t:
            current = controls
    return current


def is_open(intrusion: Intrusion, in_force: InForce, shut: Shut, t: int) -> bool:
    """Whether records can be read through the intruder's way in at second `t`."""
    if t < intrusion.first_read:
        return False
    controls = controls_at(in_force, t)
    if intrusion.path == "session" and t >= intrusion.first_read + 60 * controls.session_minutes:
        return False
    if stops_at_edge(intrusion, controls) or (intrusion.path == "password" and stops_password(controls)):
        return False
    return not any(_is_shut(intrusion, when, what, t) for when, what in shut)


def _is_shut(intrusion: Intrusion, when: int, what: str, t: int) -> bool:
    """A cut session is no more than a pause for somebody who holds the password."""
    if what == "session" and intrusion.path == "password":
        return when <= t < when + intrusion.returns
    return when <= t


def is_contained(intrusion: Intrusion, in_force: InForce, shut: Shut, t: int) -> bool:
    """Whether the way in is shut for good at `t`, and by somebody, not by a session running out."""
    controls = controls_at(in_force, t)
    if stops_at_edge(intrusion, controls) or (intrusion.path == "password" and stops_password(controls)):
        return True
    lasting = [w for w in shut if w[1] != "session" or intrusion.path == "session"]
    return any(when <= t for when, _ in lasting)


def members_read(intrusion: Intrusion, in_force: InForce, shut: Shut, until: int, *, size: int) -> int:
    """Members whose records were reached by second `until`, at most `size`.

    A backup or a drive is taken whole, at once; an account reads `reads_per_minute` as long as
    its way in is open, and no more in an hour than `bulk_read_limit`.
    """
    if until < intrusion.first_read:
        return 0
    if intrusion.path in ("backup", "drive"):
        return size
    total, hour, used = 0, -1, 0  # in sixtieths of a member, so that nothing is rounded on the way
    edges = _edges(intrusion, in_force, shut, until)
    for start, end in itertools.pairwise(edges):
        now = (start - intrusion.first_read) // HOUR
        if now != hour:
            hour, used = now, 0
        if not is_open(intrusion, in_force, shut, start):
            continue
        piece = intrusion.reads_per_minute * (end - start)
        limit = controls_at(in_force, start).bulk_read_limit
        if limit is not None:
            piece = max(0, min(piece, 60 * limit - used))
        used, total = used + piece, total + piece
        if total >= 60 * size:
            return size
    return total // 60


def _edges(intrusion: Intrusion, in_force: InForce, shut: Shut, until: int) -> list[int]:
    """The seconds from the first read to `until` at which anything may change."""
    first = intrusion.first_read
    edges = {first, until, *range(first, until, HOUR), *(t for t, _ in in_force), *(t for t, _ in shut)}
    edges |= {t + intrusion.returns for t, what in shut if what == "session"}
    edges |= {first + 60 * controls.session_minutes for _, controls in in_force}
    return sorted(t for t in edges if first <= t <= until)
