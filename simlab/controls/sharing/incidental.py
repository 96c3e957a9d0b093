"""What was overheard or seen beside something allowed: permitted as incident to it, or an impermissible disclosure.

45 CFR 164.502(a)(1)(iii). It rests on what was done beforehand: who has taken no safeguards has no incident.
"""

from __future__ import annotations

from simlab.controls.consent.findings import Finding

CITE = "45 CFR 164.502(a)(1)(iii)"


def judge_incident(*, is_of_something_permitted: bool, minimum_is_kept: bool, has_safeguards: bool) -> Finding:
    """Whether it is incident to a permitted use or disclosure; what fails is entered by the rule `impermissible`.

    `has_safeguards`: reasonable ones, that limit what can be overheard or seen (164.530(c)(2)(ii)).
    """
    if not is_of_something_permitted:
        return Finding(False, "what it went with was not permitted itself", CITE)
    if not minimum_is_kept:
        return Finding(False, "more was in it than the minimum that was necessary", "45 CFR 164.502(b)(1)")
    if not has_safeguards:
        return Finding(False, "no reasonable safeguards limited what could be overheard", "45 CFR 164.530(c)(2)(ii)")
    return Finding(True, "it is incident to something permitted, in spite of reasonable safeguards", CITE)
