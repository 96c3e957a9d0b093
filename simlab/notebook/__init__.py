"""Screen out: what a notebook shows. The only room that imports ipywidgets or IPython.

`check` marks (see simlab.exercise), `quiz` asks in a lesson, `theft` lets one try what a thief can
read, `console` runs a tabletop, `home` is the learner's first page.
"""

from __future__ import annotations

from simlab.notebook.console import console
from simlab.notebook.homepage import home
from simlab.notebook.quiz import check, quiz
from simlab.notebook.theft import theft

__all__ = ["check", "console", "home", "quiz", "theft"]
