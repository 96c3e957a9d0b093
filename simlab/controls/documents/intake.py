"""A form as it came, read as a person sees it: what is hidden is not there, look-alike letters are plain ones.

Limits hold before anything is looked at: a text that is too long is cut, and says so.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from html.parser import HTMLParser

from simlab.controls.consent import people

RAW, LONGEST, MOST, SENTENCE = 120_000, 40_000, 600, 600  # characters, characters, sentences, characters
WRAPPED = 55  # a wrapped line is longer than this

_PAGE = re.compile(r"\s*<(?:!doctype|html|head|body|main|form|section|div|p|h\d|ul|ol|table)\b", re.IGNORECASE)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d]*[1-9])", re.IGNORECASE
)
_UNSEEN = frozenset(("head", "script", "style", "template", "noscript", "title", "option"))
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "embed", "source"))
_BLOCK = frozenset(
    ("p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "section", "label", "br", "hr", "header", "footer", "main", "form", "dt", "dd")
)  # fmt: skip
_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_NEW = re.compile(r"\n(?=[ \t]*(?:[-*•□☐✓]|\[[ xX]?\]|#|>|\d{1,2}[.)]|[A-Z][^.:\n]{0,60}:))|(?<=[:_])[ \t]*\n")
_END = re.compile(r"(?<=[.!?])(?<!U\.S\.)[\"'”’)]?\s+(?=[\"'“‘(\[□☐]?[A-Z0-9_\[□☐])")
_MARKUP = re.compile(r"^[ \t]*(?:#{1,6}|>|[-*•]|\d{1,2}[.)])[ \t]+")
_HEADING = re.compile(r"^[ \t]*(?:#{1,6}|\d{1,2}[.)])[ \t]|^[ \t]*\*\*[^*\n]+\*\*[ \t]*$")
_OPEN = re.compile(r"[.!?:][\"'”’)]?$|_{3,}|[\[□☐]")
# A soft hyphen and a mark at the start of a file hide nothing.
_HARMLESS = "\u00ad\ufeff"


@dataclasses.dataclass(frozen=True)
class Sentence:
    """One sentence or label: as it stands, and as it is compared."""

    text: str
    plain: str
    is_heading: bool = False


@dataclasses.dataclass(frozen=True)
class Read:
    """A form that was read. `tricks`: letters that deceive, in words; `is_cut`: it was longer than is read."""

    sentences: tuple[Sentence, ...]
    tricks: tuple[str, ...]
    is_cut: bool

    @property
    def prose(self) -> str:
        """What is a sentence and no label: what a reading grade is of."""
        return "\n\n".join(s.text for s in self.sentences if s.text.rstrip("\"'”’)").endswith((".", "!", "?")))


def read(raw: str) -> Read:
    """A form's text, or its HTML page, as sentences."""
    is_cut = len(raw) > RAW
    shown = _seen(raw[:RAW]) if _PAGE.match(raw) else raw[:RAW]
    is_cut, shown = is_cut or len(shown) > LONGEST, shown[:LONGEST]
    tricks = tuple(_tricks(shown))
    sentences = _sentences(_visible(shown))
    return Read(sentences[:MOST], tricks, is_cut or len(sentences) > MOST)


def _tricks(shown: str) -> list[str]:
    found = []
    hidden = {c for c in shown if unicodedata.category(c) in ("Cf", "Co", "Cn") and c not in _HARMLESS}
    if hidden:
        found.append("it holds characters that nobody sees: " + ", ".join(f"U+{ord(c):04X}" for c in sorted(hidden)))
    mixed = [w for w in dict.fromkeys(re.findall(r"[^\W\d_]{2,40}", _visible(shown))) if people.trick(w)]
    if mixed:
        found.append("it has words whose letters come from two alphabets: " + ", ".join(mixed[:5]))
    return found


def _visible(shown: str) -> str:
    """One spelling for each letter and no characters that nobody sees; lines stay."""
    flat = unicodedata.normalize("NFKC", shown.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in flat if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn", "Cs"))


def _sentences(shown: str) -> tuple[Sentence, ...]:
    found = []
    for paragraph in _PARAGRAPH.split(shown):
        for line in (part for one in _NEW.split(paragraph) for part in _short(one)):
            bare = re.sub(r"\s+", " ", re.sub(r"\*\*|`", "", _MARKUP.sub("", line))).strip()
            # A heading asks; only what stands below it answers.
            is_heading = bool(_HEADING.match(line)) and not _OPEN.search(bare)
            found += [(s.strip()[:SENTENCE], is_heading) for s in _END.split(bare) if s.strip()]
    # So does a title.
    return tuple(Sentence(s, _plain(s), h or (not i and not _OPEN.search(s))) for i, (s, h) in enumerate(found))


def _short(line: str) -> list[str]:
    """Lines that end early were not wrapped: each is a label or a sentence of its own."""
    out: list[str] = []
    for part in line.split("\n"):
        is_new = not out or (len(out[-1].rsplit("\n", 1)[-1]) < WRAPPED and part.lstrip()[:1].isupper())
        if is_new:
            out.append(part)
        else:
            out[-1] += "\n" + part
    return out


@functools.lru_cache(maxsize=20_000)
def _plain(sentence: str) -> str:
    return people.drawn(sentence).replace("’", "'").replace("‘", "'").replace("–", "-").replace("—", "-")


def _seen(page: str) -> str:
    parser = _Page()
    parser.feed(page)
    parser.close()
    return "".join(parser.out)


class _Page(HTMLParser):
    """What of a page a reader sees; blanks become lines to fill in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._hidden: list[str] = []  # open elements, from the first that hides

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {k: v or "" for k, v in attrs}
        hides = tag in _UNSEEN or "hidden" in has or bool(_HIDING.search(has.get("style", "")[:500]))
        if tag in _VOID:
            self._void(tag, has, hides)
        elif self._hidden or hides:
            self._hidden.append(tag)
        else:
            self._break(tag)
            if tag == "textarea":
                self.out.append(" ____ ")

    def _void(self, tag: str, has: dict[str, str], hides: bool) -> None:
        if self._hidden or hides or has.get("type") == "hidden":
            return
        self._break(tag)
        if tag == "input":
            self.out.append("□ " if has.get("type") == "checkbox" else ": ____ ")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[len(self._hidden) - 1 - self._hidden[::-1].index(tag) :]
            return
        self._break(tag, is_end=True)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.out.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str, *, is_end: bool = False) -> None:
        if tag in _BLOCK:
            self.out.append("\n\n")
        if tag in _HEADS and not is_end:
            self.out.append("# ")
