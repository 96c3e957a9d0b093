"""A small log with a stranger in it, for `scope`: drawn from a seed, as many of each sort for everybody.

To be told: whose data were read in the clear, in the session of the alert or in another of the same device, and whose were copied
sealed while their key was taken too. To be left: what stayed sealed, what was refused, and the honest work of those who share the
account or the address.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

from simlab import draw

FIRST = dt.datetime(2026, 10, 12, 7, 0, tzinfo=dt.UTC)
EACH = 6
TOLD = ("the alert's session", "another session", "key too")
LEFT = ("sealed", "refused", "same account", "same address")
Row = dict[str, str]


@dataclass(frozen=True)
class Case:
    """What the learner's function is given, and what is true of it: members by sort, and the stranger's first moment."""

    log: tuple[Row, ...]
    session: str
    members: dict[str, tuple[str, ...]]
    since: str

    def arguments(self) -> tuple[list[Row], str]:
        return [dict(row) for row in self.log], self.session

    @property
    def told(self) -> frozenset[str]:
        return frozenset(m for sort in TOLD for m in self.members[sort])

    @property
    def left(self) -> frozenset[str]:
        return frozenset(m for sort in LEFT for m in self.members[sort])


@functools.lru_cache(maxsize=12)
def build(seed: int) -> Case:
    """The log of a seed."""
    return _Writer(seed).case()


class _Writer:
    """The log as it is written, session by session."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rows: list[Row] = []
        ids = sorted(range(2_000, 4_000), key=lambda n: int(draw.bits(seed, "scope/member", n)))
        sorts = (*TOLD, *LEFT)
        self.members = {s: tuple(f"M{n:07}" for n in ids[i * EACH : (i + 1) * EACH]) for i, s in enumerate(sorts)}
        self.keys = [f"K{n}" for n in sorted(range(10, 40), key=lambda n: int(draw.bits(seed, "scope/key", n)))[:2]]
        self.devices = [f"dev-{draw.one(seed, 'scope/device', n, 60_000) + n * 60_000:05x}" for n in range(3)]
        self.addresses = [f"198.51.100.{10 + draw.one(seed, 'scope/address', n, 60) + 70 * n}" for n in range(3)]

    def case(self) -> Case:
        stranger, desk, neighbor = self.devices
        own, shared, away = self.addresses
        taken, kept = self.keys
        of = self.members
        # The stranger comes in by a service account first, and by the vendor's log-in, which raised the alert, two days later.
        since = self._session(
            "first", 0, "svc-files", stranger, away, [("read", m, "", "ok") for m in of["another session"]]
        )
        copies = [("export", m, taken, "ok") for m in of["key too"]] + [("export", m, kept, "ok") for m in of["sealed"]]
        self._session("copies", 31, "svc-files", stranger, shared, copies)
        reads = [("read", m, "", "ok") for m in of["the alert's session"]] + [
            ("read", m, "", "denied") for m in of["refused"]
        ]
        self._session("alert", 47, "vendor-desk", stranger, shared, reads)
        # The keys are asked for last: what was copied sealed can be opened from then on.
        self._session(
            "keys", 70, "vendor-desk", stranger, away, [("get-key", "", taken, "ok"), ("get-key", "", kept, "denied")]
        )
        self._session("desk", 40, "vendor-desk", desk, own, [("read", m, "", "ok") for m in of["same account"]])
        self._session(
            "neighbor", 46, "claims-desk", neighbor, shared, [("read", m, "", "ok") for m in of["same address"]]
        )
        log = tuple(sorted(self.rows, key=lambda r: (r["time"], r["session"])))
        return Case(log, self._name("alert"), of, since)

    def _name(self, session: str) -> str:
        return f"s{draw.one(self.seed, f'scope/session/{session}', 0, 1 << 20):05x}-{session[0]}"

    def _session(
        self, name: str, hours: int, account: str, device: str, address: str, done: list[tuple[str, str, str, str]]
    ) -> str:
        """One log-in and what was done in it; the moment of the log-in."""
        at = FIRST + dt.timedelta(hours=hours, minutes=draw.one(self.seed, f"scope/minute/{name}", 0, 50))
        for n, (action, member, key, status) in enumerate([("login", "", "", "ok"), *done]):
            self.rows.append(
                {
                    "time": f"{at + dt.timedelta(seconds=40 * n):%Y-%m-%dT%H:%M:%S}", "account": account, "session": self._name(name),
                    "device": device, "address": address, "action": action, "member": member, "key": key, "status": status,
                }
            )  # fmt: skip
        return f"{at:%Y-%m-%dT%H:%M:%S}"
