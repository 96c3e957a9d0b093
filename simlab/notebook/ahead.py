"""What stands on the home page before anything is run: the next step, as text, written when the course is opened.

JupyterLab runs no cell by itself, and nothing here makes it do so: text that is already there needs no trust.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from simlab.errors import SimlabError
from simlab.exercise.files import write_whole
from simlab.exercise.workspace import find
from simlab.notebook.homepage import Home

CELL = "home-cell"
MORE = "*So it stood when the course was opened. For questions, buttons and search: **Run**, then **Run All Cells**.*"


def write_ahead(folder: Path, day: dt.date) -> bool:
    """Put the learner's next step and lessons into their home page as text. False where that cannot be done.

    Nothing else of the page is touched; a page of another shape is left as it is.
    """
    path = folder / "home.ipynb"
    try:
        nb = json.loads(path.read_text(encoding="utf-8"))
        cell = next(c for c in nb["cells"] if c.get("id") == CELL and c["cell_type"] == "code")
        text = page(folder, day)
        cell |= {"execution_count": None, "outputs": [_output(text)]}
        write_whole(path, (json.dumps(nb, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8"))
    except (OSError, ValueError, KeyError, TypeError, StopIteration, SimlabError):
        return False  # the page says it all once it is run
    return True


def page(folder: Path, day: dt.date) -> str:
    """What the home page says, without what is only drawn. Raises SimlabError."""
    home = Home(find(folder), lambda: day)
    if home.progress.track is None:
        return "## Your next step\n\n**Choose Run in the menu above, then Run All Cells.** Then you are asked what your work is."
    return "\n\n".join([home.top(), MORE, home.table()])


def _output(text: str) -> dict[str, Any]:
    data = {"text/markdown": text.splitlines(keepends=True), "text/plain": text.splitlines(keepends=True)}
    return {"output_type": "display_data", "metadata": {}, "data": data}
