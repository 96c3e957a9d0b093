"""All role-plays behind one list, those of one's own work first."""

from __future__ import annotations

from pathlib import Path

import ipywidgets as widgets

from simlab import dialogue as dialogues
from simlab.exercise.workspace import role_of
from simlab.notebook.form import in_words
from simlab.notebook.lists import Follows, Lists
from simlab.notebook.roleplay import roleplay


class Playbill(widgets.VBox):
    """A list to choose from, and below it the role-play that is chosen; each goes on where it was left."""

    def __init__(self, titles: dict[str, str]) -> None:
        super().__init__()
        self._ids = {title: name for name, title in titles.items()}
        self.lists = Lists([("talk", "Role-play:", list(self._ids))], self._chosen, ("", "", ""))

    def _chosen(self, chosen: dict[str, str]) -> Follows:
        shown = roleplay(self._ids[chosen["talk"]])
        form = [self.lists] if hasattr(self, "lists") else []
        self.children = [*form, *([shown] if shown else [])]
        return Follows("", "")

    def begin(self) -> Playbill:
        """Show the list and its first role-play."""
        self._chosen(dict(self.lists.chosen))
        return self


def playbill(*left_out: str) -> Playbill | None:
    """Every role-play but those named, one's own track's first; what is wrong is said in words."""
    return in_words(lambda: Playbill(titles(role_of(Path.cwd()), left_out)).begin())


def titles(role: str, left_out: tuple[str, ...] = ()) -> dict[str, str]:
    """The title of each role-play by its id, those of a track first."""
    every = [dialogues.load(name) for name in dialogues.names() if name not in left_out]
    every.sort(key=lambda it: (role not in it.roles, it.title))
    return {it.id: f"{it.title}{' (your work)' if role in it.roles else ''}" for it in every}
