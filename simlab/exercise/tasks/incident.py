"""One's own incident: is it a breach and why, since when do the days run, and who is told by when?

The answer is computed by `simlab.response` from the facts of the seed. A right date for a wrong reason earns a part, and so
does a wrong start that is counted on rightly. Facts and story in `_incident_case`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from simlab.exercise.protocol import UNANSWERED, Detail, Verdict
from simlab.exercise.tasks import _parts as parts
from simlab.exercise.tasks._incident_case import Incident, build, in_words
from simlab.response.terms import STATE_NAMES

LEGEND = "What do you find, and who is told by when?"
BUTTON = "Sign it"
CITE = "45 CFR 164.402; 45 CFR 164.404(a)(2); 45 CFR 164.406; 45 CFR 164.408"
TELLS_ALL = True
FINDINGS = (
    ("presumed", "A breach: it is presumed, and nothing written shows that the risk is low"),
    ("key", "A breach: it was sealed, and the key went too"),
    ("no-proof", "No breach: nothing proves that somebody has it or has read it"),
    ("sealed", "Nothing to tell: it was sealed"),
    ("excepted", "No breach: our own people or a firm of ours did it, in good faith"),
)
HHS = (
    ("with-letters", "At the same time as the members"),
    ("after-year", "In the log, and by 1 March 2027"),
    ("not", "Not at all"),
)
WEIGHTS = {"finding": 0.25, "days": 0.4, "hhs": 0.15, "media": 0.2}


def make(seed: int) -> Incident:
    """An incident for a seed. Each is a breach, so each has days to count."""
    return build(seed)


def _dates(material: Incident) -> list[tuple[str, dt.date]]:
    """Sixty days from each day that one might count from, and the same day two months later."""
    found = {ident: when + dt.timedelta(days=60) for ident, (when, _) in material.days.items()}
    start = material.days[material.since][0]
    month = start.month + 2
    months = dt.date(start.year + (month > 12), (month - 1) % 12 + 1, min(start.day, 28))
    return sorted([*found.items(), *([("two-months", months)] if months not in found.values() else [])], key=_day)


def _day(pair: tuple[str, dt.date]) -> tuple[dt.date, str]:
    return pair[1], pair[0]


def _media(material: Incident) -> list[tuple[str, str]]:
    """No media, those of the largest State, of each with 500 or more, of each State."""
    counts = material.facts.counts or {}
    largest = max(counts, key=lambda s: (counts[s], s))
    sets = [(), (largest,), tuple(sorted(s for s, n in counts.items() if n >= 500)), tuple(sorted(counts))]
    return [("-".join(s) or "none", _in(s)) for s in dict.fromkeys(sets)]


def _in(states: tuple[str, ...]) -> str:
    return f"Those of {' and '.join(STATE_NAMES[s] for s in states)}" if states else "None"


def view(material: Incident) -> list[parts.Part]:
    since = [(i, f"{in_words(when)}: {what}") for i, (when, what) in material.days.items()]
    by = [(i, in_words(when)) for i, when in _dates(material)]
    return [
        parts.text(
            "What you sign is compared with what the rule makes of these facts. A right date for a wrong reason earns a part."
        ),
        *(parts.text(text, lead) for lead, text in material.says),
        parts.pick("finding", "You find", FINDINGS),
        parts.pick("since", "The plan discovered it on", since),
        parts.pick("by", "The last day for the letters to members", by),
        parts.pick("hhs", "HHS is told", HHS),
        parts.pick("media", "Media are told", _media(material)),
    ]


def rights(material: Incident) -> dict[str, str]:
    """What is right for each list, as `simlab.response` has it."""
    due = material.owed["individuals"].due
    by = next(ident for ident, when in _dates(material) if when == due)
    hhs = "with-letters" if "hhs-large" in material.owed else "after-year"
    return {
        "finding": material.reason, "since": material.since, "by": by, "hhs": hhs, "media": "-".join(material.media) or "none",
    }  # fmt: skip


def judge(material: Incident, answer: Any) -> Verdict:
    """Each answer by its weight; day and date are looked at together."""
    given, right = _given(material, answer), rights(material)
    if not given:
        return Verdict(0.0, UNANSWERED)
    worth = {
        "finding": _finding(given.get("finding", ""), right["finding"]),
        "days": _days(given, right),
        "hhs": float(given.get("hhs") == right["hhs"]),
        "media": float(given.get("media") == right["media"]),
    }
    share = round(sum(WEIGHTS[k] * v for k, v in worth.items()), 4)
    lead = "Right." if share == 1 else "Not yet." if share < 0.1 else "Partly right."
    return Verdict(share, f"{lead} This is what the rule makes of it.", tuple(_details(material, given, right)), CITE)


def _finding(choice: str, right: str) -> float:
    """That it is a breach is half of it, where the reason is another one."""
    return 1.0 if choice == right else 0.5 if choice in ("presumed", "key") else 0.0


def _days(given: dict[str, str], right: dict[str, str]) -> float:
    since, by = given.get("since") == right["since"], given.get("by") == right["by"]
    if since and by:
        return 1.0
    if since or by:
        return 0.5
    return 0.25 if given.get("by") and given.get("by") == given.get("since") else 0.0


def _details(material: Incident, given: dict[str, str], right: dict[str, str]) -> list[Detail]:
    people, counts = material.owed["individuals"], material.facts.counts or {}
    due = people.due
    assert due is not None
    day, total = material.days[right["since"]], sum(counts.values())
    each = ", ".join(f"{n:,} in {s}" for s, n in counts.items())
    said = {
        "finding": f"You find: {dict(FINDINGS)[right['finding']].lower()}. {_why(material)} (45 CFR 164.402)",
        "since": f"Discovered: {in_words(day[0])}, when {day[1]}. {_since(material)} (45 CFR 164.404(a)(2))",
        "by": f"Letters: by {in_words(due)}, 60 days after that day, and no later than can be helped. (45 CFR 164.404(b))",
        "hhs": f"HHS: {dict(HHS)[right['hhs']].lower()}. {total:,} in all, and 500 is where it changes. (45 CFR 164.408)",
        "media": f"Media: {dict(_media(material))[right['media']].lower()}. {each}; it takes more than 500 in one State. (45 CFR 164.406)",
    }
    return [
        Detail(f"{text}{'' if given.get(k) else ' Nothing was chosen.'}", given.get(k) == right[k])
        for k, text in said.items()
    ]


def _why(material: Incident) -> str:
    return {
        "key-too": "What is sealed is safe as long as the key is elsewhere.",
        "locked": "Malware that locks a file has had it. No trace is no proof, and the rule presumes a breach.",
        "colleague": "To look without any work is no good faith and not within the job, so no exception fits.",
    }.get(material.kind, "Somebody had it who had no right to it, and nothing written shows that the risk is low.")


def _since(material: Incident) -> str:
    if material.kind == "agent":
        return "The plan directs the work, so the firm looks like its agent, whatever the contract calls it: what it knows, the plan knows. Ask counsel."
    if material.kind == "contractor":
        return "The firm works in its own way, so the plan's days begin when it is told. Ask counsel."
    return "What one of our people knows, the plan knows; only the one who did it is left out. The report does not begin the days."


def _given(material: Incident, answer: Any) -> dict[str, str]:
    """The choice of each list that was made once, and is offered."""
    offered = parts.offered(view(material))
    kept = [a for a in parts.given(answer) if a in offered]
    names = [a.split(":", 1)[0] for a in kept]
    return {name: a.split(":", 1)[1] for name, a in zip(names, kept, strict=True) if names.count(name) == 1}


def text(material: Incident, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Incident) -> list[str]:
    return [f"{k}:{v}" for k, v in rights(material).items()]


def _but(**changed: str) -> Callable[[Incident], list[str]]:
    return lambda m: [f"{k}:{v}" for k, v in (rights(m) | changed).items()]


def _slip(**changed: str) -> Callable[[Incident], list[str]]:
    """As `_but`, with media that are not the right ones, so that it is as wrong for everybody."""

    def answer(material: Incident) -> list[str]:
        media = next(i for i, _ in _media(material) if i != rights(material)["media"])
        return _but(**{"media": media} | changed)(material)

    return answer


def _other_day(material: Incident) -> list[str]:
    day = "found" if material.since == "told" else "told"
    return _but(since=day, by=day)(material)


MISTAKES: dict[str, Callable[[Incident], Any]] = {
    "from-the-report": _but(since="ended", by="ended"),
    "until-i-am-sure": _slip(finding="no-proof", since="ended", by="ended", hhs="not"),
    "no-proof-no-breach": _slip(finding="no-proof", hhs="not"),
    "call-the-press": _slip(hhs="not"),
    "the-contract-says-contractor": _other_day,
    "sealed-is-sealed": _slip(finding="sealed", hhs="not"),
}
