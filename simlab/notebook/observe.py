"""The observer's sheet of a role-play that two people play aloud: a third one scores what they see and hear."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from simlab import dialogue as dialogues
from simlab.dialogue import Dialogue
from simlab.dialogue import sheet as page
from simlab.dialogue.sheet import SCORES as DONE
from simlab.errors import InputError
from simlab.exercise.files import write_whole
from simlab.exercise.variant import own_seed
from simlab.exercise.workspace import Workspace, check_id, find, learner_of
from simlab.notebook.drafts import Drafts
from simlab.notebook.form import in_words
from simlab.notebook.sheet import Field, Sheet, Values

SCORES = tuple((text[0], text) for text in DONE)
LEARNER, OBSERVER, NOTE = "learner", "observer", "note"


def observe(name: str) -> Sheet | None:
    """The observer's sheet of a role-play, by its id, to fill in here or to print. What is wrong is said in words."""
    return in_words(lambda: _sheet(dialogues.load(name), Path.cwd()))


def _sheet(dialogue: Dialogue, folder: Path) -> Sheet:
    def press(button: str, values: Values) -> tuple[str, str]:
        if button == "print":
            return _printed(dialogue, folder)
        path = write(find(folder), dialogue, values, dt.datetime.now(dt.UTC))
        said = f"Kept as {path.name}, in the folder of what {values[LEARNER]} hands in. It enters the training record."
        return "Kept.", f"{said}\nYou can fill in another one now: it is kept beside this one."

    buttons = [("keep", "Keep this sheet", True), ("print", "Make a sheet to print", False)]
    sheet = Sheet(_fields(dialogue), buttons, press, intro=_intro(dialogue))
    Drafts(folder).follow_sheet(sheet, f"observe.{dialogue.id}")
    return sheet


def _intro(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [
        (
            f"Observer's sheet: {dialogue.title}.",
            "Two people play it aloud. You watch, and score what you see and hear.",
        ),
        ("Score what was done,", "not how well they acted. A 0 is no blame: it says what to practise next."),
    ]


def _fields(dialogue: Dialogue) -> list[Field]:
    return [
        Field(LEARNER, "Who is observed?", "The id on the trainer's list, such as ana.lopez"),
        Field(OBSERVER, "Who observes?", "Your own id"),
        *(Field(c.id, c.text, f"Look for: {c.look_for}", options=SCORES, in_a_row=True) for c in dialogue.observer),
        Field(NOTE, "A note (if you like)", "What went well, and what to try next time", rows=3, needed=False),
    ]


def write(workspace: Workspace, dialogue: Dialogue, values: Values, at: dt.datetime) -> Path:
    """Write a sheet that is filled in to `submissions/<learner>/observations`; never over another.

    Raises InputError for an id that is none, for somebody who observes themselves, and where nothing
    can be written.
    """
    learner, observer = check_id(values[LEARNER]), check_id(values[OBSERVER])
    if learner.casefold() == observer.casefold():
        raise InputError("The observer and the one observed must be two people.")
    scores = {c.id: int(values[c.id]) for c in dialogue.observer}
    sheet = {
        "dialogue": dialogue.id,
        LEARNER: learner,
        OBSERVER: observer,
        "scores": scores,
        NOTE: values.get(NOTE, ""),
    }
    sheet["at"] = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    folder = workspace.folder / "submissions" / learner / "observations"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = next(p for n in range(1, 10_000) if not (p := folder / f"{dialogue.id}-{n}.json").exists())
        write_whole(path, (json.dumps(sheet, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    except OSError as e:
        raise InputError(f"The sheet could not be kept in {folder}: {e.strerror or e}") from None
    return path


def _printed(dialogue: Dialogue, folder: Path) -> tuple[str, str]:
    name = f"{dialogue.id}-observer.html"
    try:
        write_whole(folder / name, page(dialogue, own_seed(learner_of(folder))).encode("utf-8"))
    except OSError as e:
        raise InputError(f"{name} could not be written beside this notebook: {e.strerror or e}") from None
    return "Written.", f"The sheet to print is {name}, beside this notebook. Open it, and print it with Ctrl+P."
