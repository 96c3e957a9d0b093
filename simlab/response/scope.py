"""The scope of an incident: what was reached, by whom, since when, as the log tells it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import pandas as pd

from simlab import clock

# Acts that bring members' records before somebody: 45 CFR 164.402 speaks of acquisition, access, use, disclosure.
REACHED = ("Read", "Export", "Send", "Share", "Get", "Tell", "Create", "Encrypt", "Update", "Delete")
_KEY, _SEALED = r"\bkey (\S+)", r"\bsealed with (\S+)"


@dataclass(frozen=True, eq=False)
class Scope:
    """What belongs to an incident. All times are microseconds UTC; names are sorted, each once.

    `events`: the log's rows, with their position (`event`); `why`: what tells them from the account owner's own work,
    nothing where the owner did it; `told`: when the alert was given, None where it does not say; `log_begins`: the
    log's first event.
    """

    events: pd.DataFrame
    why: tuple[str, ...]
    told: int | None
    log_begins: int

    @functools.cached_property
    def reached(self) -> pd.DataFrame:
        """The events that brought members' records before somebody, named or only counted."""
        done = self.events[(self.events["status"] == "Success") & self.events["activity_name"].isin(REACHED)]
        return done[(done["member"] != "") | (done["record_count"] > 0)]

    @property
    def actors(self) -> tuple[str, ...]:
        """The accounts that were used."""
        return _some(self.events["actor"])

    @property
    def sessions(self) -> tuple[str, ...]:
        return _some(self.events["session"])

    @property
    def addresses(self) -> tuple[str, ...]:
        return _some(self.events["src_ip"])

    @property
    def devices(self) -> tuple[str, ...]:
        return _some(self.events["device"])

    @property
    def systems(self) -> tuple[str, ...]:
        return _some(self.events["system"])

    @property
    def acts(self) -> tuple[str, ...]:
        """What was done with members' records: Read, Export, ..."""
        return _some(self.reached["activity_name"])

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of what lies open: what was only copied sealed is none of it."""
        return tuple(c for c in _some(self.reached.loc[~self.shut, "data_class"]) if c != "none")

    @functools.cached_property
    def members(self) -> tuple[str, ...]:
        """The members whom the log names."""
        return _some(self.reached["member"])

    @property
    def nameless(self) -> pd.DataFrame:
        """The events that say how many records they held, and not whose."""
        return self.reached[self.reached["member"] == ""]

    @property
    def at_least(self) -> int:
        """Individuals: the members by name, or the largest event without names, if that is more."""
        return max(len(self.members), int(self.nameless["record_count"].max()) if len(self.nameless) else 0)

    @property
    def at_most(self) -> int:
        """Individuals, if nobody is in two of the events; more than the plan has members where some are."""
        return len(self.members) + int(self.nameless["record_count"].sum())

    @property
    def entered(self) -> int:
        """The first trace, such as a log-in."""
        return int(self.events["time"].min())

    @property
    def first(self) -> int:
        """The first record reached, or the first trace where none was."""
        return int((self.reached if len(self.reached) else self.events)["time"].min())

    @property
    def last(self) -> int:
        """The last record reached, or the last trace where none was."""
        return int((self.reached if len(self.reached) else self.events)["time"].max())

    @property
    def since_known(self) -> bool:
        """Whether the log is a day older than the first trace: if not, it may have begun before the log."""
        return self.entered - self.log_begins > clock.DAY

    @property
    def keys_taken(self) -> tuple[str, ...]:
        """The keys that were handed out to whoever did this."""
        return _some(self._asked.loc[self._asked["status"] == "Success", "key"])

    @property
    def keys_refused(self) -> tuple[str, ...]:
        """The keys that were asked for, and never handed out."""
        return tuple(k for k in _some(self._asked["key"]) if k not in self.keys_taken)

    @functools.cached_property
    def _asked(self) -> pd.DataFrame:
        kind = (self.events["class_name"] == "API Activity") & (self.events["data_class"] == "credential")
        rows = self.events[kind & (self.events["activity_name"] == "Read")]
        return rows.assign(key=rows["status_detail"].str.extract(_KEY, expand=False).fillna(""))

    @functools.cached_property
    def sealed_with(self) -> pd.Series:
        """For each event of `reached` the key that what it took is sealed with, by the log's own word, or ""."""
        return self.reached["status_detail"].astype(str).str.extract(_SEALED, expand=False).fillna("")

    @property
    def shut(self) -> pd.Series:
        """For each event of `reached` whether only a sealed copy was taken, and not its key."""
        return (self.sealed_with != "") & ~self.sealed_with.isin(self.keys_taken)

    @property
    def sealed(self) -> tuple[str, ...]:
        """The members of whom nothing but sealed copies was taken, and not the key."""
        return tuple(m for m in self.members if m not in set(self.reached.loc[~self.shut, "member"]))

    def __str__(self) -> str:
        since, until = (f"{clock.instant(t):%Y-%m-%d %H:%M}" for t in (self.first, self.last))
        place = f" from {_few(self.addresses)}" if self.addresses else ""
        lines = [f"{_few(self.actors) or 'Nobody named'}{place}, {since} to {until} UTC, in {_few(self.systems)}."]
        if len(self.reached):
            lines.append(
                f"{', '.join(self.acts)} of {', '.join(self.classes) or 'nothing that lies open'}. {self._people()}"
            )
        else:
            lines.append("No record was reached.")
        lines += [f"Not the owner's own work: {reason}." for reason in self.why[:3]]
        for keys, what in ((self.keys_taken, "handed out"), (self.keys_refused, "refused")):
            lines += [f"Keys {what}: {_few(keys)}."] if keys else []
        lines += [f"Only sealed, and the key not taken: {_members(len(self.sealed))}."] if self.sealed else []
        lines += [] if self.since_known else ["The log begins there: it may have begun earlier."]
        return "\n".join(lines)

    def _people(self) -> str:
        """How many, in words: those by name, those only counted, and what follows."""
        named, counted = len(self.members), self.nameless["record_count"]
        said = [f"{_members(named)} by name."] if named else []
        acts, records = " and ".join(_some(self.nameless["activity_name"])), f"{int(counted.sum()):,} records"
        if len(counted) == 1:
            said.append(f"One {acts} of {records} names nobody")
        elif len(counted):
            said.append(f"{len(counted):,} events ({acts}) of {records} in all name nobody")
        words = " ".join(said)
        if self.at_least == self.at_most:
            return words if named else f"{words}."
        return f"{words}: they may be the same people. At least {self.at_least:,} people, at most {self.at_most:,}."


def _some(values: pd.Series) -> tuple[str, ...]:
    return tuple(sorted({str(v) for v in values if v}))


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4:,} more" if len(names) > 4 else "")


def _members(many: int) -> str:
    return f"{many:,} {'member' if many == 1 else 'members'}"
