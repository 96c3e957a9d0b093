"""Dates as people write them in letters: 10 March 2026, March 10, 2026, 3/10/2026, 2026-03-10."""

from __future__ import annotations

import datetime as dt
import re

_MONTHS = {m.lower(): i for i, m in enumerate(
    ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December"), 1)}  # fmt: skip
_NAME = "|".join(_MONTHS)
_FORMS = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\b"),
    re.compile(r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b"),
    re.compile(rf"\b(?P<m>{_NAME})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m>{_NAME}),?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
)


def dates(text: str) -> list[dt.date]:
    """The dates of a text in the order in which they stand; what is no day, such as 30 February, is left out."""
    found = sorted((m for form in _FORMS for m in form.finditer(text)), key=lambda m: m.start())
    out = []
    for m in found:
        month = int(m["m"]) if m["m"].isdigit() else _MONTHS[m["m"].lower()]
        try:
            out.append(dt.date(int(m["y"]), month, int(m["d"])))
        except ValueError:
            continue
    return out


def in_words(day: dt.date) -> str:
    """March 10, 2026: how a letter in the United States writes it."""
    return f"{day:%B} {day.day}, {day.year}"
