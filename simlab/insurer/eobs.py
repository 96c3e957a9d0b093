"""Explanations of benefits: what each decided claim cost, and the letter that says so, sent to whom and where.

A letter goes to the subscriber, who thereby learns what others of the household were treated for, unless
the member asked for confidential communication (45 CFR 164.522(b)(1)(ii)). One about care that a minor
agreed to alone is not sent: it is held until the minor asks for it (45 CFR 164.502(g)(3)(i)).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.desk import Desk, workday
from simlab.insurer.filed import ADJUSTED, DENIED, PENDING, Filed, dates, falls_on_member, moments, reasons
from simlab.insurer.people import People
from simlab.insurer.text import Objects, category, objects

EOB_ID = 770_000_000_000_000
CHANNELS = ("mail", "portal", "held")
ADDRESSEES = ("subscriber", "member", "personal representative")
_MINUTE = 60
# Hundredths that the member pays of what the plan allows, and that the provider lets go, equally likely.
_SHARE = np.array([0, 0, 0, 10, 10, 20, 20, 30])
_DISCOUNT = np.array([10, 20, 25, 30, 35, 40, 50, 60])


@dataclass(frozen=True, eq=False)
class Decided:
    """Claims that were decided: who did it (-1: no person), and when, in seconds; the day the letter went out."""

    claims: Filed
    staff: I64
    opened: I64
    closed: I64
    sent: I64


def decided(filed: Filed, desk: Desk) -> Decided:
    """Every claim but the pending ones, decided three to thirty days after care ended.

    Denied and adjusted claims, and one paid claim in eight, are worked by an examiner.
    """
    claims = filed.only(np.flatnonzero(filed.status != PENDING))
    seed, key = claims.seed, claims.number
    by_hand = (claims.status == DENIED) | (claims.status == ADJUSTED) | draw.chance(seed, "by hand", key, 125_000)
    came = claims.end + draw.between(seed, "claim came", key, 1, 14)
    waits = draw.weighted(seed, "claim waits", key, (50, 25, 15, 10)) * by_hand
    first, last = workday(came), workday(workday(came) + waits)
    staff, opened = np.full(len(key), -1), came * 86_400 + 4 * 3600
    hand = np.flatnonzero(by_hand)
    days = first[hand], last[hand]
    staff[hand] = desk.assign("examiner", key[hand], claims.member[hand], days, "claims_examiner")
    opened[hand] = desk.moment("claim opened", key[hand], staff[hand], first[hand])
    minutes = draw.between(seed, "claim minutes", key, 4, 28)
    # Another day's work is done at the same hour: within the shift on both.
    closed = opened + (last - first) * by_hand * 86_400 + np.where(by_hand, minutes * _MINUTE, 0)
    sent = workday(closed // 86_400 + draw.between(seed, "eob sent", key, 1, 5))
    return Decided(claims, staff, opened, closed, sent)


def table(
    people: People, members: pd.DataFrame, households: pd.DataFrame, own_care: pd.DataFrame, desk: Desk, done: Decided
) -> pd.DataFrame:
    """One row a decided claim: `billed = discount + not_covered + copay + paid`, `owed = not_covered + copay`, in cents.

    `opened` and `closed` are when the claim was worked on, `staff_id` by whom ("": no person).
    """
    claims = done.claims
    ids = pd.Index(people.member_id, dtype="str")
    asked = (members["confidential_address"] != "").to_numpy()[claims.member]
    held = _own_care(people, own_care, claims) & ~asked
    addressee, who = _addressee(people, done, asked | held)
    channel = np.where(held, 2, _channel(people, members, addressee, who))
    place, places = _addresses(people, members, households)
    returned = members["mail_returned"].to_numpy()[claims.member] & (channel == 0)
    return pd.DataFrame(
        {
            "EOB_ID": EOB_ID + claims.number,
            "CLM_ID": claims.claim_id,
            "member_id": category(claims.member.astype(np.int32), ids),
            "addressee_id": category(addressee.astype(np.int32), ids),
            "addressee": category(who, ADDRESSEES),
            "channel": category(channel, CHANNELS),
            "address": category(np.where(held, 0, place[claims.member]), places),
            "is_confidential": asked | held,
            "is_returned": returned,
            **_amounts(claims),
            "reason": category(claims.reason, reasons()),
            "sensitive": category(claims.sensitive, pools.SENSITIVE),
            "staff_id": desk.column(done.staff),
            "opened": moments(done.opened),
            "closed": moments(done.closed),
            "sent": dates(done.sent),
        },
        copy=False,
    )


def _amounts(claims: Filed) -> dict[str, I64]:
    """Whole cents that add up; a denied claim's price is drawn as a paid one's is."""
    seed, key = claims.seed, claims.number
    low, spread = _prices()
    denied = claims.status == DENIED
    price = low[claims.procedure] + draw.below(seed, "denied price", key, spread[claims.procedure])
    allowed = np.where(denied, price, claims.cents)
    copay = np.where(denied, 0, allowed * _SHARE[draw.below(seed, "copay", key, len(_SHARE))] // 100)
    let_go = (allowed + copay) * _DISCOUNT[draw.below(seed, "discount", key, len(_DISCOUNT))] // 100
    theirs = denied & ~falls_on_member()[claims.reason]
    not_covered = np.where(denied & ~theirs, price, 0)
    discount = let_go + np.where(theirs, price, 0)
    return {
        "billed_cents": discount + not_covered + copay + claims.cents,
        "discount_cents": discount,
        "not_covered_cents": not_covered,
        "copay_cents": copay,
        "paid_cents": claims.cents,
        "owed_cents": not_covered + copay,
    }


def _own_care(people: People, own_care: pd.DataFrame, claims: Filed) -> np.ndarray:
    """The claims for care to which a minor consented alone."""
    who = pd.Index(people.member_id).get_indexer(pd.Index(own_care["member_id"]))
    theirs = who * len(pools.SENSITIVE) + own_care["sensitive"].cat.codes.to_numpy()
    return np.isin(claims.member * len(pools.SENSITIVE) + claims.sensitive, theirs)


def _addressee(people: People, done: Decided, own: np.ndarray) -> tuple[I64, I64]:
    """Whose name stands on the letter (a member's number), and as what (index into ADDRESSEES); `own`: the member's.

    A letter to somebody who has died goes to their personal representative (45 CFR 164.502(g)(4)).
    """
    member = done.claims.member
    subscriber = people.first[people.household[member]]
    # Where the subscriber has died, an adult of the household gets their own letters.
    gone = people.died[subscriber] <= done.sent
    adult = people.relationship[member] != 2
    to = np.where(own | (member == subscriber) | (gone & adult), member, subscriber)
    who = np.where(to == subscriber, 0, 1)
    return to, np.where(people.died[to] <= done.sent, 2, who)


def _channel(people: People, members: pd.DataFrame, addressee: I64, who: I64) -> I64:
    """The portal for some who have e-mail; never where confidentiality was asked for, nor for the dead."""
    paperless = draw.chance(people.seed, "paperless", people.number, 550_000)
    allowed = (members["email"] != "") & (members["confidential_address"] == "")
    return ((paperless & allowed.to_numpy())[addressee] & (who != 2)).astype(np.int64)


def _addresses(people: People, members: pd.DataFrame, households: pd.DataFrame) -> tuple[I64, pd.Index]:
    """Where each member's letters go: the confidential address where there is one, else the household's; "" first."""
    parts = [households[name].astype("str").to_numpy(dtype=object) for name in ("street_line", "city", "state", "zip3")]
    street, city, state, zip3 = parts
    homes: Objects = street + objects([", "]) + city + objects([", "]) + state + objects([" "]) + zip3
    own = members["confidential_address"].to_numpy(dtype=object)
    who = np.flatnonzero(own != "")
    at = people.household + 1
    at[who] = 1 + len(homes) + np.arange(len(who))
    codes, places = pd.factorize(np.concatenate([objects([""]), homes, own[who]]))  # two households may share a door
    return codes[at].astype(np.int32), pd.Index(places, dtype="str")


@functools.cache
def _prices() -> tuple[I64, I64]:
    procedures = pools.codes().procedures
    return np.array([p.low for p in procedures]), np.array([p.high - p.low + 1 for p in procedures])
