"""What is said, and what is kept, of text that looks like a real person's data."""

from __future__ import annotations

try:
    from simlab.exercise import personal
except ImportError:  # TEMPORARY until it lands
    personal = None


def warning(text: str) -> str:
    """What to say of such text, or ""."""
    found = personal.find(text) if personal else []
    return " ".join(dict.fromkeys(str(each) for each in found))


def mask(text: str) -> str:
    """The text with such parts masked."""
    return personal.mask(text) if personal else text
