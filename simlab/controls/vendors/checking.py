"""What is wrong with a contract: each finding with its source, and what would be right.

A finding's `basis` tells law from practice: HIPAA asks for satisfactory assurances and names no
questionnaire, no attestation and no interval.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

from simlab.controls.vendors import words
from simlab.controls.vendors.contract import Contract
from simlab.controls.vendors.words import Basis

MOST_DAYS = 60  # 45 CFR 164.410(b)
ATTESTED_FOR = 730  # days: Larkspur's own measure of an attestation that is not old


@dataclasses.dataclass(frozen=True)
class Finding:
    """One fault: of which contract or vendor, what it is, what would be right, and the source."""

    about: str
    kind: str
    what: str
    right: str
    cite: str
    basis: Basis = "law"

    def __str__(self) -> str:
        return (
            f"{self.about}: {self.what}. Right: {self.right} ({self.cite}{'' if self.basis == 'law' else ', practice'})"
        )


def check(of: Contract, at: dt.date | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong with a contract; with a day, also whether it holds then."""
    found = [*_terms(of), *_purposes(of), *_telling(of), *_helpers(of), *_standing(of), *_assurances(of, at)]
    return tuple([*_dates(of, at), *found] if at else found)


def is_complete(of: Contract) -> bool:
    """Whether it says all that it must: what the sharing gateway asks as `contract_complete`."""
    return not any(f.kind in ("term", "purpose", "telling", "unsigned") for f in check(of))


def lacking(of: Contract) -> tuple[str, ...]:
    """The ids of the terms that it should have and has not, in the order of the rule."""
    had = of.terms()
    return tuple(t.id for t in words.terms().values() if t.id not in had and (not t.when or getattr(of, t.when)))


def _terms(of: Contract) -> Iterator[Finding]:
    for name in lacking(of):
        term = words.terms()[name]
        yield Finding(of.id, "term", term.lacking, term.right, term.cite)


def _purposes(of: Contract) -> Iterator[Finding]:
    for name in of.purposes:
        purpose = words.purposes()[name]
        if purpose.cite and not purpose.is_allowed:
            said = f"it allows {name}, and {purpose.because}"
            yield Finding(of.id, "purpose", said, "a contract allows only what the plan itself may do", purpose.cite)


def _telling(of: Contract) -> Iterator[Finding]:
    if of.tells_within > MOST_DAYS:
        said = f"it gives the vendor {of.tells_within} days to tell of a breach"
        yield Finding(
            of.id, "telling", said, f"without unreasonable delay, and within {MOST_DAYS} days", "45 CFR 164.410(b)"
        )
    if of.signed is None:
        yield Finding(
            of.id,
            "unsigned",
            "nobody has signed it",
            "a written contract comes before the data",
            "45 CFR 164.502(e)(2)",
        )


def _helpers(of: Contract) -> Iterator[Finding]:
    for helper in of.subcontractors:
        if not helper.has_contract:
            said = f"{helper.name} ({helper.does}) helps with the data and has no contract"
            yield Finding(
                of.id, "subcontractor", said, "the vendor has the same terms signed first", "45 CFR 164.502(e)(1)(ii)"
            )


def _standing(of: Contract) -> Iterator[Finding]:
    if of.plan_directs is not None and of.plan_directs != (of.called == "agent"):
        doing = "directs its work" if of.plan_directs else "does not direct its work"
        said = f"it calls the vendor {of.called}, and the plan {doing}"
        right = "ask counsel which it is: the rule looks to the federal common law of agency, and the breach clock hangs on it"
        yield Finding(of.id, "standing", said, right, "45 CFR 164.404(a)(2)")
    if of.knows_violation:
        right = "have it mended, and end the contract where that does not help and it can be done"
        yield Finding(of.id, "violation", "a pattern of breaking it is known", right, "45 CFR 164.504(e)(1)(ii)")


def _assurances(of: Contract, at: dt.date | None) -> Iterator[Finding]:
    right = "ask for one, from an assessor of their choice"
    if of.attestation == "none":
        yield Finding(
            of.id,
            "attestation",
            "nobody from outside has looked at its security",
            right,
            "45 CFR 164.308(b)(1)",
            "practice",
        )
    elif at and of.attested and (at - of.attested).days > ATTESTED_FOR:
        said = f"its attestation is of {of.attested}, more than two years old"
        yield Finding(of.id, "attestation", said, right, "45 CFR 164.308(b)(1)", "practice")


def _dates(of: Contract, at: dt.date) -> Iterator[Finding]:
    if at > of.last_day:
        said = f"it ended on {of.last_day}"
        yield Finding(
            of.id, "ended", said, "renew it before anything more is sent, or offboard", "45 CFR 164.502(e)(2)"
        )
    elif at < of.start:
        yield Finding(of.id, "not begun", f"it begins on {of.start}", "send nothing before", "45 CFR 164.502(e)(2)")
