"""Identifiers in free text, found in the odd forms in which people write them, and taken out.

A search by patterns and by known names finds much and not all: a note in which somebody tells who they
are in words of their own still does. That is why a release with notes is read before it goes out.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Iterator

from simlab.personal import plain

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d{2}"
_TENS = "ninety|hundred|one hundred"
_ONES = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_RELATIVE = (
    "wife|husband|spouse|partner|son|daughter|child|mother|father|mom|dad|brother|sister|aunt|uncle|cousin|niece|nephew"
    "|grand(?:son|daughter|mother|father)|neighbou?r|roommate|friend"
)
_CAPITAL = r"[^\W\d_a-z][\w'’-]+"

# In this order: what is found first keeps its place. Group `x`, where there is one, is what goes.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("urls", re.compile(r"(?:(?:https?|s?ftp)://|www\.)[^\s,;]+", re.I)),
    ("emails", re.compile(r"[\w.+%-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+", re.I)),
    ("emails", re.compile(r"[\w.+-]+ at [\w-]+ dot (?:com|org|net|edu|gov|[a-z]{2,4})\b", re.I)),
    ("urls", re.compile(r"(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|us|health)(?:/[^\s,;]*)?(?![\w@])", re.I)),
    ("accounts", re.compile(r"(?<![\w@.])@[a-z_]\w{2,29}(?!\w)", re.I)),
    ("ips", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")),
    ("ips", re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}:?(?:[0-9a-f]{1,4})?(?::[0-9a-f]{1,4})*(?!\w)", re.I)),
    ("ips", re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){1,7}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?(?!\w)", re.I)),
    ("plan_numbers", re.compile(r"\b\d[A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}\b", re.I)),
    ("accounts", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")),
    ("accounts", re.compile(r"(?<![\w-])(?:\d{4}[ -]){3}\d{4}(?![\w-])")),
    ("dates", re.compile(rf"(?<!\d){_YEAR}[-/. ]\d{{1,2}}[-/. ]\d{{1,2}}(?:T[\d:.]+Z?)?(?!\d)")),
    ("dates", re.compile(r"(?<![\d-])\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:\d{4}|\d{2})(?![\d-])")),
    ("dates", re.compile(rf"\b{_MONTH}[-. ]\s?{_DAY}(?:[-,. ]{{0,3}}(?:{_YEAR}|['’]\d{{2}}))?(?!\w)", re.I)),
    ("dates", re.compile(rf"\b{_DAY}(?:\s+of)?[-. ]\s?{_MONTH}(?:[-,. ]{{0,3}}(?:{_YEAR}|['’]?\d{{2}}))?(?!\w)", re.I)),
    ("dates", re.compile(rf"\b{_MONTH}(?:\s+of)?[-,./ ]{{1,3}}(?:{_YEAR}|['’]\d{{2}})(?!\w)", re.I)),
    ("dates", re.compile(rf"(?<![\d/-])(?:0?[1-9]|1[0-2])\s?[/-]\s?{_YEAR}(?![\d/-])")),
    ("dates", re.compile(rf"(?<!\d){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")),
    ("dates", re.compile(r"(?<![\d/])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?![\d/])")),
    ("ssns", re.compile(r"(?<![\w-])\d{3}[-. /]{1,3}\d{2}[-. /]{1,3}\d{4}(?![\w-])")),
    ("ssns", re.compile(r"(?:ssn|social)\W{0,3}(?:security|sec)?\W{0,3}(?:no\.?|number|#)?\W{0,3}(?P<x>[\dxX*-]{4,11})", re.I)),
    ("faxes", re.compile(r"\bfax\W{0,3}(?P<x>\+?[\d(][\d() ./-]{6,18}\d)", re.I)),
    ("phones", re.compile(r"(?<![\w-])(?:\+?1[ .-]{0,2})?\(?\d{3}\)?[ ./·•-]{0,3}\d{3}[ .·•-]{0,2}\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w-])", re.I)),
    ("phones", re.compile(r"(?<![\w-])\d{3}[-. ]\d{4}(?![\w-])")),
    ("vehicles", re.compile(r"\b(?:VIN|plates?|license plate)\W{0,3}(?:no\.?|number|#)?\W{0,3}(?P<x>(?=[A-Z0-9 -]*\d)[A-Z0-9][A-Z0-9 -]{3,16})")),
    ("devices", re.compile(r"\b(?:serial|s/n|device(?: id)?)\W{0,3}(?:no\.?|number|#)?\W{0,3}(?P<x>(?=[\w-]*\d)[\w-]{4,24})", re.I)),
    ("licenses", re.compile(r"\b(?:licen[cs]e|certificate|DEA)\W{0,3}(?:no\.?|number|#)?\W{0,3}(?P<x>(?=[\w-]*\d)[\w-]{4,20})", re.I)),
    ("records", re.compile(r"\b(?:MRN|medical record|chart)\W{0,3}(?:no\.?|number|#)?\W{0,3}(?P<x>(?=[\w-]*\d)[\w-]{3,20})", re.I)),
    ("accounts", re.compile(r"\b(?:acc(?:oun)?t|iban|routing)\W{0,3}(?:no\.?|number|#)?\W{0,3}(?P<x>(?=[\w-]*\d)[\w-]{4,34})", re.I)),
    ("plan_numbers", re.compile(r"\b(?:member|policy|claim|subscriber|group)\W{0,3}(?:id|no\.?|number|#)\W{0,3}(?P<x>(?=[\w-]*\d)[\w-]{4,20})", re.I)),
    ("plan_numbers", re.compile(r"\b[MHPC]-?\d{7,}\b", re.I)),
    ("ages", re.compile(r"(?<!\d)(?P<x>9\d|1[0-2]\d)(?=[ -]{0,2}(?:y(?:ea)?rs?\b|y/?o\b|y\.o\.|year-old|-year))", re.I)),
    ("ages", re.compile(r"\bage[ds]?\W{0,3}(?:of\s)?(?P<x>9\d|1[0-2]\d)(?!\d)", re.I)),
    ("ages", re.compile(r"\b(?:he|she|they|patient|pt|member)\.?\s+(?:is|was|are|turns|turned)\s+(?P<x>9\d|1[0-2]\d)(?![\d./%])", re.I)),
    ("ages", re.compile(rf"\bage[ds]?\W{{0,3}}(?P<x>(?:{_TENS})(?:[- ](?:and )?(?:{_ONES}))?)(?!\w)", re.I)),
    ("ages", re.compile(rf"\b(?P<x>(?:{_TENS})(?:[- ](?:and )?(?:{_ONES}))?)(?=[ -](?:years?|yrs?)\b)", re.I)),
    ("places", re.compile(r"\b\d{1,5}\s+(?:[NSEW]\.?\s+)?(?:[A-Z][\w'’]*\s+){1,3}(?:st(?:reet)?|ave(?:nue)?|r(?:oa)?d|dr(?:ive)?|lane|ln|blvd|boulevard|court|ct|way|place|pl)\b\.?(?:\s*(?:apt|unit|#)\.?\s*\w+)?", re.I)),
    ("places", re.compile(r"\b\d{1,5}\s+(?:[A-Z][\w'’]*\s+){1,3}(?:Close|Rise|Row|Terrace|Crescent|Circle|Loop|Trail|Square|Walk|Run|Path|Bend|Hill)\b")),
    ("places", re.compile(r"\bP\.?\s?O\.?\s+Box\s+\d+", re.I)),
    ("places", re.compile(r"\b(?:zip(?: code)?\W{0,3}|[A-Z]{2}\s*)(?P<x>\d{5}(?:-\d{4})?)(?!\d)")),
    ("names", re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Mx)\b\.?\s+(?P<x>{_CAPITAL}(?:\s+{_CAPITAL})?)")),
    ("names", re.compile(rf"\b(?:{_RELATIVE})(?:,|\s+named|\s+called|\s+is)?\s+(?P<x>{_CAPITAL}(?:\s+{_CAPITAL})?)")),
    ("names", re.compile(rf"\b(?:works? (?:at|for)|employed (?:at|by)|employer(?: is|:)?)\s+(?P<x>{_CAPITAL}(?:\s+(?:{_CAPITAL}|&))*)")),
    ("others", re.compile(r"(?<![\w.-])(?:\d[ .-]{1,3}){6,}\d(?![\w.-])")),
    ("others", re.compile(r"(?<![\w.])[A-Z]{0,3}-?\d{6,}(?![\w.])")),
)  # fmt: skip
_WORDS = {"ages": "90+", "others": "number", "ssns": "social security number", "ips": "IP address", "faxes": "fax"}
# A name within an address goes with the address.
_FIRST = ("urls", "emails")


@dataclasses.dataclass(frozen=True)
class Found:
    """One part of a note that identifies: which of the eighteen (ages stand for C), and where."""

    kind: str
    start: int
    end: int


def find(text: str, known: Iterable[str] = ()) -> list[Found]:
    """What identifies in a text, in order. `known`: names of the member, of relatives, of employers, of towns."""
    seen, places = _legible(text)
    taken: list[tuple[str, int, int]] = []
    parts = list(_patterns(seen))
    first, rest = [p for p in parts if p[0] in _FIRST], [p for p in parts if p[0] not in _FIRST]
    for kind, start, end in (*first, *_known(seen, known), *rest):
        if start < end and not any(start < e and s < end for _, s, e in taken):
            taken.append((kind, start, end))
    return sorted((Found(k, places[s], places[e - 1] + 1) for k, s, e in taken), key=lambda f: f.start)


def scrub(text: str, known: Iterable[str] = ()) -> str:
    """The text with words in the place of what identifies; a date keeps its year where it had four digits of it."""
    for one in reversed(find(text, known)):
        gone = plain(text[one.start : one.end])
        word = _WORDS.get(one.kind, one.kind.removesuffix("s").replace("_", " "))
        year = re.search(_YEAR, gone) if one.kind == "dates" else None
        text = f"{text[: one.start]}[{word}{f' in {year[0]}' if year else ''}]{text[one.end :]}"
    return text


def _legible(text: str) -> tuple[str, list[int]]:
    """The text without what nobody sees, digits and dashes of any script as ASCII; and where each was."""
    kept = [(c, i) for i, c in enumerate(plain(text)) if unicodedata.category(c) != "Cf"]
    return "".join(c for c, _ in kept), [i for _, i in kept]


def _patterns(seen: str) -> Iterator[tuple[str, int, int]]:
    for kind, pattern in _PATTERNS:
        for m in pattern.finditer(seen):
            group = "x" if "x" in pattern.groupindex else 0
            yield kind, m.start(group), m.end(group)


def _known(seen: str, known: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    folded = "".join(_fold(c) for c in seen)
    for name in sorted({" ".join(_legible(k)[0].split()) for k in known}, key=len, reverse=True):
        if len(name) > 1:
            words = r"[\s\W_]{1,3}".join(re.escape("".join(_fold(c) for c in w)) for w in name.split())
            for m in re.finditer(rf"(?<!\w){words}(?!\w)", folded):
                yield "names", m.start(), m.end()


def _fold(c: str) -> str:
    """A letter without case and accent, one for one."""
    base = unicodedata.normalize("NFD", c.casefold())[:1]
    return base or c
