"""Labelled requests at the sharing gateway: what is expected follows from the law, and the gateway agrees."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from simlab.activity.requests import Asked, registry, sharing_requests
from simlab.activity.requests.counter import Counter, counters, looks_like
from simlab.content import names
from simlab.content.loader import load_text
from simlab.controls.consent.people import is_same
from simlab.controls.sharing import Decision, Gateway, decide_all
from simlab.errors import ContentError, InputError
from simlab.insurer import Insurer

START, DAYS, TIMES = dt.date(2026, 7, 6), 6, 200


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(2, 3_000)


@pytest.fixture(scope="module")
def asked(insurer: Insurer) -> list[Asked]:
    return sharing_requests(insurer, START, DAYS, 5, times=TIMES)


def outcome(decision: Decision) -> str:
    if not decision.allowed:
        return "refused"
    return "partly" if decision.withheld else "told"


def test_the_gateway_answers_as_the_law_would(insurer: Insurer, asked: list[Asked]) -> None:
    gateway = Gateway(registry(insurer, asked))
    decided = decide_all(gateway, [one.request for one in asked])
    wrong = [(a.why, a.expected, d.in_words()) for a, d in zip(asked, decided, strict=True) if outcome(d) != a.expected]
    assert not wrong


def test_every_way_of_asking_comes_up(asked: list[Asked]) -> None:
    assert {one.why for one in asked} == set(names("counter"))
    assert {one.expected for one in asked} == {"told", "refused", "partly"}


def test_the_same_seed_asks_the_same_and_a_day_alone_is_that_day(insurer: Insurer, asked: list[Asked]) -> None:
    assert sharing_requests(insurer, START, DAYS, 5, times=TIMES) == asked
    third = START + dt.timedelta(days=2)
    alone = sharing_requests(insurer, third, 1, 5, times=TIMES)
    days = {one.request.at.date() for one in alone}
    assert alone == [one for one in asked if one.request.at.date() in days]
    assert sharing_requests(insurer, START, DAYS, 6, times=TIMES) != asked


def test_another_way_of_asking_reshuffles_nobody(
    insurer: Insurer, asked: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [c for c in counters() if c.records or c.id.startswith("spouse")]
    monkeypatch.setattr("simlab.activity.requests.sharing.counters", lambda: tuple(kept))
    fewer = sharing_requests(insurer, START, DAYS, 5, times=TIMES)
    assert fewer == [one for one in asked if one.why in {c.id for c in kept}]


def test_a_member_who_bears_records_bears_those_of_one_way_only(asked: list[Asked]) -> None:
    mine: dict[str, set[str]] = {}
    for one in asked:
        if one.records:
            mine.setdefault(one.request.member, set()).add(one.why)
    assert mine and all(len(ways) == 1 for ways in mine.values())
    plain = {"spouse-pays-and-the-member-agrees", "clinic-asks-to-be-paid", "employer-asks-for-claims"}
    assert not {one.request.member for one in asked if one.why in plain} & set(mine)


def test_what_is_forged_or_dated_tomorrow_stands_in_the_register_as_refused(
    insurer: Insurer, asked: list[Asked]
) -> None:
    refused = {e.record.id.rsplit("-", 2)[0] for e in registry(insurer, asked).entries if e.status == "refused"}
    forged = {"lawyer-with-a-forged-one", "lawyer-with-somebody-else-s-signature", "lawyer-with-one-for-tomorrow"}
    # Who comes again with the same paper is refused for that: it is entered already.
    assert forged <= refused and all(not w.startswith(("clinic-that", "member")) for w in refused)


def test_a_vendor_s_contract_decides_by_its_day(insurer: Insurer) -> None:
    june = sharing_requests(insurer, dt.date(2026, 6, 1), 20, 5, times=TIMES)
    assert not [one for one in june if one.why == "vendor-whose-contract-ended"]
    assert [one for one in june if one.why == "vendor-within-its-contract"]


@pytest.mark.parametrize("name", ["Ana Moreno", "Đạt Trịnh", "Bui Minh"])
def test_a_name_that_looks_the_same_is_another(name: str) -> None:
    assert looks_like(name) != name and not is_same(looks_like(name), name)


@pytest.mark.parametrize("name", names("counter"))
def test_a_way_of_asking_says_its_source(name: str) -> None:
    (one,) = [c for c in counters() if c.id == name]
    assert one.cite.startswith(("45 CFR 164.", "42 CFR 2.", "the organization's own promise")) and one.says.endswith(
        "."
    )


def test_who_asks_is_named_or_stands_in_a_table() -> None:
    text = (Path(__file__).parents[2] / "simlab/content/counter/says-they-represent.yml").read_text("utf-8")
    with pytest.raises(ContentError, match="names of who asks"):
        load_text(text.replace("named: [Gunter Halvard, Odalys Prewitt]\n", ""), Counter, "counter/x.yml")


@pytest.mark.parametrize(("days", "times", "said"), [(0, 1, "give 1 to"), (1, 0, "what is usual")])
def test_a_span_that_cannot_be_is_refused(insurer: Insurer, days: int, times: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        sharing_requests(insurer, START, days, 1, times=times)
