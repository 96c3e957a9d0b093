"""Who is told, and who goes without? Four choices, run over a month of requests at Larkspur's gateway each time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from simlab.exercise.protocol import PRACTICE_SEED
from simlab.exercise.worlds._month_requests import ROUTES, build
from simlab.exercise.worlds._month_score import Judged, Played
from simlab.exercise.worlds._month_settings import Row, Settings, shipped
from simlab.notebook.lists import Follows, Lists

NOBODY = "nobody"
WHO = {
    "provider": "clinics", "law enforcement": "police", "plan sponsor": "employers", "third party": "lawyers",
    "marketer": "advertisers",
}  # fmt: skip
# What each list is for, and what opens these rows for each choice (None: what the shipped rules say).
RULES: dict[str, tuple[str, tuple[str, ...], dict[str, str | None]]] = {
    "family": ("Family:", ("family",), {
        NOBODY: "", "whoever is related": "anybody", "whom the member lets us tell": None}),
    "clinics": ("Clinics, about bills:", ("provider",), {
        NOBODY: "", "with a signed consent": "consent", "for a bill of this member": None}),
    "power": ("Police and employers:", ("law enforcement", "plan sponsor"), {
        NOBODY: "", "who shows who they are": "badge", "as far as their paper goes": None}),
    "forms": ("Lawyers and other firms:", ("third party", "marketer"), {
        NOBODY: "", "with any signed form": "form", "with a form that has all it needs": None}),
}  # fmt: skip


def telling() -> Lists:
    """Four lists to choose from, and below them how many were told what is not theirs and how many went without."""
    lists = [(ident, label, list(choices)) for ident, (label, _, choices) in RULES.items()]
    return Lists(lists, _follow, ("A month", "What came of it", "Requests"))


def _follow(chosen: dict[str, str]) -> Follows:
    played = Played(build(PRACTICE_SEED), settings(chosen), {"told": 0, "refused": 0})
    told, without = len(played.told), len(played.refused)
    rows = (
        ("as it should be", len(played.judged) - len({id(j) for j in (*played.told, *played.refused)})),
        ("told what is not theirs", told),
        ("went without what they need", without),
    )
    said = " ".join(filter(None, (_most("Told too much:", played.told), _most("Went without:", played.refused))))
    return Follows(
        f"{told} told what is not theirs, {without} went without.",
        said or "Nobody was told what is not theirs, and nobody went without.",
        rows,
    )


def settings(chosen: dict[str, str]) -> Settings:
    """The shipped settings, with the rows of each list opened as it says."""
    opens = {to: RULES[ident][2][text] for ident, text in chosen.items() for to in RULES[ident][1]}
    rows = [shipped(*route) for route in ROUTES]
    return Settings(
        rows=tuple(_opened(row, opens.get(row.to)) for row in rows), keep=("restrictions", "addresses", "opt-outs")
    )


def _opened(row: Row, basis: str | None) -> Row:
    if basis is None or (row.to == "provider" and row.for_ != "payment"):
        return row
    # Where everybody is let in, what may be told is not looked at either.
    tell = ("any",) if basis == "badge" else row.tell
    return row.model_copy(update={"opens": (basis,) if basis else (), "tell": tell})


def _most(lead: str, judged: Iterable[Judged]) -> str:
    """Who it went wrong for, each once, with the plainest of their cases."""
    cases: dict[str, list[str]] = defaultdict(list)
    for one in judged:
        cases[WHO.get(one.due.route[0], one.due.route[0])].append(one.due.asked.says.rstrip("."))
    shown = [f"{who} (“{min(says, key=len)}”)" for who, says in cases.items()]
    return f"{lead} {'; '.join(shown)}." if shown else ""
