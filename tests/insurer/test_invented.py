"""Nothing in the company can belong to a real person, firm or machine."""

from __future__ import annotations

import ipaddress
import re

import pandas as pd
import pytest

from simlab.insurer import TABLES, Insurer

SSN = re.compile(r"(?<!\d)(\d{3})-(\d{2})-(\d{4})(?!\d)")
PHONE = re.compile(r"(?<!\d)\(?(\d{3})\)?[-. ](\d{3})[-. ](\d{4})(?!\d)")
MAIL = re.compile(r"[\w.+-]+@([\w.-]+)")
ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
WEB = re.compile(r"\b(?:https?://|www\.)", re.IGNORECASE)
ZIP = re.compile(r"\b[A-Z]{2} \d{5}(?:-\d{4})?\b")
DOCUMENTATION = [ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
NPI = re.compile(r"^[12]\d{9}$")


def luhn(digits: str) -> bool:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + at % 2)
        total += value // 10 + value % 10
    return total % 10 == 0


def fault(text: str) -> str:
    """What in a text could be real, "" when nothing could."""
    for area, group, _ in SSN.findall(text):
        if area not in ("000", "666") and area < "900":
            return "an SSN that may have been issued"
        if area >= "900" and not "01" <= group <= "49":
            return "a taxpayer number that may have been issued"
    for _, exchange, line in PHONE.findall(text):
        if exchange != "555" or not "0100" <= line <= "0199":
            return "a telephone number"
    for domain in MAIL.findall(text):
        if not re.search(r"(^|\.)example\.(org|com|net)$", domain):
            return "an e-mail domain"
    for address in ADDRESS.findall(text):
        if not any(ipaddress.ip_address(address) in net for net in DOCUMENTATION):
            return "a network address"
    if NPI.match(text) and luhn("80840" + text):
        return "a National Provider Identifier"
    return "a web address" if WEB.search(text) else "a full ZIP code" if ZIP.search(text) else ""


def words(frame: pd.DataFrame) -> dict[str, set[str]]:
    """The distinct values of every text column."""
    text = frame.select_dtypes(["category", "str", "object"])
    return {str(name): {str(v) for v in text[name].unique()} for name in text}


@pytest.mark.parametrize("seed", [0, 8])
@pytest.mark.parametrize("name", TABLES)
def test_no_text_could_be_real(name: str, seed: int) -> None:
    for column, values in words(Insurer.build(seed, 3_000).table(name)).items():
        for value in values:
            assert not fault(value), f"{name}.{column}: {value!r} holds {fault(value)}"


@pytest.mark.parametrize(
    "text",
    ["123-45-6789", "900-70-1234", "405-555-0200", "call 212-867-5309", "a@gmail.com", "b@notexample.com",
     "10.0.0.1", "1234567893", "see www.larkspur.test", "Tulsa, OK 74101"],
)  # fmt: skip
def test_the_scan_sees_what_could_be_real(text: str) -> None:
    assert fault(text)


@pytest.mark.parametrize("text", ["", "666-12-3456", "405-555-0123", "a@mail.example.com", "192.0.2.7", "1234567890"])
def test_the_scan_lets_the_invented_pass(text: str) -> None:
    assert not fault(text)


def test_identifiers_have_their_shape() -> None:
    world = Insurer.build(4, 3_000)
    m = world.members
    assert m["ssn"].str.fullmatch(r"9\d\d-\d\d-\d{4}").all() and m["ssn"].is_unique
    adults = m[~m["is_minor"]]
    assert adults["phone"].str.fullmatch(r"\d{3}-555-01\d\d").all()
    accounts = m.loc[m["bank_account"] != "", "bank_account"]
    assert accounts.str.fullmatch(r"990000000-\d{12}").all() and accounts.is_unique
    assert world.providers["provider_id"].str.fullmatch(NPI.pattern.strip("^$")).all()
    assert m["member_id"].str.fullmatch(r"M\d{7}").all()
    assert world.staff["staff_id"].str.fullmatch(r"S\d{4,}").all()
    mails = m.loc[m["email"] != "", "email"]
    assert mails.str.fullmatch(r"[a-z]+\.[a-z]+\.\d{7}@example\.(org|com|net)").all() and mails.is_unique
