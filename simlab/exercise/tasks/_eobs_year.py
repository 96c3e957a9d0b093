"""A member's statements of a year, drawn from the claims of the simulated company, and the one line that never happened."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simlab import draw
from simlab.dialogue.facts import company
from simlab.insurer import pools

LINES = 6  # true lines; with the false one there are seven
FALSE = ("far away", "while elsewhere", "twice", "not had")
GROUPS = ("Oakbend Medical Group", "Red Fork Physicians", "Prairie Star Health Partners", "Four Winds Clinics")


@dataclass(frozen=True)
class Line:
    """One line of a statement; amounts in cents."""

    id: str
    statement: int
    day: str
    provider: str
    service: str
    billed: int
    paid: int


@dataclass(frozen=True)
class Statements:
    """What is shown: whose, what they remember, the lines; and which line never happened, and why not."""

    member: str
    count: int
    notes: tuple[str, ...]
    lines: tuple[Line, ...]
    false: str
    way: str
    odd_name: str
    dearest: str


def year(seed: int, count: int) -> Statements:
    """What a member got and remembers, for a seed, on `count` statements."""
    found = _candidates()
    member = found[draw.one(seed, "eobs/member", 0, len(found))]
    own = _own(member).head(LINES + 1)
    way = FALSE[draw.one(seed, "eobs/way", 0, len(FALSE))]
    rows = [_row(claim) for claim in own.to_dict("records")]
    truth, extra = rows[:LINES], rows[LINES]
    dearest = max(range(LINES), key=lambda i: truth[i]["billed"])
    group = next(i for i in _shuffled(seed, "eobs/group", LINES) if i != dearest)
    others = [i for i in _shuffled(seed, "eobs/about", LINES) if i not in (dearest, group)]
    fake, notes = _invent(seed, way, truth, extra, others[0])
    # The false line is neither the dearest nor the one with a strange name: neither is a sign of anything.
    fake["billed"] = min(fake["billed"], truth[dearest]["billed"] - 100)
    fake["paid"] = fake["billed"] * 4 // 5
    doctor, truth[group]["provider"] = truth[group]["provider"], _group(seed, truth[group]["provider"])
    by_day = sorted(range(LINES), key=lambda i: truth[i]["day"])
    strange = truth[group]["provider"]
    remembered = [_remember(i, truth[i], dearest, group, doctor, strange) for i in by_day]
    lines = _lay_out(seed, [*truth, fake], count)
    odd, most = lines[group], lines[dearest]
    shown = tuple(sorted(lines, key=lambda line: (line.statement, line.day, line.id)))
    return Statements(_name(member), count, (*remembered, *notes), shown, lines[-1].id, way, odd.id, most.id)


def _group(seed: int, doctor: str) -> str:
    """The name under which the bills of a doctor go out, in the same State."""
    return f"{GROUPS[draw.one(seed, 'eobs/name', 0, len(GROUPS))]} {doctor.rsplit(' ', 1)[-1]}"


def _lay_out(seed: int, rows: list[dict[str, Any]], count: int) -> list[Line]:
    """The rows on `count` statements, in the order of time; ids by statement and place."""
    by_day = sorted(range(len(rows)), key=lambda i: (rows[i]["day"], i))
    place = {i: 1 + n * count // len(rows) for n, i in enumerate(by_day)}
    numbers: dict[int, int] = {}
    ids: dict[int, str] = {}
    for i in by_day:
        numbers[place[i]] = numbers.get(place[i], 0) + 1
        ids[i] = f"{place[i]}-{numbers[place[i]]}"
    return [Line(ids[i], place[i], **row) for i, row in enumerate(rows)]


def _invent(
    seed: int, way: str, truth: list[dict[str, Any]], extra: dict[str, Any], about: int
) -> tuple[dict[str, Any], list[str]]:
    """A line that never happened, and what the member knows that shows it."""
    real = truth[about]
    if way == "twice":
        return dict(real), [f"I had “{real['service']}” once this year, and not twice."]
    if way == "not had":
        service = next(s for s in _services(seed) if s not in [row["service"] for row in truth])
        return {**real, "service": service, "billed": extra["billed"], "paid": extra["paid"]}, [
            f"On {said(real['day'])} I got only what I came for: {real['service'].lower()}."
        ]
    if way == "while elsewhere":
        return dict(extra), [f"On {said(extra['day'])} I was at my sister's, in another State."]
    return {**extra, "provider": _far(seed, truth)}, ["I never go further than an hour's drive for a doctor."]


def _remember(i: int, row: dict[str, Any], dearest: int, group: int, doctor: str, name: str) -> str:
    """What the member wrote down of a visit, with a reason for what looks odd."""
    if i == group:
        return f"{said(row['day'])}: {doctor}, {row['service'].lower()}. The receptionist said that “{name}” sends their bills."
    if i == dearest:
        return f"{said(row['day'])}: {row['provider']}, {row['service'].lower()}. It cost a lot. I asked, and they said that it is right."
    return f"{said(row['day'])}: {row['provider']}, {row['service'].lower()}."


def _row(claim: dict[Any, Any]) -> dict[str, Any]:
    paid = int(claim["CLM_PMT_AMT_CENTS"])
    return {
        "day": f"{claim['CLM_FROM_DT']:%Y-%m-%d}", "provider": " ".join(_providers()[claim["provider_id"]]),
        "service": _texts()[claim["HCPCS_CD_1"]], "billed": paid + paid // 4, "paid": paid,
    }  # fmt: skip


@functools.lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    return {p.id: p.text for p in pools.codes().procedures}


@functools.lru_cache(maxsize=1)
def _providers() -> dict[str, tuple[str, str]]:
    table = company().table("providers")
    return {p: (str(n), f"({s})") for p, n, s in zip(table["provider_id"], table["name"], table["state"], strict=True)}


@functools.lru_cache(maxsize=1)
def _claims() -> pd.DataFrame:
    """Paid claims that a course may show: nothing of a sensitive kind, one a day, one of each service."""
    claims = company().table("claims")
    fine = claims[
        (claims["sensitive"] == "none") & (claims["status"] == "paid") & (claims["CLM_PMT_AMT_CENTS"] > 2_000)
    ]
    return fine.drop_duplicates(["member_id", "CLM_FROM_DT"]).drop_duplicates(["member_id", "HCPCS_CD_1"])


@functools.lru_cache(maxsize=1)
def _candidates() -> list[str]:
    """Adults with enough such claims, at three providers or more."""
    members = company().table("members")
    adult = set(members[~members["is_minor"] & ~members["is_deceased"]]["member_id"])
    grouped = _claims().groupby("member_id", observed=True)
    enough = grouped.filter(lambda c: len(c) > LINES and c["provider_id"].nunique() >= 3)
    return sorted(set(enough["member_id"]) & adult)


def _own(member: str) -> pd.DataFrame:
    own = _claims()[_claims()["member_id"] == member]
    return own.sort_values("CLM_ID", kind="stable")


def _name(member: str) -> str:
    members = company().table("members")
    row = members[members["member_id"] == member].iloc[0]
    return f"{row['name_given']} {row['name_family']}"


def _far(seed: int, truth: list[dict[str, Any]]) -> str:
    """A provider in a State where the member has been to nobody."""
    been = {row["provider"] for row in truth}
    states = {state for name, state in _providers().values() if f"{name} {state}" in been}
    far = sorted(f"{name} {state}" for name, state in _providers().values() if state not in states)
    return far[draw.one(seed, "eobs/far", 0, len(far))]


def _services(seed: int) -> list[str]:
    texts = sorted({p.text for p in pools.codes().procedures if p.sensitive == "none" and not p.id.startswith("A04")})
    return [texts[i] for i in _shuffled(seed, "eobs/service", len(texts))]


def _shuffled(seed: int, label: str, size: int) -> list[int]:
    return sorted(range(size), key=lambda i: int(draw.bits(seed, label, i)))


def said(day: str) -> str:
    when = pd.Timestamp(day)
    return f"{when:%B} {when.day}"
