"""The score of four weeks on watch, and the words for it: what was caught, and who was bothered for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from simlab import clock
from simlab.exercise.protocol import Detail, Verdict, lead
from simlab.exercise.worlds._watch_weeks import Incident, Weeks

if TYPE_CHECKING:
    import pandas as pd

    from simlab.detection import Rule

CITE = "45 CFR 164.308(a)(1)(ii)(D); 45 CFR 164.312(b)"
CLEAR = 4  # an alert shows an incident if at least one in so many of its events belongs to it
RUINED = 40  # wasted investigations in four weeks that leave no time for any other


class Watch:
    """Alerts held against what really happened. `limits` holds caught, wasted."""

    def __init__(self, weeks: Weeks, rule: Rule, alerts: pd.DataFrame, limits: Mapping[str, float]) -> None:
        self.weeks, self.rule, self.limits = weeks, rule, limits
        self.caught: set[str] = set()
        self.buried: set[str] = set()  # in an alert that shows too much else
        self.wasted: Counter[str] = Counter()
        for actor, rows in zip(alerts["actor"], alerts["events"], strict=True):
            self._weigh(str(actor), set(rows))

    def _weigh(self, actor: str, rows: set[int]) -> None:
        found = [i for i in self.weeks.incidents if i.rows & rows]
        clear = [i for i in found if CLEAR * len(i.rows & rows) >= len(rows)]
        self.caught |= {i.id for i in clear}
        self.buried |= {i.id for i in found} - {i.id for i in clear}
        if not clear:
            self.wasted[self._whose(actor, rows)] += 1

    def _whose(self, actor: str, rows: set[int]) -> str:
        """The account that an alert is about, also where the rule groups by something else."""
        if actor in self.weeks.oddities or not rows:
            return actor
        actors = Counter(self.weeks.log["actor"].iloc[list(rows)[:200]].astype(str))
        return actors.most_common(1)[0][0] if len(actors) == 1 else "several accounts"

    @property
    def waste(self) -> int:
        """Investigations in which nothing was found."""
        return self.wasted.total()

    def economy(self) -> float:
        """1 within the limit of wasted investigations, falling to 0 at RUINED."""
        allowed = self.limits["wasted"]
        return max(0.0, min(1.0, (RUINED - self.waste) / (RUINED - allowed)))

    def verdict(self) -> Verdict:
        """What was caught times what was not wasted: neither side makes up for the other."""
        wanted = min(len(self.weeks.incidents), int(self.limits["caught"]))
        share = min(1.0, len(self.caught) / max(1, wanted)) * self.economy()
        numbers = f"Caught: {len(self.caught)} of {len(self.weeks.incidents)} incidents. Wasted: {self.waste:,} investigations in four weeks."
        return Verdict(
            share, f"{lead(share)} {numbers} {self._next(share)}", (*self._incidents(), *self._wasted()), CITE
        )

    def _next(self, share: float) -> str:
        """The side to mend first."""
        if share == 1:
            return "Few are asked in vain, and nothing gets by."
        if not self.caught and not self.waste:
            return "Silence is no good sign: nobody reads so much in so short a time. Lower the number, or lengthen the window."
        if self.economy() < 1 and len(self.caught) < len(self.weeks.incidents):
            return "The rule is noisy and still misses something: look at what it groups by, and over what time."
        if self.economy() < 1:
            return "Everything is caught, and too many are asked for nothing. What do a busy day and a job of the night have that an incident has not?"
        return "What was missed was slower, or spread over more sessions, than the rule looks at."

    def _incidents(self) -> list[Detail]:
        return [Detail(self._said(i), i.id in self.caught) for i in self.weeks.incidents]

    def _said(self, incident: Incident) -> str:
        hours = max(1, round((incident.end - incident.begin) / clock.HOUR))
        what = f"{incident.says}: {incident.records} records read under {incident.actor} in {hours} h, from {_when(incident.begin)}"
        if incident.id in self.caught:
            return f"caught: {what}"
        if incident.id in self.buried:
            return f"missed: {what}. It lay in an alert of which less than one event in {CLEAR} belonged to it"
        pace = round(incident.records / hours)
        return f"missed: {what}, {pace} an hour. {self._asked()}"

    def _asked(self) -> str:
        window = self.rule.window
        if window is None:
            return "The rule looks at single events that were not these"
        group = ", ".join(window.group_by)
        return f"The rule wants {window.at_least:,} within {clock.duration(window.seconds)} by {group}"

    def _wasted(self) -> list[Detail]:
        allowed = int(self.limits["wasted"])
        ordinary = {who: n for who, n in self.wasted.items() if who not in self.weeks.oddities}
        odd = [(who, n) for who, n in self.wasted.most_common() if who in self.weeks.oddities]
        said = [Detail(f"{who}: {n} for nothing: {self.weeks.oddities[who]}", self.waste <= allowed) for who, n in odd]
        if ordinary:
            total = sum(ordinary.values())
            text = f"{total:,} for nothing about {len(ordinary)} accounts on ordinary days"
            said.append(Detail(text, self.waste <= allowed))
        return said or [Detail("nobody was asked for nothing", True)]


def _when(time: int) -> str:
    return f"{clock.instant(time):%a %d %b %H:%M} UTC"
