"""The words that facts are written in: States, and the conditions of each exception with its citation."""

from __future__ import annotations

# The States and the jurisdictions that stand beside them (45 CFR 164.406 speaks of both).
STATES = frozenset(
    (
        "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA",
        "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR",
        "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AS", "GU", "MP", "PR", "VI",
    )
)  # fmt: skip

# The conditions of each exception, all of which must hold: 45 CFR 164.402, definition of breach, (1).
CONDITIONS: dict[str, dict[str, str]] = {
    "unintentional workforce": {
        "under_authority": "a workforce member, or someone acting under the plan's or associate's authority, did it",
        "unintentional": "it was unintentional",
        "good_faith": "it was made in good faith",
        "within_authority": "it was within the scope of that person's authority",
        "no_further_use": "nothing was used or disclosed further in a way that the Privacy Rule does not permit",
    },
    "inadvertent internal": {
        "inadvertent": "the disclosure was inadvertent",
        "sender_authorized": "the person who disclosed it is authorized to access PHI",
        "recipient_authorized": "the person who received it is authorized to access PHI",
        "same_entity": "both belong to the same plan, business associate or organized health care arrangement",
        "no_further_use": "nothing was used or disclosed further in a way that the Privacy Rule does not permit",
    },
    "not retained": {
        "good_faith": "the plan or associate believes it in good faith",
        "could_not_retain": "the recipient could not reasonably have been able to retain the information",
    },
}
EXCEPTION_CITE = {
    "unintentional workforce": "45 CFR 164.402(1)(i)",
    "inadvertent internal": "45 CFR 164.402(1)(ii)",
    "not retained": "45 CFR 164.402(1)(iii)",
}
