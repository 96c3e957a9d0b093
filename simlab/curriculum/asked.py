"""What a page asks of whom, and whether it has been answered."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from simlab import dialogue
from simlab.content import resource
from simlab.curriculum.lesson import Ask
from simlab.dialogue import Dialogue
from simlab.errors import SimlabError
from simlab.exercise.items import Item, Items, load_items


def sheet_of(name: str) -> Items | None:
    """The questions of a lesson, None where it has no file. Raises ContentError."""
    try:
        path = resource("items", f"{name}.yml")
    except SimlabError:
        return None
    return _sheet(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _sheet(path: Path, _: int) -> Items:
    return load_items(path)


def keys(ask: Ask, sheet: Items | None, role: str = "") -> frozenset[str]:
    """The names under which an answer may lie: the item's own, or those of the pool that fit the role."""
    pool = [item for item in (sheet.items if sheet else ()) if item.pool == ask.name]
    if not pool:
        return frozenset({ask.key})
    fits = [i for i in pool if role in i.roles] or [i for i in pool if not i.roles] or pool
    return frozenset(i.id for i in (fits if role else pool))


def is_for(ask: Ask, role: str) -> bool:
    """Whether it is this track's own: a role-play of other people's work may be played and need not be."""
    talk = _talk(ask)
    return not (talk and role and talk.roles) or role in talk.roles


def is_whole(ask: Ask, answer: Any) -> bool:
    """Whether an answer is a whole one: a role-play has to come to its end."""
    talk = _talk(ask)
    return _is_over(talk, answer) if talk else answer not in (None, "", [])


def _talk(ask: Ask) -> Dialogue | None:
    if ask.kind != "roleplay":
        return None
    try:
        return dialogue.load(ask.name)
    except SimlabError:  # one that is not there is told where it should be played
        return None


def _is_over(talk: Dialogue, choices: Any) -> bool:
    """Whether these choices lead to an end, in whichever variant they were made."""
    turns = {talk.turns[0].id}
    for ident in choices if isinstance(choices, list) else []:
        taken = [o for t in talk.turns if t.id in turns for o in t.options if o.id == ident]
        ways = {o.within(v).next for o in taken for v in ("", *(v.id for v in talk.variants))}
        if "" in ways:
            return True
        turns = ways
    return False


def item_of(name: str, sheet: Items | None) -> Item | None:
    """The item of that id, or the first of the pool of that name."""
    every = sheet.items if sheet else ()
    found = next((i for i in every if i.id == name), None)
    return found or next((i for i in every if i.pool and i.pool == name), None)


def objective_of(name: str, sheet: Items) -> str:
    """The objective that a question or a check serves; "" where none is said."""
    item = item_of(name, sheet)
    return sheet.checks.get(name, "") or (item.objective if item else "")
