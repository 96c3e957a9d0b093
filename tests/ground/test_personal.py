"""What looks like a real person's data is found in any usual writing; the simulation's own numbers are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab import personal
from simlab.insurer import Insurer

# Put together here, so that no file holds a number that could be somebody's.
AREA, GROUP, SERIAL = "321", "54", "9876"
PHONE = ("918", "442", "7788")
CARD = "4" + "111" * 5


@pytest.mark.parametrize("dash", ["-", " ", ".", "\u2010", "\u2013", "\u2212", "\u00a0", " - "])
def test_a_social_security_number_in_any_writing(dash: str) -> None:
    text = f"her number is {dash.join((AREA, GROUP, SERIAL))}, I think"
    assert [f.kind for f in personal.find(text)] == ["ssn"]
    assert SERIAL not in personal.mask(text) and personal.mask(text).endswith(", I think")


def test_digits_of_other_scripts() -> None:
    arabic = "".join(chr(0x660 + int(d)) for d in AREA + GROUP + SERIAL)
    wide = f"{arabic[:3]}-{arabic[3:5]}-{arabic[5:]}"
    assert [f.kind for f in personal.find(wide)] == ["ssn"]


@pytest.mark.parametrize(
    "text",
    [
        f"SSN {AREA}{GROUP}{SERIAL}", f"social security no.: {AREA}{GROUP}{SERIAL}",
        f"({PHONE[0]}) {PHONE[1]}-{PHONE[2]}", "-".join(PHONE), ".".join(PHONE), f"+1 {' '.join(PHONE)}", f"1-{'-'.join(PHONE)}",
        f"call {''.join(PHONE)}", "+44 20 7946 1234", f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}", CARD,
        "write to jo.miller@" + "mailhost.io", "JO@MAILHOST.COM".replace("HOST", "box"),
    ],
)  # fmt: skip
def test_relatives(text: str) -> None:
    assert len(personal.find(text)) == 1
    masked = personal.mask(f"a {text} b")
    assert "[removed: looked like" in masked and masked.startswith("a ") and masked.endswith(" b")


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456", "900-65-4321", "666-12-3456", "123-00-4567", "123-45-0000", "405-555-0142", "(580) 555-0199", "555-0142",
        "jo@example.com", "privacy@larkspur.example.org", "x@mail.invalid", "45 CFR 164.404(a)(2)", "91 FR 3665",
        "2026-11-25 09:10", "880000000000100", "M0000001", "1785859892", "$1,234,567.89", "990000000-001635438096",
        "192.0.2.10", "from 10:00 to 11:30, 300 members, 2,190,294", "4111 1111 1111 1112", "S0001 read 61 files",
        "90 FR 898 (January 6, 2025)", "NIST SP 800-38D", "claims 164.308(a)(1)(ii)(D); 164.502(b)", "",
    ],
)  # fmt: skip
def test_what_is_reserved_or_nobodys_is_left_alone(text: str) -> None:
    assert personal.find(text) == [] and personal.mask(text) == text


def test_nothing_of_the_simulated_company_is_taken_for_real() -> None:
    world = Insurer.build(seed=3, members=1_000)
    for table in ("members", "staff", "vendors", "sites"):
        frame = world.table(table)
        for column in frame.columns:
            for value in map(str, frame[column].unique()[:400]):
                assert personal.find(value) == [], (table, column, value)
    assert personal.find(" ".join(world.table("claims")["CLM_ID"].astype(str).head(500))) == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_masked_once_and_for_all(before: str, after: str) -> None:
    masked = personal.mask(before)
    assert personal.mask(masked) == masked
    text = f"{before} {AREA}-{GROUP}-{SERIAL} {after}"
    assert f"{AREA}-{GROUP}-{SERIAL}" not in personal.mask(text)


def test_what_is_in_lists_and_tables_is_masked_too() -> None:
    value = {"a": ["x", f"{AREA}-{GROUP}-{SERIAL}"], "b": 7}
    assert personal.clean(value) == {"a": ["x", "[removed: looked like a Social Security number]"], "b": 7}
