"""How hard a text is to read: the Flesch-Kincaid grade, a US school year.

grade = 0.39 words per sentence + 11.8 syllables per word - 15.59 (Kincaid, Fishburne, Rogers and
Chissom 1975, Naval Technical Training Command, Research Branch Report 8-75). Syllables are counted
from hyphenation points and vowel groups, whichever finds more, as hyphenation alone finds too few.
"""

from __future__ import annotations

import functools
import re
from typing import Any

_SENTENCE = re.compile(r"[.!?:;]+(?=[\s\"'”’)]|$)|\n{2,}|\n\s*(?:[-*]|\d+\.)\s")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_CITE = re.compile(r"\(?\b\d+ (?:CFR|FR|USC)\b[^;,.)]*(?:\.\d+)?(?:\([a-z0-9]+\))*\)?", re.IGNORECASE)
_MARKUP = re.compile(r"`[^`]*`|\]\([^)]*\)|<[^>]+>|[#*_>|\[\]]")


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text in Markdown; citations, code and links' targets do not count. 0.0 without words."""
    plain = _MARKUP.sub(" ", _CITE.sub(" ", text))
    words = _WORD.findall(plain)
    if not words:
        return 0.0
    sentences = sum(bool(_WORD.search(part)) for part in _SENTENCE.split(plain) if part)
    return 0.39 * len(words) / max(1, sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@functools.lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """The syllables of an English word, about."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", plain))
    if re.search(r"[^aeiouyl]e$", plain) or re.search(r"[^aeiouydt]ed$", plain):  # the e of "made" and of "called"
        groups -= 1
    return max(1, groups, len(_hyphens().positions(plain)) + 1)


@functools.cache
def _hyphens() -> Any:
    import pyphen

    return pyphen.Pyphen(lang="en_US")
