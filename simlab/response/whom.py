"""For whom a duty is counted: which States, how many individuals, and what that still hangs on."""

from __future__ import annotations

from collections.abc import Mapping

from simlab.response.assess import assess
from simlab.response.facts import Facts
from simlab.response.law import Rule

LICENSE = "licensed"

Whom = list[tuple[str, int | None, tuple[str, ...]]]


def whom(rule: Rule, facts: Facts) -> Whom:
    """Each (State or "", count, what it hangs on) for which the threshold is met; a count None means not known."""
    if rule.per_license:
        return _by_license(rule, facts)
    where = rule.states[0] if len(rule.states) == 1 else ""
    if facts.counts is None:
        return [(where, None, ("counts",) if rule.threshold or rule.states else ())]
    held = {s: n for s, n in facts.counts.items() if not rule.states or s in rule.states}
    if rule.threshold is None or rule.threshold.per == "total":
        total = sum(held.values())
        is_met = rule.threshold.is_met(total) if rule.threshold else total > 0
        return [(where, total, ())] if is_met else []
    return [(s, n, ()) for s, n in sorted(held.items()) if rule.threshold.is_met(n)]


def _by_license(rule: Rule, facts: Facts) -> Whom:
    """The State of domicile whatever the count, others from the threshold on and where harm or another notice is near."""
    assert rule.threshold is not None
    if facts.licensed is None:
        return [("", None, (LICENSE,))]
    counts = facts.counts
    out: Whom = []
    harm: tuple[str, ...] | None = ("material_harm",)
    if facts.material_harm or assess(facts).is_breach:  # a breach goes to HHS: another government body is told
        harm = ()
    elif facts.material_harm is False:
        harm = None
    for state in sorted(facts.licensed):
        count = None if counts is None else counts.get(state, 0)
        if state == facts.domicile:
            out.append((state, count, ()))
        elif harm is not None and (count is None or rule.threshold.is_met(count)):
            out.append((state, count, (*(("counts",) if count is None else ()), *harm)))
    if facts.domicile is None and facts.licensed and not out:
        out.append(("", None, ("domicile",)))
    return out


def crossed_on(rule: Rule, facts: Facts, state: str) -> str:
    """Since when the count meets the threshold, "" where the first count met it."""
    bound = rule.threshold
    if bound is None or bound.fewer_than is not None or len(facts.counted) < 2:
        return ""

    def count(found: Mapping[str, int]) -> int:
        return found.get(state, 0) if bound.per == "state" else sum(found.values())

    since = next((one.on for one in facts.counted if bound.is_met(count(one.counts))), None)
    if since is None or since == facts.counted[0].on:
        return ""
    return f"The count first met this on {since}: it is owed from then on, without unreasonable delay."
