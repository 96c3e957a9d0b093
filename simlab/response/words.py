"""Assessments and duties as plain text, for a console, a report or a screen reader."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from simlab.response.assess import SCORE_LABEL, Assessment, kept
from simlab.response.clocks import moment
from simlab.response.duties import Duty

HEADER = "Training material, not legal advice. Invented company, real rules; confirm with counsel before acting."
WIDTH = 110

VERDICT = {
    True: "Breach of unsecured PHI: notify",
    False: "No notice under the HIPAA Breach Notification Rule",
    None: "Not decided: facts are missing",
}


def explain(assessment: Assessment) -> str:
    """The assessment as plain text: the answer, each test with its reason and citation, what is missing."""
    return "\n".join([HEADER, "", f"{VERDICT[assessment.is_breach]}.", "", *steps(assessment)]) + "\n"


def steps(assessment: Assessment) -> Iterator[str]:
    """Each test with its reason and citation, what follows, and what could still decide it."""
    for step in assessment.steps:
        yield f"{step.number}. {step.test} {step.answer.upper()}"
        yield f"   {_sentence(step.reason)} [{step.cite}]"
    yield ""
    yield _follows(assessment)
    if assessment.missing:
        word = "Decides it" if assessment.is_breach is None else "Could still rebut the presumption"
        yield f"{word}: {', '.join(assessment.missing)}."
    if assessment.teaching_score is not None:
        yield f"Factors that point to low probability: {assessment.teaching_score} of 4. {SCORE_LABEL}"


def _follows(assessment: Assessment) -> str:
    """What the tests come to; their reasons stand above."""
    last = assessment.steps[-1]
    if assessment.is_breach is None:
        return assessment.rationale
    if assessment.is_breach:
        return "None of the five tests ends it: a breach of unsecured PHI, and notices are due (45 CFR 164.404-408)."
    return f"Test {last.number} ends it: no notice under the HIPAA Breach Notification Rule. {kept(last)}"


def in_words(duties: Sequence[Duty]) -> str:
    """Duties as plain text in the order given, each with its date, reason, citation and what is open."""
    lines = [HEADER, ""]
    if not duties:
        lines.append("No notice is owed under this regime on these facts.")
    for duty in duties:
        head, *rest = duty_lines(duty)
        lines += [head, *(f"  {line}" for line in rest)]
    return "\n".join(lines) + "\n"


def duty_lines(duty: Duty) -> list[str]:
    """What is owed by when, then why with its citation, then all that is open about it."""
    return [_head(duty), f"{_sentence(duty.why)} [{duty.cite}]", *_more(duty)]


def _head(duty: Duty) -> str:
    when = "date not known" if duty.due is None else f"by {moment(duty.due)}"
    where = f" ({duty.state})" if duty.state else ""
    is_open = "" if duty.is_owed else " IF OWED:"
    return f"{when}:{is_open} {duty.duty}{where}. Owed by the {duty.owes} to {duty.owed}."


def _more(duty: Duty) -> list[str]:
    out = [duty.note] if duty.note else []
    if duty.missing:
        out.append(f"{'Could move the date' if duty.is_owed else 'Hangs on'}: {', '.join(duty.missing)}.")
    if duty.done_by:
        out.append(duty.done_by)
    if duty.unconfirmed:
        out.append(f"UNCONFIRMED: the text of {' and '.join(duty.unconfirmed)} was not compared.")
    if duty.confirm:
        out.append(f"Confirm with counsel: {duty.confirm}.")
    if duty.checked:
        old = ", MORE THAN A YEAR AGO: compare it before relying on this date" if duty.is_stale else ""
        out.append(f"Text last checked {duty.checked}{old}.")
    return out


def tame(text: str) -> str:
    """Text without what would steer a terminal: a file of facts may hold anything."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def wrapped(line: str) -> str:
    """A line broken at spaces, what follows indented as far as its beginning."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
