"""Where in a policy text something stands: Cedar's own messages name no line.

A text is cut into statements at each semicolon that is neither in a string nor in a comment.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import cedarpy

DEEPEST, LONGEST = 30, 600  # brackets in brackets; operators in one policy
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|;')
_DEPTH = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|[][(){}]')
_OPERATOR = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|(&&|\|\||[=!<>]=|[-!+*.<>]|\b(?:if|in|is|has|like)\b)')
_LEADING = re.compile(r"(?:\s|//[^\n]*)*")
_UNEXPECTED = re.compile(r"unexpected token `(.+)`", re.DOTALL)


class Statement(NamedTuple):
    """One policy's text and where it starts, comments before it left out."""

    text: str
    start: int


def statements(text: str) -> list[Statement]:
    """The policies of a text in order; what follows the last semicolon is one too, unless it is blank."""
    found, begin = [], 0
    for token in _TOKEN.finditer(text):
        if token[0] == ";":
            found.append(_statement(text, begin, token.end()))
            begin = token.end()
    last = _statement(text, begin, len(text))
    return found + [last] * bool(last.text.strip())


def _statement(text: str, begin: int, end: int) -> Statement:
    lead = _LEADING.match(text, begin, end)
    start = lead.end() if lead else begin
    return Statement(text[start:end], start)


def line_at(text: str, offset: int) -> int:
    """The line of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1


def line_of(text: str, statement: Statement, words: str = "") -> int:
    """The line in a statement where some words first stand; its own first line when they do not."""
    at = statement.text.find(words) if words else 0
    return line_at(text, statement.start + max(at, 0))


def too_deep(text: str) -> Statement | None:
    """The first policy that is nested so deeply, or is so long, that Cedar's own parser would not survive it."""
    for one in statements(text):
        depth = deepest = 0
        for token in _DEPTH.finditer(one.text):
            depth += (token[0] in "([{") - (token[0] in ")]}")
            deepest = max(deepest, depth)
        if deepest > DEEPEST or sum(1 for t in _OPERATOR.finditer(one.text) if t[1]) > LONGEST:
            return one
    return None


def first_fault(text: str) -> tuple[int, str] | None:
    """Line and message of the first policy that Cedar cannot parse, None when it parses all of them."""
    for one in statements(text):
        said = _refusal(one.text)
        if said:
            return line_at(text, one.start + _where(one.text, said)), said
    return None


def _refusal(text: str) -> str:
    try:
        cedarpy.PolicySet.from_str(text)
    except ValueError as e:
        return str(e)
    return ""


def _where(text: str, said: str) -> int:
    """The offset of the token that Cedar did not expect: the first at which what comes before it fails alike."""
    named = _UNEXPECTED.search(said)
    if not named:
        return 0
    at = text.find(named[1])
    # A semicolon after it, because Cedar says "unexpected end" where a text just stops.
    while at >= 0 and not _refusal(f"{text[: at + len(named[1])]};").startswith(f"unexpected token `{named[1]}`"):
        at = text.find(named[1], at + 1)
    return max(at, 0)
