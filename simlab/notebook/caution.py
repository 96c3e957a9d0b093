"""What is said, and what is kept, of text that looks like a real person's data."""

from __future__ import annotations

from simlab import personal


def warning(text: str) -> str:
    """What to say of such text, or ""."""
    found = personal.find(text)
    return " ".join(dict.fromkeys(str(each) for each in found))


def mask(text: str) -> str:
    """The text with such parts masked."""
    return personal.mask(text)
