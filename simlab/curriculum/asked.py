"""What a page asks of whom, and whether it has been answered."""

from __future__ import annotations

import contextlib
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
    """The names under which an answer may lie: the item's own, or those of the pool that fit the role.

    A playbill is answered by any one role-play of the role's own work.
    """
    if ask.kind == "playbill":
        own = [it.id for it in talks(ask) if not role or role in it.roles] or [it.id for it in talks(ask)]
        return frozenset(f"roleplay.{name}" for name in own)
    pool = [item for item in (sheet.items if sheet else ()) if item.pool == ask.name]
    if not pool:
        return frozenset({ask.key})
    fits = [i for i in pool if role in i.roles] or [i for i in pool if not i.roles] or pool
    return frozenset(i.id for i in (fits if role else pool))


def talks(ask: Ask) -> list[Dialogue]:
    """The role-plays that an ask offers; one that cannot be read is told where it is played."""
    if ask.kind == "playbill":
        names = [name for name in dialogue.names() if name not in ask.name.split()]
    else:
        names = [ask.name] if ask.kind == "roleplay" else []
    found = []
    for name in names:
        with contextlib.suppress(SimlabError):
            found.append(dialogue.load(name))
    return found


def is_whole(key: str, answer: Any) -> bool:
    """Whether the answer kept under a name is a whole one: a role-play has to come to its end."""
    name = key.removeprefix("roleplay.")
    if name != key and name in dialogue.names():
        return _is_over(dialogue.load(name), answer)
    return answer not in (None, "", [])


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
