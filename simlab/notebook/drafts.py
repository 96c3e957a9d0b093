"""What was begun on a page and not answered yet: it outlives a reload and the kernel, and is no answer."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simlab.errors import SimlabError
from simlab.exercise.answers import Answers
from simlab.notebook.caution import mask

if TYPE_CHECKING:
    from simlab.notebook.questions import Asked
    from simlab.notebook.sheet import Sheet

FOLDER = ".simlab"  # below the notebook's folder: nothing in it is handed in


class Drafts:
    """Drafts of one notebook's folder, kept masked. What cannot be kept is let go: the answer itself will say why."""

    def __init__(self, folder: Path) -> None:
        self._kept = Answers(folder / FOLDER)

    def get(self, name: str) -> Any:
        """What was begun under a name; None, "" or [] where nothing was."""
        with contextlib.suppress(SimlabError, OSError):
            return self._kept.get(name)
        return None

    def give(self, name: str, value: str | list[str]) -> None:
        """Keep what stands on the page now."""
        masked = mask(value) if isinstance(value, str) else [mask(each) for each in value]
        with contextlib.suppress(SimlabError, OSError):
            self._kept.folder.mkdir(exist_ok=True)
            if masked != self._kept.get(name, ""):
                self._kept.give(name, masked)

    def follow(self, form: Asked, name: str) -> None:
        """Show what was begun of an answer, and keep from now on what is changed."""
        begun = self.get(name)
        if begun not in (None, "", []) and begun != form.answered and form.fits(begun):
            form.picked = begun
        form.observe(lambda change: self.give(name, form.picked), names="picked")

    def follow_sheet(self, sheet: Sheet, name: str) -> None:
        """Show what was begun on a sheet, and keep from now on what is changed."""
        begun = unpacked(self.get(name))
        if begun and begun != {k: v for k, v in sheet.values.items() if v}:
            sheet.values = sheet.values | begun
            sheet.tell(lambda: ("Begun.", "This is not kept yet."))
        sheet.observe(lambda change: self.give(name, packed(sheet.sound())), names="values")


def packed(values: Mapping[str, str]) -> list[str]:
    """The fields of a sheet as a flat list, as answers are kept."""
    return [f"{name}:{value}" for name, value in values.items() if value]


def unpacked(value: Any) -> dict[str, str]:
    """The fields of a sheet, from the flat list; {} for anything else."""
    parts = [each for each in value if isinstance(each, str) and ":" in each] if isinstance(value, list) else []
    return dict(each.split(":", 1) for each in parts)
