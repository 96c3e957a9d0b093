"""A learner's rule, read where it is believed in nothing: as text alone, of a small size, with its fault in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simlab.errors import InputError, SimlabError

if TYPE_CHECKING:
    from simlab.detection import Rule

# The rule of the lesson: reads of members' records by one account, counted over a time.
_TEXT = """\
title: Reads of members' records
id: 5f0d3f6e-3c1b-4a83-9d41-6f1d2a7c9b10
name: reads
status: test
description: Somebody opens a member's record.
logsource:
  product: simlab
  service: events
detection:
  selection:
    class_name: Datastore Activity
    activity_name: Read
{parts}  condition: {condition}
---
title: Many members' records under one account
id: 2b8f6c0a-94d7-4e0b-8f51-0c7e5a3d1f42
status: test
description: One account opens more members' records than its work needs.
level: medium
correlation:
  type: value_count
  rules: [reads]
  group-by: [actor]
  timespan: {span}
  condition:
    field: member
    gte: {at_least}
"""
_NIGHT = "  night:\n    time|hour|gte: 4\n    time|hour|lt: 11\n"  # UTC: before dawn at every site
_JOBS = "  filter_jobs:\n    role: service_account\n"
LONGEST, DEEPEST, MOST = 6_000, 4, 24  # characters; parentheses within each other, and in all
# What a rule that ships has to prove stands in its file. A learner's rule is proved by the weeks.
_PROOF = """
x-simlab:
  hit: [{about: none, events: [{after: 0s}]}]
  miss: [{about: none, events: [{after: 0s}]}]
  cannot_see: not said
  runbook: not said
"""
_ANCHOR = re.compile(r"(?:^|[\s\[{,:-])[&*][\w-]", re.MULTILINE)


def read(text: str) -> Rule:
    """The rule of a text. Raises InputError, which says the line and what would be right."""
    text = text.removeprefix("\n")  # the first line is the one below the quotes
    _require_small(text)
    from simlab.detection import read_rule

    proves = re.search(r"^x-simlab:", text, re.MULTILINE) or not re.search(r"^title:", text, re.MULTILINE)
    whole = text if proves else f"{text.rstrip()}\n{_PROOF.lstrip()}"
    try:
        return read_rule(whole, "your-rule", "your rule")
    except SimlabError as e:
        raise InputError(str(e)) from None
    except Exception as e:  # what no parser foresaw is still the rule's fault, and never a traceback
        raise InputError(f"your rule cannot be read ({type(e).__name__}): compare it with the one above") from None


def written(at_least: int, span: str, *, is_night: bool = False, without_jobs: bool = False) -> str:
    """The text of a rule: from so many members' records on, read by one account within a time."""
    parts = (_NIGHT if is_night else "") + (_JOBS if without_jobs else "")
    condition = "selection" + (" and night" if is_night else "") + (" and not filter_jobs" if without_jobs else "")
    return _TEXT.format(at_least=at_least, span=span, parts=parts, condition=condition)


def _require_small(text: str) -> None:
    """Raises InputError for a text that would keep a parser busy: that is no rule of anybody's."""
    if len(text) > LONGEST:
        raise InputError(f"your rule has {len(text):,} characters: write at most {LONGEST:,}")
    if not text.strip():
        raise InputError("your rule is empty: begin with the one above")
    if _ANCHOR.search(text):
        raise InputError("your rule uses & or * in front of a name, which repeats parts of YAML: write them out")
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    if deepest > DEEPEST or text.count("(") > MOST:
        raise InputError(f"your rule has too many parentheses: at most {DEEPEST} within each other")
