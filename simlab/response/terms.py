"""The words that facts are written in: States, and the conditions of each exception with its citation."""

from __future__ import annotations

# The States and the jurisdictions that stand beside them (45 CFR 164.406 speaks of both), as a letter names them.
STATE_NAMES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "the District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "the Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "the Virgin Islands",
}  # fmt: skip
STATES = frozenset(STATE_NAMES)

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
