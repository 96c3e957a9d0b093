"""Whether two written names are one person's: spelling, spaces and accents aside, look-alikes refused.

A name whose letters come from two alphabets, or which carries characters that nobody sees, is not
matched, however much it looks like the right one.
"""

from __future__ import annotations

import unicodedata

# Letters of other alphabets that are drawn as a Latin one is; after case folding.
_LOOKS = dict(
    zip("авеԁһіјӏкмноԛрсѕтухѵԝαβεικνορτυχıɡ", "abedhijlkmhoqpcstyxvwabeiknoptuxig", strict=True)
)  # fmt: skip


def plain(name: str) -> str:
    """A name as it is compared: composed, folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def is_same(one: str, other: str) -> bool:
    """Whether two names are written alike, and neither hides anything."""
    return bool(one) and plain(one) == plain(other) and not trick(one) and not trick(other)


def looks_like(one: str, other: str) -> bool:
    """Whether two names look alike although they are not the same."""
    return not is_same(one, other) and drawn(one) == drawn(other)


def trick(name: str) -> str:
    """What is wrong with the letters of a name, in words; "" if nothing is."""
    for c in name:
        if unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn", "Zl", "Zp"):
            return f"the name holds a character that nobody sees (U+{ord(c):04X})"
    for word in unicodedata.normalize("NFKC", name).replace("-", " ").split():
        found = sorted({_alphabet(c) for c in word if c.isalpha()})
        if len(found) > 1:
            return f"the name mixes letters of two alphabets ({' and '.join(found)})"
    return ""


def _alphabet(c: str) -> str:
    return unicodedata.name(c, "UNKNOWN").split(" ")[0].title()


def drawn(name: str) -> str:
    """A text as a reader sees it: one case, single spaces, no accents, look-alikes as the letters they look like."""
    seen = "".join(c for c in plain(name) if unicodedata.category(c) != "Cf")
    bare = "".join(c for c in unicodedata.normalize("NFD", seen) if not unicodedata.combining(c))
    return "".join(_LOOKS.get(c, c) for c in bare)
