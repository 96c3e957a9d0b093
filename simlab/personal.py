"""Text that looks like a real person's data: found at once, and masked before it is kept or handed on.

Found are Social Security numbers of ranges that are issued, payment cards (by length and check digit,
ISO/IEC 7812-1), telephone numbers outside 555-0100 to 555-0199, and e-mail addresses outside the
reserved domains (RFC 2606). The simulation's own numbers and names are none of these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KINDS = {
    "card": "a payment card number",
    "ssn": "a Social Security number",
    "phone": "a telephone number",
    "email": "an e-mail address",
}
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_SSN = re.compile(r"(?<![\w.-])(\d{3})([- ./]{1,3})(\d{2})\2(\d{4})(?![\w-])")
_BARE_SSN = re.compile(r"(?:ssn|social security|social)\D{0,30}?(?<!\d)(\d{3})(\d{2})(\d{4})(?!\d)", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.-])(?:\+?1[ .-]{0,2})?\(?([2-9]\d{2})\)?[ ./-]{1,3}(\d{3})[ .-]{1,2}(\d{4})(?![\w-])")
_BARE_PHONE = re.compile(
    r"(?:phone|tel|cell|mobile|call|reach|fax)\D{0,20}?(?<!\d)\+?1?([2-9]\d{2})(\d{3})(\d{4})(?!\d)", re.IGNORECASE
)
_ABROAD = re.compile(r"(?<![\w+])\+(?!1[ .(-]?)\d{1,3}(?:[ .()-]{0,2}\d){7,12}(?!\w)")
_EMAIL = re.compile(r"[\w.+%-]{1,64}@((?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24})")
_RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid|localhost)$", re.IGNORECASE)
# Length and first digits of the cards in use.
_ISSUERS = re.compile(r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
                      r"|6(?:011|5\d\d|4[4-9]\d)\d{12,15}|35\d{14}|3(?:0[0-5]|[689]\d)\d{11}")  # fmt: skip


@dataclass(frozen=True)
class Found:
    """One part of a text that looks real: its kind (of KINDS), and where it stands."""

    kind: str
    start: int
    end: int

    def __str__(self) -> str:
        return (
            f"This looks like {KINDS[self.kind]} of a real person. Nobody here is real: write 555-0142, "
            "name@example.com or 000-12-3456 where you need one. It is not kept."
        )


def find(text: str) -> list[Found]:
    """The parts of a text that look like a real person's data, in the order in which they stand."""
    legible = plain(text)
    taken: list[Found] = []
    for found in _all(legible):
        if not any(found.start < t.end and t.start < found.end for t in taken):
            taken.append(found)
    return sorted(taken, key=lambda f: f.start)


def mask(text: str) -> str:
    """The text with such parts replaced by words; the same text where there are none."""
    for found in reversed(find(text)):
        text = f"{text[: found.start]}[removed: looked like {KINDS[found.kind]}]{text[found.end :]}"
    return text


def clean(value: Any) -> Any:
    """Any plain value (text, list, dict and what is in them) with its texts masked."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [clean(part) for part in value]
    if isinstance(value, dict):
        return {key: clean(part) for key, part in value.items()}
    return value


def plain(text: str) -> str:
    """The text with digits, dashes and spaces of any script as ASCII; every character stays in its place."""
    return "".join(_one(c) for c in text)


def _one(c: str) -> str:
    if c.isascii():
        return " " if c == "\t" else c
    digit = unicodedata.decimal(c, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(c)
    if category == "Pd" or c == "\u2212":
        return "-"
    if category == "Zs":
        return " "
    # Wide forms of @, . and letters; what becomes more than one character stays as it is.
    folded = unicodedata.normalize("NFKC", c)
    return folded if len(folded) == 1 else c


def _all(text: str) -> Iterator[Found]:
    for m in _CARD.finditer(text):
        digits = re.sub(r"\D", "", m[0])
        if _ISSUERS.fullmatch(digits) and _luhn(digits):
            yield Found("card", m.start(), m.end())
    for m in _SSN.finditer(text):
        if _issued(m[1], m[3], m[4]):
            yield Found("ssn", m.start(), m.end())
    for m in _BARE_SSN.finditer(text):
        if _issued(m[1], m[2], m[3]):
            yield Found("ssn", m.start(1), m.end())
    for pattern in (_PHONE, _BARE_PHONE):
        for m in pattern.finditer(text):
            if not (m[2] == "555" and m[3].startswith("01")):
                yield Found("phone", m.start() if pattern is _PHONE else m.start(1), m.end())
    for m in _ABROAD.finditer(text):
        yield Found("phone", m.start(), m.end())
    for m in _EMAIL.finditer(text):
        if not _RESERVED.search(m[1]):
            yield Found("email", m.start(), m.end())


def _issued(area: str, group: str, serial: str) -> bool:
    """Whether a number could have been issued: no 000, 666 or 9xx area, no 00 group, no 0000 serial (SSA)."""
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
