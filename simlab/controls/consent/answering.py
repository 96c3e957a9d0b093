"""How a request for access is answered: what may be denied, who must say so, and the form of the copy.

45 CFR 164.524(a)(2), (a)(3) and (c)(2). The clock is in `rights`.
"""

from __future__ import annotations

from typing import Literal

from simlab.controls.consent.findings import Finding
from simlab.errors import UnknownName

_A = "45 CFR 164.524(a)"
# What nobody reviews, and what a licensed health care professional must have found.
_FINAL = {
    "psychotherapy notes": "(1)(i)",
    "gathered for a proceeding": "(1)(ii)",
    "inmate, and a copy would endanger": "(2)(ii)",
    "research in progress, as agreed": "(2)(iii)",
    "promised to a source that is no provider": "(2)(v)",
}
_REVIEWED = {
    "endangers life or physical safety": "(3)(i)",
    "substantial harm to another who is named": "(3)(ii)",
    "substantial harm, and a representative asks": "(3)(iii)",
}


def may_deny_access(ground: str, *, found_by_professional: bool = False) -> Finding:
    """Whether access may be denied on a ground; `duties` say what is owed with the denial. Raises UnknownName."""
    if ground in _FINAL:
        return Finding(True, f"{ground}: the denial is not reviewed", _A + _FINAL[ground], duties=_OWED)
    if ground not in _REVIEWED:
        raise UnknownName("ground of denial", ground, [*_FINAL, *_REVIEWED])
    cite = _A + _REVIEWED[ground]
    if not found_by_professional:
        said = "a licensed health care professional must have found it, in the exercise of professional judgment"
        return Finding(False, said, cite)
    return Finding(True, f"{ground}, as a licensed professional found", cite, duties=(*_OWED, _REVIEW))


_OWED = ("write down why, in plain language, and how to complain", "give access to the rest")
_REVIEW = "another licensed professional, who had no part in it, reviews it when the member asks"


def copy_owed(
    asked: Literal["paper", "electronic"], *, is_kept_electronically: bool, is_readily_producible: bool
) -> Finding:
    """The form in which a copy is owed; it holds where it is the form that was asked for."""
    if asked == "electronic" and is_kept_electronically:
        cite = "45 CFR 164.524(c)(2)(ii)"
        if is_readily_producible:
            return Finding(True, "an electronic copy in the form that the member asks for", cite)
        return Finding(False, "a readable electronic form that both agree on", cite)
    cite = "45 CFR 164.524(c)(2)(i)"
    if is_readily_producible:
        return Finding(True, "the form that the member asks for", cite)
    return Finding(False, "a readable hard copy, or another form that both agree on", cite)
