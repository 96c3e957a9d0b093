"""Role-plays: sensitive conversations whose turns have consequences at the simulated company.

`load(id)` reads one of content/dialogues, `play(dialogue, choices)` says where it stands: what was
told to whom (as events), who was harmed, whether the need was met, and what comes next.
"""

from __future__ import annotations

from simlab.dialogue.engine import Played, Said, play
from simlab.dialogue.model import Dialogue, Option, Turn, load, names
from simlab.dialogue.sheet import sheet

__all__ = ["Dialogue", "Option", "Played", "Said", "Turn", "load", "names", "play", "sheet"]
