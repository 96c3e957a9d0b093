"""The alerts themselves: what is true, what the records clear, and what only a question can settle.

Each has four pieces of evidence, and for each choice what it led to. The surface is no guide: there
are night jobs that are innocent and looks by day that are not, large counts and small ones on either side.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from simlab.exercise.tasks._alert_facts import Cast, Office, pick

Pieces = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Case:
    """One alert: its evidence, what is right, and what follows from each choice.

    `more` is how many records are read further by choice; `person`: a colleague's account is in it;
    `waits`: members who wait if it is passed on without cause.
    """

    kind: str
    title: str
    pieces: Pieces
    right: str
    follows: dict[str, str]
    more: dict[str, int] = field(default_factory=dict)
    person: bool = False
    waits: int = 0
    is_night: bool = False
    id: str = ""

    def numbered(self, n: int) -> Case:
        return dataclasses.replace(self, id=f"a{n}", title=f"Alert {n}. {self.title}")


class _Evidence(NamedTuple):
    why: str
    day: tuple[str, ...]
    queue: str
    roster: str

    def pieces(self) -> Pieces:
        return (
            ("Why it alerted", (self.why,)),
            ("The account", self.day),
            ("Queue", (self.queue,)),
            ("Roster", (self.roster,)),
        )


Maker = Callable[[Office, Cast, int], Case]


def true_cases() -> tuple[Maker, Maker]:
    """The two alerts that are what they look like, or worse."""
    return _stolen, _snooping


def cleared() -> dict[str, Maker]:
    """Alerts that the company's own records clear."""
    return {"job": _job, "covered": _covered, "journey": _journey, "announced": _announced, "called": _called}


def open_cases() -> dict[str, Maker]:
    """Alerts that a question settles, and nothing at hand does."""
    return {"uncovered": _uncovered, "strange-place": _strange_place, "by-hand": _by_hand, "new-address": _new_address}


# An open case, and the cleared one of the same sort: one fact tells them apart.
TWINS = {"uncovered": "covered", "strange-place": "journey"}


# What is true


def _stolen(room: Office, cast: Cast, seed: int) -> Case:
    minutes = pick(seed, "stolen", 35, 80)
    read, back = 3 * minutes, 3 * 60 * pick(seed, "stolen back", 3, 5)
    begun, more = f"23:{pick(seed, 'stolen at', 12, 38)}", room.among(seed, read, back)
    states, children = more["state"].nunique(), int(more["is_minor"].sum())
    hours = pick(seed, "stolen wait", 2, 4)
    day = (
        f"By day about {room.day('brightwater-svc')} files, from Brightwater's own address",
        f"{begun} log-in with the right password, from an address never seen before",
        f"Then one member after the other, three a minute, for {minutes} minutes",
    )
    found = _Evidence(
        f"Brightwater Mailing's log-in opened {read} members' records at night. It has never worked at night.",
        day, "No order for letters that night.", "Brightwater works 8 to 17. Asked at 08:10, Petra Lindqvist said: nobody worked late.",
    )  # fmt: skip
    return Case(
        "stolen", "Brightwater Mailing, last night", found.pieces(), "escalate",
        {
            "escalate": f"passed on. Security shut the log-in within minutes. {read} members' records were read. It stopped there.",
            "ask": f"you wrote to the vendor, who had already answered. Over {hours} hours of waiting another {180 * hours:,} members' records were read. Nobody works at night: that was the answer.",
            "dismiss": f"closed. The stranger came back the next night and read {len(more):,} more members' records, in {states} States, {children} of them of children.",
        },
        {"ask": 180 * hours, "dismiss": len(more)}, is_night=True,
    )  # fmt: skip


def _snooping(room: Office, cast: Cast, seed: int) -> Case:
    snoop = cast.snoop
    who, whose = room.name(snoop.actor), room.member(snoop.member)
    times, others = pick(seed, "snoop", 4, 8), room.household(snoop.member)
    again = f"{others} more in the same household, and {whose} again" if others else f"{whose} again, {times} times"
    day = (
        f"11:{pick(seed, 'snoop at', 10, 55)} file of {whose}: address, claims, sensitive notes",
        f"15:{pick(seed, 'snoop again', 10, 55)} the same file again, {times} views in all",
        f"All other files that day, about {room.day(snoop.actor)}, have work behind them",
    )
    found = _Evidence(
        f"{who} opened the file of {whose} {times} times. Nothing in the queue leads there.",
        day, f"No claim, call or case of {whose} with anybody, for six weeks.",
        f"{who} was on shift, at their own desk ({room.site(snoop.actor)}), and covers for nobody. {whose} {snoop.tie}.",
    )  # fmt: skip
    return Case(
        "snooping", f"{who}, yesterday", found.pieces(), "escalate",
        {
            "escalate": f"passed on. The privacy office asked {who}, with the log on the table, and looks into what {whose} is owed. Few records, and one person's trust.",
            "ask": f"you asked {who} in the hallway. By evening there was a story, and a printed page was gone. Reads without work are for the privacy office to ask about.",
            "dismiss": f"closed, as it was only one file. In the weeks after, the account opened {again}. The count was small. There was no work behind it.",
        },
        {"dismiss": others or times}, person=True,
    )  # fmt: skip


# What the records clear


def _job(room: Office, cast: Cast, seed: int) -> Case:
    many, minutes = room.insurer.size, pick(seed, "job", 12, 40)
    day = (
        "01:30 started by the scheduler, as on the last night of every month",
        f"02:{minutes} ended. No export, no log-in by a person",
        "No change to the account since March",
    )
    found = _Evidence(
        f"The account svc-month-end read {many:,} members' records last night.",
        day, "Job calendar: month-end statements. Approved in January, owner Wendell Yazzie.",
        "A service account: nobody can sign in with it.",
    )  # fmt: skip
    return Case(
        "job", "A service account, last night", found.pieces(), "dismiss",
        {
            "dismiss": "closed, with the calendar's line as the reason. It took two minutes.",
            "ask": "Wendell told you what the calendar says. Twenty minutes each, for what lay on your desk.",
            "escalate": f"passed on. The job was stopped, and {many:,} statements went out late. A large number is not a reason by itself.",
        },
        waits=many, is_night=True,
    )  # fmt: skip


def _covered(room: Office, cast: Cast, seed: int) -> Case:
    who, away, own, theirs = _pair(room, cast)
    found = _Evidence(
        f"{who} read {own + theirs} members' files. {theirs} were not in their own queue. A usual day is {own}.",
        _steady(room, cast), f"The {theirs} files are claims of {away}, due this week.",
        f"{away}: leave since Monday. Cover: {who}, entered by Colleen Abara.",
    )  # fmt: skip
    return Case(
        "covered", f"{who}, yesterday", found.pieces(), "dismiss",
        {
            "dismiss": f"closed, with the roster's line as the reason. {theirs} members got their claims decided in time.",
            "ask": "Colleen told you what the roster says. It did no harm, and it took her out of a meeting.",
            "escalate": _accused(who, 2 * own + theirs),
        },
        person=True, waits=2 * own + theirs,
    )  # fmt: skip


def _journey(room: Office, cast: Cast, seed: int) -> Case:
    who, cases = _nurse(room, cast)
    found = _Evidence(
        f"{who} signed in from an address never seen before, in a hotel.",
        _abroad(cases, seed), f"All {cases} files are reviews of {who}, due this week.",
        f"{who}: visits to hospitals, Monday to Wednesday, entered last week.",
    )  # fmt: skip
    return Case(
        "journey", f"{who}, yesterday morning", found.pieces(), "dismiss",
        {
            "dismiss": f"closed, with the journey as the reason. {cases} reviews were done from the road.",
            "ask": f"you reached {who} between two visits. All was as the roster says.",
            "escalate": f"passed on. The account was shut on the road, and {2 * cases} people waited two days longer to hear if their care is covered.",
        },
        person=True, waits=2 * cases,
    )  # fmt: skip


def _announced(room: Office, cast: Cast, seed: int) -> Case:
    many = 6 * pick(seed, "announced", 40, 70)
    day = (
        "22:04 log-in with a second factor, from Cedarline's own address",
        f"Then six members a minute, in the order of our list, {many} in all",
        "23:50 log-off",
    )
    found = _Evidence(
        f"Cedarline Pharmacy Benefits read {many} members' records after ten at night. Its usual day is {room.day('cedarline-svc')}.",
        day, f"Our order to Cedarline: new cards for {many} members. Sent on Monday by Mirela Popov.",
        "Night run agreed on Tuesday. A person at Cedarline was on call.",
    )  # fmt: skip
    return Case(
        "announced", "Cedarline Pharmacy Benefits, last night", found.pieces(), "dismiss",
        {
            "dismiss": f"closed, with our own order as the reason. {many} asked for, {many} read.",
            "ask": "Mirela told you what her order says. Both numbers were on your desk.",
            "escalate": f"passed on. Cedarline was shut out for a day. {many} members' new cards came late, and some stood at a pharmacy without one.",
        },
        waits=many, is_night=True,
    )  # fmt: skip


def _called(room: Office, cast: Cast, seed: int) -> Case:
    who, at = cast.by_role["member_services"][0], pick(seed, "called at", 10, 50)
    known = room.members[room.members["is_vip"] & (room.members.index != cast.snoop.member)]
    whose = room.member(str(known.index[pick(seed, "called who", 0, len(known) - 1)]))
    name, usual = room.name(who), room.day(who)
    found = _Evidence(
        f"{name} opened the file of {whose}, who is in the news this week.",
        (f"10:{at} a call comes in", f"10:{at + 1} file of {whose}: address and claims", f"10:{at + 8} a note is written, the file is closed"),
        f"Call list: {whose}, 10:{at}, about a claim. Taken by {name}.",
        f"{name}: on the phones from 9 to 18 ({room.site(who)}).",
    )  # fmt: skip
    return Case(
        "called", f"{name}, yesterday", found.pieces(), "dismiss",
        {
            "dismiss": f"closed, with the call as the reason. {whose} had asked for just this.",
            "ask": f"{name} told you what the call list says, and wondered why you asked.",
            "escalate": _accused(name, 2 * usual),
        },
        person=True, waits=2 * usual,
    )  # fmt: skip


# What only a question settles


def _uncovered(room: Office, cast: Cast, seed: int) -> Case:
    who, away, own, theirs = _pair(room, cast)
    found = _Evidence(
        f"{who} read {own + theirs} members' files. {theirs} were not in their own queue. A usual day is {own}.",
        _steady(room, cast), f"The {theirs} files are claims of {away}, due this week.",
        f"{away}: ill since yesterday. Cover: nothing entered.",
    )  # fmt: skip
    return Case(
        "uncovered", f"{who}, yesterday", found.pieces(), "ask",
        {
            "ask": "Colleen Abara said: I asked at eight, and forgot the roster. Three minutes, and the reason now stands in the log.",
            "dismiss": f"closed on a guess. It was a fair guess. But for {theirs} members' files nobody can say today why they were read.",
            "escalate": _accused(who, 2 * own + theirs) + " One call to the manager would have done.",
        },
        person=True, waits=2 * own + theirs,
    )  # fmt: skip


def _strange_place(room: Office, cast: Cast, seed: int) -> Case:
    who, cases = _nurse(room, cast)
    found = _Evidence(
        f"{who} signed in from an address never seen before.",
        _abroad(cases, seed), f"All {cases} files are reviews of {who}, due this week.",
        f"{who}: at work. Nothing entered about a journey.",
    )  # fmt: skip
    return Case(
        "strange-place", f"{who}, yesterday morning", found.pieces(), "ask",
        {
            "ask": f"you called {who} at the number on file: at a sister's house, with a sick nephew. The place is on the roster now.",
            "dismiss": f"closed on a guess. Had it been a stranger with {who}'s laptop, {cases} more files would have been read the next day.",
            "escalate": f"passed on before anybody had called. The account was shut, and {2 * cases} people waited two days longer to hear if their care is covered.",
        },
        person=True, waits=2 * cases,
    )  # fmt: skip


def _by_hand(room: Office, cast: Cast, seed: int) -> Case:
    who, many = room.name(cast.by_role["analyst"][0]), 10 * pick(seed, "by hand", 24, 48)
    day = (
        "16:20 a search in the data warehouse, from their own desk",
        f"16:25 to 17:40 {many} members' claims, in twelve pieces",
        "No export so far",
    )
    found = _Evidence(
        f"{who} read {many} members' claims in an hour and a quarter. The most in a month was {many // 4}.",
        day, "A report on costs was asked for on Monday. It does not say how many members.",
        f"{who}: on shift until 19 ({room.site(cast.by_role['analyst'][0])}).",
    )  # fmt: skip
    return Case(
        "by-hand", f"{who}, yesterday evening", found.pieces(), "ask",
        {
            "ask": f"the manager who wants the report said: two years, not one. {many} is right. It is written on the request now.",
            "dismiss": f"closed on a guess. Nobody knows if the report needs {many} members, or {many // 4}. The next one will be larger.",
            "escalate": f"passed on before anybody had asked who ordered the report. It came two days late, and {who} was asked to explain a job that was given.",
        },
        person=True, waits=0,
    )  # fmt: skip


def _new_address(room: Office, cast: Cast, seed: int) -> Case:
    many = room.day("stonebridge-svc")
    day = (
        "08:10 log-in with a second factor, from an address never seen before",
        f"Until 17:05 {many} members' files, one at a time",
        "No export",
    )
    found = _Evidence(
        f"Stonebridge Call Partners worked from a new address. The number of files, {many}, is as usual.",
        day, f"{many} calls were passed on to Stonebridge that day.",
        "The contract names two offices. This address belongs to neither.",
    )  # fmt: skip
    return Case(
        "new-address", "Stonebridge Call Partners, yesterday", found.pieces(), "ask",
        {
            "ask": "you called the number in the contract, not the one in their mail. They had a new line, and forgot to tell. The list is right now.",
            "dismiss": f"closed on a guess. If it had been a stranger, {many} more members' files a day would have been theirs.",
            "escalate": f"passed on before anybody had called. The line was shut, and {many} callers waited or gave up that day.",
        },
        waits=many,
    )  # fmt: skip


def _pair(room: Office, cast: Cast) -> tuple[str, str, int, int]:
    """Two examiners by name, with how many files each reads on a usual day."""
    who, away = cast.by_role["claims_examiner"][:2]
    return room.name(who), room.name(away), max(1, room.day(who)), max(1, room.day(away))


def _steady(room: Office, cast: Cast) -> tuple[str, ...]:
    who = cast.by_role["claims_examiner"][0]
    return (
        f"Signed in at 07:52, at their own desk ({room.site(who)})",
        "One file after the other until 18:20",
        "A decision is noted in nearly every file",
    )


def _nurse(room: Office, cast: Cast) -> tuple[str, int]:
    who = cast.by_role["nurse_reviewer"][0]
    return room.name(who), max(2, room.day(who))


def _abroad(cases: int, seed: int) -> tuple[str, ...]:
    return (
        f"07:{pick(seed, 'abroad', 20, 50)} log-in with a passkey, on the company's own laptop",
        f"Until 11:30 {cases} files, with a note in most",
        "No export",
    )


def _accused(who: str, waits: int) -> str:
    return f"passed on. {who}'s account was shut for two days, and a talk was called. {waits} members waited. Nothing was wrong, and a team has learned to work less openly."
