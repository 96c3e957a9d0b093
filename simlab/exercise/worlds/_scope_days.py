"""Three days at Larkspur with a stranger in them, for `scope`: who is in them, and what they do.

The stranger sits in a hotel's network, where one of the staff stays too. First a session that was taken on the way reads a
few records. Then a vendor's log-in copies sealed letters, and reads more, which raises the alert. At last, in a session that
moves to another address, it asks for the keys and gets one of two. Both accounts and the guest work honestly all the time.
Who, whose and when follow from the seed; how many of each sort does not, so that it is as hard for everybody.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from simlab import clock, draw, events
from simlab.activity import Step, bulk_read, exfiltrate, ordinary, steps, stolen_vendor_login
from simlab.activity.incident import Fact
from simlab.activity.roster import ZONE, midnight
from simlab.activity.steps.scene import Row, Scene, logon, read
from simlab.exercise.worlds._watch_weeks import VENDOR, company

FIRST, DAYS = dt.date(clock.YEAR, 6, 9), 3  # from a Tuesday on
SYSTEMS = ("claims-core", "vendor-portal", "file-exchange", "identity")
EACH, DAILY = 6, 8  # members of each sort that the stranger reaches for; letters that the vendor prints in a day
BUSY = 45  # members whose records one of the staff opens in these days, to be seen at work beside the stranger
# The steps of the incident: each reaches for one sort of members.
SESSION, PORTAL, OPENED, SEALED, REFUSED = "adversary-in-the-middle", "bulk-read", "key-taken", "key-refused", "refused"
_HOURS = {SESSION: 8, OPENED: 21, PORTAL: 37, "keys": 54}  # from the first midnight


class Days:
    """The days of a seed: `log`, what is ordinary; `steps`, what is not; `address`, the hotel's."""

    def __init__(self, seed: int) -> None:
        self.seed, self.company = seed, company()
        whole = ordinary(self.company, start=FIRST, days=DAYS, seed=seed)
        days = whole[whole["system"].isin(SYSTEMS)].reset_index(drop=True)
        caught, guest = self._busy(days)
        first = self._first(caught)
        fact = first.fact or Fact("")
        self.address, moved = (fact.src_ip, f"203.0.113.{150 + draw.one(seed, 'scope/address', 0, 40)}")
        self._cast(fact.members)
        self.steps = [first, *self._reading(), self._copies(), self._keys(moved)]
        self.log = events.concat([_moved(days, guest, self.address), self._printing()])

    def _cast(self, known: tuple[str, ...]) -> None:
        """Whose records the stranger and the vendor's printers come to, each once, and under which keys."""
        scene, people = self._scene("cast", 0), self.company.members
        others = people[~people["member_id"].astype(str).isin(known)]
        drawn = scene.pick("whose", others, 4 * EACH + DAYS * DAILY)["member_id"].astype(str).tolist()
        sorts = (PORTAL, OPENED, SEALED, REFUSED)
        self.of = {sort: drawn[n * EACH : (n + 1) * EACH] for n, sort in enumerate(sorts)}
        self.letters = drawn[4 * EACH :]
        number, swap = draw.one(self.seed, "scope/key", 0, 40), draw.one(self.seed, "scope/key", 1, 2)
        self.keys = [f"K{10 + number}", f"K{55 + number}"][:: -1 if swap else 1]
        self.classes = ["demographic", "financial"][:: -1 if draw.one(self.seed, "scope/class", 0, 2) else 1]

    def _busy(self, days: pd.DataFrame) -> list[str]:
        """Two of the staff who open many records in these days."""
        own = days[(days["device"] != "") & (days["member"] != "")]
        many = own.groupby("actor", observed=True)["member"].nunique()
        able = many.index[many >= BUSY].astype(str)
        return sorted(able, key=lambda s: (draw.one(self.seed, "scope/who", s, 2**31), s))[:2]

    def _at(self, name: str) -> int:
        minute = draw.one(self.seed, "scope/minute", name, 50)
        return midnight(FIRST, ZONE) + _HOURS[name] * clock.HOUR + minute * clock.MINUTE

    def _scene(self, name: str, at: int) -> Scene:
        return Scene(self.company, at, clock.HOUR, self.seed, "scope", name)

    # What the stranger does

    def _first(self, caught: str) -> Step:
        """A session of one of the staff, taken on the way."""
        make = steps.get(SESSION)
        return make(self.company, at=self._at(SESSION), seed=self.seed, incident="scope", who=caught, reads=EACH)

    def _reading(self) -> list[Step]:
        """The session of the alert: a log-in, records read and exported, others refused."""
        vendor, at, length = VENDOR[0], clock.instant(self._at(PORTAL)), dt.timedelta(minutes=20)
        same: dict[str, Any] = {"seed": self.seed, "incident": "scope", "src_ip": self.address}
        login = stolen_vendor_login(self.company, vendor, at=at, **same)
        of, begin, end = self.of[PORTAL], at + length / 20, at + 5 * length
        reads = bulk_read(
            self.company, vendor, of, at=begin, over=length, session_from=at, data_class="sensitive", **same
        )
        taken = exfiltrate(self.company, vendor, EACH, at=end, session_from=at, data_class="sensitive", **same)
        scene = self._scene(REFUSED, clock.micros(at + length))
        place = self._place(str(login.events["session"].iloc[0]), self.address)
        no = {"status": "Failure", "record_count": 0, "status_detail": "not for this account", "purpose": "operations"}
        rows = [place | read("vendor-portal", "sensitive", m) | no for m in self.of[REFUSED]]
        return [login, reads, taken, scene.made(_timed(scene, rows), Fact(REFUSED))]

    def _copies(self) -> Step:
        """Letters copied as they lie in the file exchange: sealed, each with one of two keys."""
        scene = self._scene("copies", self._at(OPENED))
        place = self._place(scene.session("copies"), self.address)
        letters = [
            place | _letter(m, key, what) | {"step": sort}
            for sort, key, what in zip((OPENED, SEALED), self.keys, self.classes, strict=True)
            for m in self.of[sort]
        ]
        login = place | logon("file-exchange") | {"step": "stolen-login"}
        return scene.made(_timed(scene, [login, *letters]), Fact("sealed letters copied"))

    def _keys(self, moved: str) -> Step:
        """Both keys asked for, by a session that has moved to another address since the log-in: one is handed out."""
        scene = self._scene("keys", self._at("keys"))
        session = scene.session("keys")
        asked = [_key(key, is_given) for key, is_given in zip(self.keys, (True, False), strict=True)]
        rows = [self._place(session, self.address) | logon("file-exchange")]
        rows += [self._place(session, moved) | key for key in asked]
        return scene.made(_timed(scene, rows), Fact("keys asked for"))

    # What is honest

    def _printing(self) -> pd.DataFrame:
        """Every morning the vendor fetches letters from its own address, and both keys for them."""
        rows: list[Row] = []
        (own,) = self.company.vendors.query("vendor_id == @VENDOR[0]")["egress_ip"].astype(str)
        for day in range(DAYS):
            scene = self._scene(f"printing {day}", midnight(FIRST + dt.timedelta(days=day), ZONE) + 9 * clock.HOUR)
            place = self._place(scene.session("printing"), own)
            done = [logon("file-exchange"), *(_key(key, True) for key in self.keys)]
            done += [
                _letter(m, self.keys[n % 2], self.classes[n % 2])
                for n, m in enumerate(self.letters[day * DAILY : (day + 1) * DAILY])
            ]
            rows += _timed(scene, [place | row for row in done])
        return self._scene("printing", 0).made(rows, Fact("")).events

    def _place(self, session: str, address: str) -> Row:
        return {"actor": VENDOR[1], "role": "vendor", "src_ip": address, "session": session}


def _letter(member: str, key: str, data: str) -> Row:
    return read("file-exchange", data, member) | {
        "class_name": "File Activity", "status_detail": f"sealed with {key}", "purpose": "operations"
    }  # fmt: skip


def _key(key: str, is_given: bool) -> Row:
    said, status = ("handed out", "Success") if is_given else ("refused", "Failure")
    return {"class_name": "API Activity", "activity_name": "Read", "system": "identity", "data_class": "credential"} | {
        "status": status, "status_detail": f"key {key} {said}"
    }  # fmt: skip


def _timed(scene: Scene, rows: list[Row]) -> list[Row]:
    return [row | {"time": time} for row, time in zip(rows, scene.moments("done", len(rows)), strict=True)]


def _moved(days: pd.DataFrame, guest: str, address: str) -> pd.DataFrame:
    """The days in which one of the staff works from the hotel, on the own laptop."""
    away = days["actor"] == guest
    out = days.copy(deep=False)
    for name, value in {"src_ip": address, "site": "remote"}.items():
        column = out[name].cat.add_categories([c for c in [value] if c not in out[name].cat.categories])
        out[name] = column.where(~away, value)
    return out
