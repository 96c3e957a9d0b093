"""Marker lines: `### BEGIN SOLUTION`, `### BEGIN HIDDEN TESTS`, `### BEGIN MARK SCHEME` and their ends.

nbgrader takes any line that contains the words and ships the rest, so that a slip of one letter
publishes the hidden block with success reported. Here a slip is found before anything is made.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

KINDS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
VERBS = ("BEGIN", "END")
PHRASES = tuple(f"{verb} {kind}" for verb in VERBS for kind in KINDS)
_CANONICAL = re.compile(rf"^\s*### ({'|'.join(PHRASES)})\s*$")
_VERBISH = re.compile(r"^(BEG|BGI|START|STOP|END|FINISH|CLOSE|OPEN)")
_KINDISH = re.compile(r"^(SOL|HID|HDD|TEST|MARK|AUTOTEST)")
_LONGEST = 5  # words; a longer line is prose that speaks of an end or of a solution


@dataclass(frozen=True)
class Mark:
    """One marker line as nbgrader reads it; `line` counts from 1."""

    line: int
    verb: str
    kind: str
    is_plain: bool  # written exactly as `### BEGIN HIDDEN TESTS`


def marks(source: str) -> list[Mark]:
    """Every marker that nbgrader will act on, in order."""
    found = []
    for n, line in enumerate(source.split("\n"), start=1):
        for phrase in PHRASES:
            if phrase in line:
                verb, kind = phrase.split(" ", 1)
                found.append(Mark(n, verb, kind, bool(_CANONICAL.match(line))))
                break
    return found


def near_misses(source: str) -> list[tuple[int, str, str]]:
    """(line number, the line, the marker that it must mean) of lines that only look like markers."""
    known = {m.line for m in marks(source)}
    found = []
    for n, line in enumerate(source.split("\n"), start=1):
        meant = "" if n in known else _meant(line)
        if meant:
            found.append((n, line.strip(), f"### {meant}"))
    return found


def _meant(line: str) -> str:
    """The marker phrase that a line must have meant, or ''."""
    words = re.sub(r"[^A-Z]+", " ", line.upper()).split()
    if not 1 <= len(words) <= _LONGEST or not _looks_like_one(line):
        return ""
    said = " ".join(words)
    close = difflib.get_close_matches(said, PHRASES, n=1, cutoff=0.8)
    joined = difflib.get_close_matches(said.replace(" ", ""), [p.replace(" ", "") for p in PHRASES], n=1, cutoff=0.85)
    if close:
        return close[0]
    if joined:
        return next(p for p in PHRASES if p.replace(" ", "") == joined[0])
    if len(words) > 1 and _VERBISH.match(words[0]) and any(_KINDISH.match(w) for w in words[1:]):
        verb = "END" if words[0][0] in "EFC" or words[0] == "STOP" else "BEGIN"
        kind = "SOLUTION" if any(w.startswith("SOL") for w in words) else "HIDDEN TESTS"
        return f"{verb} {kind if not any(w.startswith('MARK') for w in words) else 'MARK SCHEME'}"
    return ""


def _looks_like_one(line: str) -> bool:
    """Whether the line is a comment, a heading, or nothing but the words: never code, never a sentence."""
    text = line.strip()
    bare = text.lstrip("#%-/*<! ").rstrip("#-*> !")
    return text.startswith(("#", "%", "//", "--", "<!--", "/*")) or bool(re.fullmatch(r"[A-Z_ -]+", bare))


def balance(source: str) -> list[tuple[int, str]]:
    """(line, fault) of markers that do not pair up inside one cell."""
    faults, opened = [], None
    for mark in marks(source):
        if mark.verb == "BEGIN":
            if opened:
                faults.append((mark.line, f"BEGIN {mark.kind} inside the {opened.kind} begun at line {opened.line}"))
            opened = opened or mark
        elif opened is None:
            faults.append((mark.line, f"END {mark.kind} without its BEGIN: all above it would be published"))
        elif opened.kind != mark.kind:
            faults.append((mark.line, f"END {mark.kind} closes the {opened.kind} begun at line {opened.line}"))
            opened = None
        else:
            opened = None
    if opened:
        faults.append((opened.line, f"BEGIN {opened.kind} without its END in the same cell"))
    return faults


def split(source: str, kind: str = "HIDDEN TESTS") -> tuple[str, str]:
    """(what stays, what lies between the markers of a kind) of a balanced source."""
    kept: list[str] = []
    hidden: list[str] = []
    inside = False
    for line in source.split("\n"):
        if f"BEGIN {kind}" in line:
            inside = True
        elif f"END {kind}" in line:
            inside = False
        else:
            (hidden if inside else kept).append(line)
    return "\n".join(kept), "\n".join(hidden)
