"""Screen out: what a notebook shows. The only room that imports ipywidgets or IPython.

`check` marks (see simlab.exercise), `quiz` asks in a lesson, `theft` lets one try what a thief can
read, `watch` what a rule catches and whom it bothers, `gate` who gets in and who is served, `telling` who is told and who goes without, `lastday` what a vendor leaves behind, `silence` what a day's silence costs, `glance` shows a few rows and `lonely` who is alone with a few facts, `roleplay` is a talk with consequences, `playbill` holds all of them, and `observe` its observer's sheet, `report_concern` is
practice in a first report, `evaluate` asks what a lesson was worth, `console` runs a tabletop, `home`
is the learner's first page, `previously` tells what went before, `jobaid` shows the page to print,
`search` and `glossary` find words, `task` is worked on the page, `overview` shows one insurer at a glance, `timeline` and `statemap` are pictures
with their words.
"""

from __future__ import annotations

from simlab.notebook.concern import report_concern
from simlab.notebook.console import console
from simlab.notebook.evaluate import evaluate
from simlab.notebook.finding import glossary, search
from simlab.notebook.gating import gate
from simlab.notebook.homepage import home
from simlab.notebook.leaving import lastday
from simlab.notebook.looking import glance, lonely
from simlab.notebook.observe import observe
from simlab.notebook.overview import overview
from simlab.notebook.playbill import playbill
from simlab.notebook.quiz import check, quiz
from simlab.notebook.roleplay import roleplay
from simlab.notebook.silence import silence
from simlab.notebook.story import jobaid, previously
from simlab.notebook.tasks import task
from simlab.notebook.telling import telling
from simlab.notebook.theft import theft
from simlab.notebook.timeline import statemap, timeline
from simlab.notebook.watching import watch

__all__ = [
    "check",
    "console",
    "evaluate",
    "gate",
    "glance",
    "glossary",
    "home",
    "jobaid",
    "lastday",
    "lonely",
    "observe",
    "overview",
    "playbill",
    "previously",
    "quiz",
    "report_concern",
    "roleplay",
    "search",
    "silence",
    "statemap",
    "task",
    "telling",
    "theft",
    "timeline",
    "watch",
]
