"""The two books at the front desk: visitors who are inside, and keys that are out."""

from __future__ import annotations

import dataclasses
from collections.abc import Container

from simlab import clock
from simlab.controls.physical.gate import Answer, require
from simlab.controls.physical.rules import Passing
from simlab.errors import InputError, UnknownName
from simlab.events import Recorder, silent

TEXT = 80  # characters of a name or a purpose that the book takes
A_DAY = 10 * clock.HOUR


@dataclasses.dataclass(frozen=True)
class Visit:
    """Somebody who visits: `badge` is the visitor's badge, times are microseconds UTC, `left` is -1 while inside."""

    badge: str
    name: str
    host: str
    purpose: str
    came: int
    left: int = -1


class VisitorBook:
    """Who visits a site. Nobody comes in whom nobody knows, and a badge that is out is somebody's."""

    def __init__(self, site: str, *, hosts: Container[str] | None = None, record: Recorder = silent) -> None:
        self.site, self._hosts, self._record = site, hosts, record
        self._visits: dict[str, Visit] = {}

    def sign_in(self, name: str, *, host: str, purpose: str, has_id: bool, at: int) -> Visit:
        """The visit, with a badge of its own. Raises DeniedError with what is missing; InputError for odd text."""
        name, host, purpose = (
            _plain(what, text) for what, text in (("name", name), ("host", host), ("purpose", purpose))
        )
        known = bool(host) and (self._hosts is None or host in self._hosts)
        badge = f"visitor-{len(self._visits) + 1:04d}"
        asked = Passing(act="sign in", has_id=has_id and bool(name), has_host=known, has_purpose=bool(purpose))
        require(asked, actor=badge, site=self.site, record=self._at(at))
        self._visits[badge] = Visit(badge, name, host, purpose, at)
        return self._visits[badge]

    def enter(self, badge: str, *, zone: str = "office", escort: str, at: int, listed: Container[str] = ()) -> Answer:
        """The answer at an inner door; `listed` may be in the server room. Raises DeniedError, UnknownName."""
        visit = self._open(badge)
        return require(
            Passing.of(
                act="enter", person="visitor", zone=zone, badge="own", has_signed_in=True, has_escort=bool(escort),
                is_escort_listed=escort in listed, has_purpose=bool(visit.purpose),
            ),
            actor=badge, site=self.site, record=self._at(at),
        )  # fmt: skip

    def sign_out(self, badge: str, *, is_returned: bool, at: int) -> Visit:
        """The visit, ended. Raises DeniedError while the badge is not back; UnknownName, InputError."""
        visit = self._open(badge)
        if at < visit.came:
            raise InputError(f"{badge} signed in later than that: nobody leaves before they come")
        require(
            Passing(act="sign out", is_badge_returned=is_returned), actor=badge, site=self.site, record=self._at(at)
        )
        self._visits[badge] = dataclasses.replace(visit, left=at)
        return self._visits[badge]

    def inside(self, at: int) -> tuple[Visit, ...]:
        """Who is inside at a moment, in the order in which they came: whom to count after an alarm."""
        return tuple(v for v in self._visits.values() if v.came <= at and (v.left < 0 or at < v.left))

    def overdue(self, at: int, after: int = A_DAY) -> tuple[Visit, ...]:
        """Who came longer ago than a working day and has not signed out."""
        return tuple(v for v in self.inside(at) if at - v.came > after)

    def _open(self, badge: str) -> Visit:
        if badge not in self._visits:
            raise UnknownName("visitor's badge", badge, self._visits)
        if self._visits[badge].left >= 0:
            raise InputError(f"{badge} has signed out already: a new visit signs in anew")
        return self._visits[badge]

    def _at(self, at: int) -> Recorder:
        def record(**event: object) -> None:
            self._record(time=at, role="visitor", **event)

        return record


class KeyBox:
    """The keys of cabinets and rooms. `lists` says who may take which."""

    def __init__(self, lists: dict[str, Container[str]]) -> None:
        self._lists = lists
        self._out: dict[str, tuple[str, int]] = {}

    def take(self, key: str, who: str, at: int) -> Answer:
        """The key, written down. Raises UnknownName, DeniedError for who is not on its list, InputError where it is out."""
        if key not in self._lists:
            raise UnknownName("key", key, self._lists)
        if key in self._out:
            raise InputError(f"{key} is out: {self._out[key][0]} has it")
        answer = require(
            Passing(act="take key", person="staff", is_listed=who in self._lists[key], is_logged=True), actor=who
        )
        self._out[key] = (who, at)
        return answer

    def give_back(self, key: str) -> None:
        """The key is back. Raises InputError for one that is not out."""
        if key not in self._out:
            raise InputError(f"{key} is not out: nothing to give back")
        del self._out[key]

    def out(self, at: int, since: int = 0) -> dict[str, str]:
        """Which keys are out for longer than `since`, and who has them."""
        return {key: who for key, (who, taken) in self._out.items() if at - taken > since}


def _plain(what: str, text: str) -> str:
    """What somebody wrote into the book, on one line. Raises InputError."""
    text = " ".join(text.split())
    if len(text) > TEXT or not text.isprintable():
        raise InputError(f"{what}: at most {TEXT} characters that can be read, not {len(text)}")
    return text
