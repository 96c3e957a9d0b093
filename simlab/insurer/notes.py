"""Call notes: what member services wrote down, in free text, which at times says more than it should."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.cover import Cover
from simlab.insurer.desk import Desk, weekday, workday
from simlab.insurer.filed import Filed, moments
from simlab.insurer.paperwork import Topic, paperwork
from simlab.insurer.people import YEAR_END, People
from simlab.insurer.text import category

NOTE_ID = 220_000_000_000_000
# Calls a year, sixteen equally likely counts; the mean is a little over one.
_COUNTS = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 5])
_AGAIN = ("call day 2", "call day 3", "call day 4")
_MOST, _HINTED = 16, 220_000  # in a million, where the topic has words that hint
_ABOUT_A_CLAIM = ("claim status", "explanation of benefits")


@dataclass(frozen=True, eq=False)
class Texts:
    """All texts, end to end by topic: `words`, and for each topic where its own begin and how many parts it has.

    A text's place is `start + (opening * said + what was said) * endings + ending`; `plain` of a topic's
    sentences hint at nothing and come first.
    """

    topics: tuple[str, ...]
    words: pd.Index
    place: I64
    start: I64
    openings: I64
    said: I64
    plain: I64
    endings: I64
    hint: I64
    hint_start: I64


def table(people: People, cover: Cover, filed: Filed, desk: Desk) -> pd.DataFrame:
    """One row a call; `CLM_ID` is the claim it was about, or 0; `sensitive` is what the words give away.

    After a member's death only the personal representative calls (45 CFR 164.502(g)(4)).
    """
    member, key, day = _calls(people, cover)
    seed, texts = people.seed, _texts()
    dead = people.died[member] <= day
    topic = draw.weighted(seed, "call topic", key, [t.weight for t in paperwork().topics])
    topic = np.where(dead, len(texts.topics) - 1, topic)
    said = _said(people, key, member, topic)
    text = (
        texts.start[topic]
        + draw.below(seed, "call opening", key, texts.openings[topic]) * texts.said[topic] * texts.endings[topic]
    )
    text += said * texts.endings[topic] + draw.below(seed, "call ending", key, texts.endings[topic])
    staff = desk.assign("call", key, member, (day, day), "member_services")
    opened = desk.moment("call opened", key, staff, day)
    return pd.DataFrame(
        {
            "NOTE_ID": NOTE_ID + key,
            "member_id": category(member.astype(np.int32), people.member_index),
            "caller": category(_caller(people, key, member, topic, dead), paperwork().callers),
            "topic": category(topic, texts.topics),
            "text": category(texts.place[text], texts.words),
            "sensitive": category(texts.hint[texts.hint_start[topic] + said], pools.SENSITIVE),
            "CLM_ID": _claim(filed, seed, key, member, day, topic),
            "staff_id": desk.column(staff),
            "opened": moments(opened),
            "closed": moments(opened + 60 * draw.between(seed, "call minutes", key, 2, 26)),
        },
        copy=False,
    )


def _calls(people: People, cover: Cover) -> tuple[I64, I64, I64]:
    """Member, key and day of each call, within the time of cover."""
    counts = _COUNTS[draw.below(people.seed, "calls", people.number, len(_COUNTS))]
    member = np.repeat(people.number, counts)
    key = member * _MOST + np.arange(len(member)) - np.repeat(np.cumsum(counts) - counts, counts)
    first = np.maximum(cover.start[people.household], people.born)[member]
    span = np.maximum(cover.end[people.household[member]] - first - 2, 1)
    day = first + draw.below(people.seed, "call day", key, span)
    # Who would call on a weekend calls on another day: else nearly half of all calls fall on Mondays.
    for again in _AGAIN:
        day = np.where(weekday(day) > 4, first + draw.below(people.seed, again, key, span), day)
    day = workday(day)
    keep = day <= YEAR_END
    return member[keep], key[keep], day[keep]


def _said(people: People, key: I64, member: I64, topic: I64) -> I64:
    """Which of the topic's sentences was written; one that hints only where it can be true."""
    texts, seed = _texts(), people.seed
    plain = draw.below(seed, "call said", key, texts.plain[topic])
    more = texts.said[topic] - texts.plain[topic]
    hinted = texts.plain[topic] + draw.below(seed, "call hint", key, np.maximum(more, 1))
    grown = (people.relationship[member] != 2) & (more > 0) & draw.chance(seed, "call hints", key, _HINTED)
    at = texts.hint_start[topic] + np.where(more > 0, hinted, 0)
    womb = texts.hint[at] == pools.SENSITIVE.index("reproductive")
    can = ~womb | ((people.gender[member] == 0) & (people.band[member] == pools.BANDS.index("adult")))
    return np.where(grown & can, hinted, plain)


def _caller(people: People, key: I64, member: I64, topic: I64, dead: np.ndarray) -> I64:
    """Who called: mostly the member, for a child a parent, for a spouse at times the other one, or a provider."""
    words, seed = paperwork(), people.seed
    place = {name: i for i, name in enumerate(words.callers)}
    allowed = np.array([[c in t.callers for c in words.callers] for t in (*words.topics, words.after_death)])
    own = np.where(people.relationship[member] == 2, place["parent"], place["member"])
    other = (people.relationship[member] == 1) & draw.chance(seed, "spouse calls", key, 350_000)
    own = np.where(other & allowed[topic, place["spouse"]], place["spouse"], own)
    doctor = draw.chance(seed, "provider calls", key, 180_000) & allowed[topic, place["provider"]]
    return np.where(dead, place["personal representative"], np.where(doctor, place["provider"], own))


def _claim(filed: Filed, seed: int, key: I64, member: I64, day: I64, topic: I64) -> I64:
    """The claim that a call was about, one of the member's that had ended by then; 0 for none."""
    if not len(filed.member):
        return np.zeros(len(key), dtype=np.int64)
    first = np.searchsorted(filed.member, member)
    many = np.searchsorted(filed.member, member, side="right") - first
    at = np.minimum(first + draw.below(seed, "call claim", key, np.maximum(many, 1)), len(filed.member) - 1)
    about = np.isin(topic, [_texts().topics.index(name) for name in _ABOUT_A_CLAIM])
    return np.where(about & (many > 0) & (filed.end[at] + 3 <= day), filed.claim_id[at], 0)


@functools.cache
def _texts() -> Texts:
    topics = (*paperwork().topics, paperwork().after_death)
    ordered = [sorted(t.said, key=lambda s: s.hint != "none") for t in topics]
    lists = [_every(t, [s.text for s in said]) for t, said in zip(topics, ordered, strict=True)]
    size = np.array([len(one) for one in lists])
    place, words = pd.factorize(np.array([text for one in lists for text in one], dtype=object))
    count = np.array([len(t.said) for t in topics])
    return Texts(
        topics=tuple(t.id for t in topics),
        words=pd.Index(words, dtype="str"),
        place=place.astype(np.int64),
        start=np.cumsum(size) - size,
        openings=np.array([len(t.openings) for t in topics]),
        said=count,
        plain=np.array([sum(s.hint == "none" for s in said) for said in ordered]),
        endings=np.array([len(t.endings) for t in topics]),
        hint=np.array([pools.SENSITIVE.index(s.hint) for said in ordered for s in said]),
        hint_start=np.cumsum(count) - count,
    )


def _every(topic: Topic, said: list[str]) -> list[str]:
    return [f"{a} {b} {c}" for a in topic.openings for b in said for c in topic.endings]
