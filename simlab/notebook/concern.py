"""Practice in reporting a concern: a case, a short form, the organization's own ways, and what a reader would say."""

from __future__ import annotations

from pathlib import Path

from simlab import organization as organizations
from simlab.exercise import concern as concerns
from simlab.exercise.answers import Answers
from simlab.exercise.concern import Concern
from simlab.notebook.drafts import Drafts, packed, unpacked
from simlab.notebook.form import in_words
from simlab.notebook.sheet import Field, Sheet, Values
from simlab.organization import Organization

ONLY_PRACTICE = "It stays in your own folder, and nobody was told. A real concern goes by the ways above."
LOOKS = "This page only looks for words. A person who reads your report sees more."


def report_concern(case: str = "printer-tray") -> Sheet | None:
    """The practice form for one case, with the ways of the organization. What is wrong is said in words."""
    return in_words(lambda: _form(case, Path.cwd()))


def _form(name: str, folder: Path) -> Sheet:
    case, organization = concerns.concern(name), organizations.current(folder)
    answers, key = Answers(folder), f"concern.{name}"

    def press(button: str, values: Values) -> tuple[str, str]:
        answers.give(key, packed(values))
        verdict, said = judged(case, values)
        return verdict, "\n".join([said, *answers.notes])

    given = {k: v for k, v in unpacked(answers.get(key)).items() if k in {f.id for f in _fields(organization)}}
    buttons = [("try", "Look at my report", True)]
    sheet = Sheet(_fields(organization), buttons, press, intro=_intro(case, organization), values=given)
    if given:
        sheet.tell(lambda: judged(case, given))
    Drafts(folder).follow_sheet(sheet, key)
    return sheet


def judged(case: Concern, values: Values) -> tuple[str, str]:
    """(verdict, text) for a report: each thing that it needs, in words."""
    lines = concerns.judge(case, values)
    right = sum(line.ok for line in lines)
    verdict = "A good first report." if right == len(lines) else f"Nearly: {right} of {len(lines)} things are there."
    said = [f"{'Good' if line.ok else 'To mend'}. {line.text}" for line in lines]
    return verdict, "\n".join(["", *said, LOOKS, f"Practice only. {ONLY_PRACTICE}"])


def _intro(case: Concern, organization: Organization) -> list[tuple[str, str]]:
    example = [("", organizations.EXAMPLE)] if organization.is_example else []
    return [
        ("Practice only.", "Nothing that you write here is sent to anybody."),
        (f"{case.title}.", case.moment),
        (f"How to report at {organization.name}:", " ".join(organization.report.how)),
        ("Without your name:", organization.report.anonymous),
        *example,
        (
            "What is law.",
            "A plan must have a way for people to complain about how it keeps the privacy rules, and must write down each "
            "complaint and what became of it (45 CFR 164.530(d)). It may not threaten, punish or take other action against "
            "anybody for using that way, or another right under these rules (45 CFR 164.530(g)).",
        ),
        (
            "What is good practice.",
            "Facts and times, what you saw yourself, no guesses, and no more of a member's data than needed.",
        ),
    ]


def _fields(organization: Organization) -> list[Field]:
    return [
        Field("what", "What happened?", "What it was, how much, where, and what you did", rows=3),
        Field("when", "When?", "The day and the time of day"),
        Field("seen", "What did you see or hear yourself?", rows=3),
        Field("told", "Who knows of it already?", "Nobody is an answer too"),
        Field("route", "Which way do you report it?", options=tuple(_ways(organization))),
    ]


def _ways(organization: Organization) -> list[tuple[str, str]]:
    officer, hotline = organization.privacy_officer, organization.hotline
    where = ", ".join(filter(None, [hotline.phone, hotline.hours, hotline.url]))
    return [
        ("security", f"Security line, {organization.security_line.phone}"),
        ("privacy", f"Privacy office: {officer.name}, {officer.phone}, {officer.email}"),
        ("hotline", f"{hotline.name}, {where}"),
        (concerns.MANAGER, "Your manager, and nobody else"),
    ]
