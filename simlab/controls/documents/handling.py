"""What a plan owes around its documents: complaints, sanctions, harm, retaliation, keeping, and the notice.

Sources: 45 CFR 164.530(d) to (j), 164.520(c)(1). Each answer says whether something is owed or in order, why,
and by which rule.
"""

from __future__ import annotations

import datetime as dt

from simlab.clock import after_days
from simlab.controls.consent.findings import Finding
from simlab.errors import InputError, UnknownName

KEPT_YEARS, REMINDER_YEARS, REVISION_DAYS = 6, 3, 60
ADVERSE = ("intimidate", "threaten", "coerce", "discriminate against", "retaliate against")
EXERCISES = ("complaint", "access", "amendment", "accounting", "restriction", "confidential communication")
BENEFITS = ("treatment", "payment", "enrollment", "eligibility")
_530, _520 = "45 CFR 164.530", "45 CFR 164.520(c)(1)"


def complaint(*, is_written_down: bool, disposition: str, is_closed: bool) -> Finding:
    """Whether a complaint that came in is documented as it must be: it, and its disposition if there is one."""
    if not is_written_down:
        return Finding(False, "each complaint that comes in is documented", f"{_530}(d)(2)")
    if is_closed and not disposition.strip():
        return Finding(False, "what came of a complaint is documented too", f"{_530}(d)(2)")
    return Finding(True, "the complaint is documented, and what came of it where something did", f"{_530}(d)(2)")


def retaliation(act: str, *, because: str) -> Finding:
    """Whether something done to a member is barred because of what they did: `act` one of ADVERSE. True: barred.

    Raises UnknownName.
    """
    if act not in ADVERSE:
        raise UnknownName("act against somebody", act, ADVERSE)
    if because in EXERCISES:
        said = f"nobody may {act} somebody for using a right or for a complaint"
        return Finding(True, said, f"{_530}(g)(1)")
    return Finding(False, "it has nothing to do with a right or a complaint", f"{_530}(g)(1)")


def waiver(*, as_condition_of: str) -> Finding:
    """Whether asking a member to give up their rights is barred: as a condition of one of BENEFITS. True: barred."""
    if as_condition_of in BENEFITS:
        return Finding(True, f"no right may be given up as a condition of {as_condition_of}", f"{_530}(h)")
    return Finding(False, "nothing is made to depend on it", f"{_530}(h)")


def sanction(*, broke_policy: bool, is_whistleblower: bool = False, is_documented: bool | None = None) -> Finding:
    """Whether a sanction is owed for what somebody of the workforce did, and was documented where one was applied.

    `is_whistleblower`: what they did meets the conditions of 164.502(j), or is a complaint or the like under (g)(2).
    """
    if broke_policy and is_whistleblower:
        return Finding(False, "who reports a wrong as the rule lets them is not sanctioned for it", f"{_530}(e)(1)")
    if not broke_policy:
        return Finding(False, "nobody broke the policies or the rule", f"{_530}(e)(1)")
    if is_documented is False:
        return Finding(True, "the sanction that was applied is still to be documented", f"{_530}(e)(2)")
    return Finding(True, "who breaks the privacy policies is sanctioned, as the plan's own steps say", f"{_530}(e)(1)")


def mitigation(*, is_known: bool, is_violation: bool, by: str = "plan", is_practicable: bool = True) -> Finding:
    """Whether harm is to be mitigated: known, from a use or disclosure in violation, by the plan or its associate."""
    if by not in ("plan", "business associate"):
        return Finding(False, "it was neither the plan nor its business associate", f"{_530}(f)")
    if not is_violation:
        return Finding(False, "it broke neither the policies nor the rule", f"{_530}(f)")
    if not is_known:
        return Finding(False, "no harmful effect is known", f"{_530}(f)")
    if not is_practicable:
        return Finding(False, "nothing practicable would lessen it: write down why", f"{_530}(f)")
    return Finding(True, "a harmful effect that is known is mitigated as far as practicable", f"{_530}(f)")


def kept_until(made: dt.date, last_in_effect: dt.date | None = None) -> dt.date:
    """The day until which documentation is kept: six years from when it was made or last in effect (164.530(j)(2)).

    Raises InputError where it was last in effect before it was made.
    """
    if last_in_effect and last_in_effect < made:
        raise InputError(f"it was last in effect on {last_in_effect}, before it was made on {made}")
    return years_after(max(made, last_in_effect or made), KEPT_YEARS)


def may_destroy(made: dt.date, on: dt.date, last_in_effect: dt.date | None = None) -> Finding:
    """Whether documentation may go on a day: not before its six years are over."""
    until = kept_until(made, last_in_effect)
    if on < until:
        return Finding(False, f"it is kept until {until}", f"{_530}(j)(2)")
    return Finding(True, f"its six years ended on {until}", f"{_530}(j)(2)")


def notice_change(*, effective: dt.date, is_posted: bool, revised: dt.date) -> tuple[dt.date, str, str]:
    """By when members learn of a material change of the notice: the day, what is done, and the source.

    A plan that posts its notice posts the change by its effective date, and has it in the next annual mailing;
    one that does not sends it within 60 days of the revision. Raises InputError for one in effect before it is made.
    """
    if effective < revised:
        said = "a material change is not in effect before the notice that has it, save where law requires it"
        raise InputError(f"{said} (45 CFR 164.520(b)(3)): {effective} is before {revised}")
    if is_posted:
        said = "posted prominently on the website by its effective date, and in the next annual mailing"
        return effective, said, f"{_520}(v)(A)"
    return after_days(revised, REVISION_DAYS), "sent to all who are covered then", f"{_520}(v)(B)"


def notice_owed(*, event: str, last_told: dt.date | None = None, on: dt.date | None = None) -> Finding:
    """Whether a plan owes somebody its notice: `event` is enrollment, request, dependent or reminder.

    `reminder`: word that the notice is there and how to get it, at least every three years. Raises UnknownName, InputError.
    """
    if event == "enrollment":
        return Finding(True, "a new enrollee gets the notice at enrollment", f"{_520}(i)(B)")
    if event == "request":
        return Finding(True, "whoever asks for the notice gets it", "45 CFR 164.520(c)")
    if event == "dependent":
        return Finding(False, "the named insured's notice does for the dependents", f"{_520}(iii)")
    if event != "reminder":
        raise UnknownName("event", event, ("enrollment", "request", "dependent", "reminder"))
    if last_told is None or on is None:
        raise InputError("a reminder is counted from the day of the last one to a day: give both")
    until = years_after(last_told, REMINDER_YEARS)
    said = f"members are told at least every three years that the notice is there: by {until}"
    return Finding(on >= until, said, f"{_520}(ii)")


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day some years later; 1 March for a 29 February that is not there, so that nothing ends early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)
