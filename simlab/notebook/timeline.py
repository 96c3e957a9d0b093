"""What happened in the order of time, and numbers by State: pictures that are lists and tables underneath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from IPython.display import HTML

from simlab.notebook.form import css

# Where each State stands on a map of squares, (row, column); DC and every State once.
PLACES = {
    "AK": (0, 0), "ME": (0, 10), "VT": (1, 9), "NH": (1, 10), "WA": (2, 0), "ID": (2, 1), "MT": (2, 2), "ND": (2, 3),
    "MN": (2, 4), "IL": (2, 5), "WI": (2, 6), "MI": (2, 7), "NY": (2, 8), "RI": (2, 9), "MA": (2, 10), "OR": (3, 0),
    "NV": (3, 1), "WY": (3, 2), "SD": (3, 3), "IA": (3, 4), "IN": (3, 5), "OH": (3, 6), "PA": (3, 7), "NJ": (3, 8),
    "CT": (3, 9), "CA": (4, 0), "UT": (4, 1), "CO": (4, 2), "NE": (4, 3), "MO": (4, 4), "KY": (4, 5), "WV": (4, 6),
    "VA": (4, 7), "MD": (4, 8), "DE": (4, 9), "AZ": (5, 1), "NM": (5, 2), "KS": (5, 3), "AR": (5, 4), "TN": (5, 5),
    "NC": (5, 6), "SC": (5, 7), "DC": (5, 8), "OK": (6, 3), "LA": (6, 4), "MS": (6, 5), "AL": (6, 6), "GA": (6, 7),
    "HI": (7, 0), "TX": (7, 3), "FL": (7, 8),
}  # fmt: skip


class Page(HTML):
    """HTML that is read as text where there is no page."""

    def __init__(self, html: str, text: str) -> None:
        super().__init__(f"<style>{css('form', 'pictures')}</style><div class='simlab-page'>{html}</div>")
        self.text = text

    def __repr__(self) -> str:
        return self.text


def timeline(events: Iterable[tuple[str, str]], title: str = "What happened") -> Page:
    """Events of (when, what), in the order given, as a line of time; a list to a screen reader."""
    rows = [(str(when), str(what)) for when, what in events]
    items = "".join(f"<li><strong>{escape(when)}</strong> {escape(what)}</li>" for when, what in rows)
    html = f"<p><strong>{escape(title)}</strong></p><ol class='simlab-timeline'>{items}</ol>"
    return Page(html, "\n".join([title, *(f"  {when}  {what}" for when, what in rows)]))


def statemap(numbers: Mapping[str, int], title: str = "Members by State") -> Page:
    """A map of squares with the numbers in it, and the same as a table; States without a number are left pale.

    `numbers` are by two-letter code; what is no State of the map stands in the table alone.
    """
    rows = sorted(((str(s), int(n)) for s, n in numbers.items()), key=lambda x: (-x[1], x[0]))
    most = max((n for _, n in rows), default=0) or 1
    tiles = "".join(_tile(state, dict(rows).get(state), most, place) for state, place in PLACES.items())
    body = "".join(f"<tr><th scope='row'>{escape(s)}</th><td>{n:,}</td></tr>" for s, n in rows)
    html = (
        f"<div class='simlab-map' aria-hidden='true'>{tiles}</div><table><caption>{escape(title)}</caption>"
        f"<thead><tr><th scope='col'>State</th><th scope='col'>Number</th></tr></thead><tbody>{body}</tbody></table>"
    )
    return Page(html, "\n".join([title, *(f"  {s}  {n:,}" for s, n in rows)]))


def _tile(state: str, number: int | None, most: int, place: tuple[int, int]) -> str:
    level = 0 if not number else 1 + (number * 3 - 1) // most if number < most else 4
    where = f"grid-row:{place[0] + 1};grid-column:{place[1] + 1}"
    said = f"<br>{number:,}" if number else ""
    return f"<span class='level-{min(level, 4)}' style='{where}'>{state}{said}</span>"
