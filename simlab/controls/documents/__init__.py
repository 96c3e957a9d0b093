"""Documents made from the rules that the system enforces, and forms that are looked at.

`render` makes one as a page or as text: the sharing policy, the notice of privacy practices, forms, the
sheet for those who take calls. `check_form`, `check_notice` and `check_letter` say what a text has, lacks or
must not say; `answer` finds a member's question; `requests` holds the clocks of members' rights, `letters`
what is written back, `handling` complaints and keeping, `reviews` what was looked at and decided. Nothing here
is legal advice.
"""

from __future__ import annotations

from simlab.controls.documents.checking import FormCheck, FormFinding, check_form, check_letter, check_notice
from simlab.controls.documents.paper import Paper, page, text
from simlab.controls.documents.questions import Answer, answer, answers
from simlab.controls.documents.rendering import KINDS, paper, render
from simlab.controls.documents.requests import Clock, Request, due
from simlab.controls.documents.reviews import Review, Reviews, reviewed

__all__ = [
    "KINDS",
    "Answer",
    "Clock",
    "FormCheck",
    "FormFinding",
    "Paper",
    "Request",
    "Review",
    "Reviews",
    "answer",
    "answers",
    "check_form",
    "check_letter",
    "check_notice",
    "due",
    "page",
    "paper",
    "render",
    "reviewed",
    "text",
]
