"""The sources that the course may cite, and the citations that a text holds."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator

from simlab.content import Model, load_file, resource

# "45 CFR 164.404(a)(2)", and what follows it in a row: "45 CFR 164.402, 164.404".
_CFR = re.compile(
    r"\b(\d+) CFR (\d+\.\d+)(?:\([A-Za-z0-9]+\))*((?:(?:, | and |; | to )\d+\.\d+(?:\([A-Za-z0-9]+\))*)*)"
)
_SECTION = re.compile(r"\d+\.\d+")
_OTHER = re.compile(r"\b(?:\d+ FR \d[\d,]*|\d+ USC \d+\w*|NIST SP \d+(?:-\w+)*|FIPS \d+(?:-\d+)?|RFC \d+)")


class Source(Model):
    """One source: how it is cited, its title, and when and in what its text was last read."""

    cite: str
    title: str
    checked: dt.date
    against: str


class Sources(Model):
    """All of them."""

    sources: tuple[Source, ...]


@functools.cache
def known() -> frozenset[str]:
    """How each source is cited. Raises ContentError."""
    return frozenset(s.cite for s in load_file(resource("course", "sources.yml"), Sources).sources)


def cited(text: str) -> Iterator[str]:
    """Each source that a text cites, as the list names it: a CFR by its section, others by name."""
    for found in _CFR.finditer(text):
        for section in [found[2], *_SECTION.findall(found[3])]:
            yield f"{found[1]} CFR {section}"
    for found in _OTHER.finditer(text):
        yield found[0].rstrip(",")


def unknown(text: str) -> list[str]:
    """The citations of a text that the list of sources does not have. Raises ContentError."""
    return [c for c in dict.fromkeys(cited(text)) if c not in known() and not _edition(c)]


def _edition(cite: str) -> bool:
    """Whether a NIST publication is on the list under another of its revisions (800-88 for 800-88r2)."""
    base = re.sub(r"(?:r|Rev\. ?)\d+$", "", cite)
    return base != cite and base in known()
