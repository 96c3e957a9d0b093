"""A learner's policies, read where they are believed in nothing; and the sets of lesson 05, put together from parts."""

from __future__ import annotations

import re

from simlab.controls import access
from simlab.controls.access.request import FIELDS
from simlab.errors import InputError, SimlabError, UnknownName

LONGEST, MOST = 12_000, 60  # characters, and policies, of a set
_UNKNOWN = re.compile(r"attribute `(\w+)`.* not found.*", re.DOTALL)

_ROLES = """\
@id("examiner-pays-claims")
permit (principal == Role::"claims_examiner", action in [Action::"read", Action::"update"], resource)
when {{ resource in [Data::"demographic", Data::"claims"] && context.purpose == "payment" }}{claim};

@id("call-staff-answer-calls")
permit (principal == Role::"member_services", action in [Action::"read", Action::"update"], resource)
when {{ resource in [Data::"demographic", Data::"contact", Data::"claims"] }}{call};

@id("nurse-works-cases")
permit (principal == Role::"nurse_reviewer", action in [Action::"read", Action::"update"], resource)
when {{ resource in [Data::"demographic", Data::"claims", Data::"clinical", Data::"part2"] }}{case};

@id("analyst-works-projects")
permit (principal == Role::"analyst", action in [Action::"read", Action::"export"], resource)
when {{ resource in [Data::"demographic", Data::"claims"] }}{project};
"""
_EVERYBODY = '@id("everybody")\npermit (principal in Group::"workforce", action, resource);\n'
_GLASS = """
@id("glass-for-care")
permit (principal == Role::"nurse_reviewer", action == Action::"read", resource)
when { resource in [Data::"demographic", Data::"claims", Data::"clinical"] }
when { context.has_glass && context.is_emergency && context.purpose == "treatment" };
"""
_ALWAYS = """
@id("whole-record")
forbid (principal, action, resource)
when { context.is_whole_record && !context.is_justified };

@id("part2-without-consent")
forbid (principal, action, resource == Data::"part2")
unless { context.has_part2_consent };
"""
_RESTRICTION = (
    '@id("restriction")\nforbid (principal, action, resource)\nwhen {{ context.restriction == "agreed" }}{unless};\n'
)
_KIN = '@id("conflict-of-interest")\nforbid (principal, action, resource)\nwhen {{ ["self", "household", "relative", "co-worker"].contains(context.kin) }}{unless};\n'
_FACTOR = '@id("second-factor")\nforbid (principal, action, resource)\nwhen {{ context.mfa_minutes > 480 }}{unless};\n'
_EMERGENCY = "\nunless { context.has_glass && context.is_emergency }"


def read(text: str) -> access.Policies:
    """The policies of a text. Raises InputError, which says the line and what would be right."""
    text = text.removeprefix("\n")  # the first line is the one below the quotes
    if len(text) > LONGEST:
        raise InputError(f"your policies have {len(text):,} characters: write at most {LONGEST:,}")
    if not text.strip():
        raise InputError("there is no policy in it: begin with the draft above")
    try:
        found = access.parse(text, file="your policies")
    except SimlabError as e:
        raise InputError(_plain(str(e))) from None
    except Exception as e:  # what no parser foresaw is still the text's fault, and never a traceback
        raise InputError(
            f"your policies cannot be read ({type(e).__name__}): compare them with the draft above"
        ) from None
    if len(found) > MOST:
        raise InputError(f"your policies are {len(found)}: {MOST} is the most")
    return found


def _plain(said: str) -> str:
    """What was wrong, without Cedar's own words for a fact that nobody knows."""
    named = _UNKNOWN.search(said)
    return f"{said[: named.start()]}{UnknownName('fact of a request', named[1], FIELDS)}" if named else said


def written(*, who: str = "work", kin: bool = True, factor: bool = True, emergency: bool = True) -> str:
    """The text of a set: `who` opens a record (everybody, role, work), and what else holds.

    With `emergency` there is a way in for care, and no other policy stands before it.
    """
    unless = _EMERGENCY if emergency else ""
    parts = [_EVERYBODY if who == "everybody" else _permits(who == "work"), _ALWAYS, _RESTRICTION.format(unless=unless)]
    parts += [_GLASS] if emergency else []
    parts += [_KIN.format(unless=unless)] if kin else []
    parts += [_FACTOR.format(unless=unless)] if factor else []
    return "\n".join(parts)


def _permits(is_work: bool) -> str:
    names = ("claim", "call", "case", "project")
    return _ROLES.format(**{n: f' \nwhen {{ context.relation == "{n}" }}' if is_work else "" for n in names})
