"""One's own incident: what the four factors say, whether it is a breach and why, since when the days run, who is told by when.

It has two endings, and exactly one is a breach; the two findings are multiplied. A right date for a wrong reason earns a
part, and so does a wrong start that is counted on rightly, or a right fact that is taken to point the wrong way. Facts in
`_incident_facts`, stories in `_incident_case`, what is offered and right in `_incident_lists`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _incident_lists as lists
from simlab.exercise.tasks import _parts as parts
from simlab.exercise.tasks._incident_case import build, in_words
from simlab.exercise.tasks._incident_facts import Incident
from simlab.exercise.tasks._incident_lists import BREACHES, ENDINGS, FACTORS, FINDINGS, HHS, rights
from simlab.response.assess import FACTOR_CITE

LEGEND = "What do the facts say, what do you find, and who is told by when?"
BUTTON = "Sign it"
CITE = "45 CFR 164.402; 45 CFR 164.404(a)(2); 45 CFR 164.406; 45 CFR 164.408; 45 CFR 164.414(b)"
TELLS_ALL = True
WEIGHTS = {"factors": 0.2, "findings": 0.275, "days": 0.3, "hhs": 0.1, "media": 0.125}
WHY = {
    "presumed": "It is presumed, and the word of somebody whom nothing binds does not show the opposite. (45 CFR 164.402)",
    "key": "Sealed is safe as long as the key is elsewhere, and nothing binds whoever had both. (45 CFR 164.402)",
    "low": "Nothing is owed. Who had it is bound, and it is gone in writing. The rule gives the four no weights, so you write "
    "down your reasons: the proof is ours. (45 CFR 164.402(2); 45 CFR 164.414(b); 45 CFR 164.530(j))",
}  # fmt: skip
NOT_SO = {
    "no-proof": " That nothing is proved is none of the four.",
    "excepted": " That exception is for what stays with our people or with a firm of ours. (45 CFR 164.402(1))",
}
SINCE = {
    "agent": "The plan directs the work, so the firm looks like its agent, whatever the contract calls it: what it knows, the plan knows. Ask counsel.",
    "contractor": "The firm works in its own way, so the plan's days begin when it is told. Ask counsel.",
}
OUR_OWN = "What one of our people knows, the plan knows; only the one who did it is left out. The report does not begin the days."


def make(seed: int) -> Incident:
    """An incident for a seed. One ending of each is a breach, so each has days to count."""
    return build(seed)


def view(material: Incident) -> list[parts.Part]:
    offered, (first, second) = lists.offered(material), material.endings

    def pick(ident: str, label: str) -> parts.Part:
        return parts.pick(ident, label, list(offered[ident].items()))

    return [
        *(parts.text(text, title) for title, text in material.says),
        parts.text(first.text, "First ending:"),
        parts.text(
            "Which fact belongs to which factor? And does it point to a low probability of compromise (a low risk, for short), or not?"
        ),
        *(pick(name, label) for name, label in FACTORS.items()),
        pick("first", "First ending: you find"),
        parts.text(f"{second.text} Weigh the four again.", "Second ending:"),
        pick("second", "Second ending: you find"),
        parts.text("Count for the ending that is a breach.", "Who is told by when:"),
        pick("since", "The plan discovered it on"),
        pick("by", "The last day for the letters to members"),
        pick("hhs", "HHS is told"),
        pick("media", "Media are told"),
    ]


def judge(material: Incident, answer: Any) -> Verdict:
    """Each answer by its weight; both findings are looked at together, and so are day and date."""
    given, right = _given(material, answer), rights(material)
    if not given:
        return Verdict(0.0, UNANSWERED)
    worth = {
        "factors": sum(_factor(material, name, given) for name in FACTORS) / len(FACTORS),
        "findings": _finding(given.get("first"), right["first"]) * _finding(given.get("second"), right["second"]),
        "days": _days(given, right),
        "hhs": float(given.get("hhs") == right["hhs"]),
        "media": float(given.get("media") == right["media"]),
    }
    share = round(sum(WEIGHTS[k] * v for k, v in worth.items()), 4)
    return Verdict(
        share, f"{lead(share)} This is what the rule makes of it.", tuple(_details(material, given, right)), CITE
    )


def _factor(material: Incident, name: str, given: dict[str, str]) -> float:
    return lists.lines(material, name)[given[name]].worth if name in given else 0.0


def _finding(choice: str | None, right: str) -> float:
    """That it is a breach is half of it, where the reason is another one."""
    return 1.0 if choice == right else 0.5 if choice in BREACHES and right in BREACHES else 0.0


def _days(given: dict[str, str], right: dict[str, str]) -> float:
    since, by = given.get("since") == right["since"], given.get("by") == right["by"]
    if since and by:
        return 1.0
    if since or by:
        return 0.5
    return 0.25 if given.get("by", "no-day") == given.get("since") != "no-day" else 0.0


def _details(material: Incident, given: dict[str, str], right: dict[str, str]) -> list[Detail]:
    said = {
        **{name: _of_factor(material, name, given) for name in FACTORS},
        **{name: _of_ending(name, given, right) for name in ENDINGS},
        **_of_notices(material, right),
    }
    return [
        Detail(f"{text}{'' if given.get(k) else ' Nothing was chosen.'}", given.get(k) == right[k])
        for k, text in said.items()
    ]


def _of_factor(material: Incident, name: str, given: dict[str, str]) -> str:
    right = next(line for line in lists.lines(material, name).values() if line.worth == 1)
    cite = f"(45 CFR 164.402{FACTOR_CITE[name]})"
    points = "points to a low risk" if right.is_low else "does not point to a low risk"
    return (
        f"{FACTORS[name]} {right.fact[:1].upper()}{right.fact[1:]}. That {points}. {cite}{_miss(material, name, given)}"
    )


def _miss(material: Incident, name: str, given: dict[str, str]) -> str:
    """Why what was chosen for a factor is not right, "" where it is, or where nothing was."""
    if name not in given or _factor(material, name, given) == 1:
        return ""
    chosen = lists.lines(material, name)[given[name]]
    if chosen.belongs_to == name:
        return " You had the right fact, and took it the other way."
    return f" What you chose belongs to: {FACTORS[chosen.belongs_to]}" if chosen.belongs_to else NOT_SO["no-proof"]


def _of_ending(name: str, given: dict[str, str], right: dict[str, str]) -> str:
    found = right[name]
    return f"{ENDINGS[name]}: {_small(FINDINGS[found])}. {WHY[found]}{NOT_SO.get(given.get(name, ''), '')}"


def _of_notices(material: Incident, right: dict[str, str]) -> dict[str, str]:
    counts = material.facts.counts or {}
    day, what = material.days[right["since"]]
    each = ", ".join(f"{n:,} in {s}" for s, n in counts.items())
    by, media = in_words(lists.dates(material)[right["by"]]), lists.media(material)[right["media"]]
    return {
        "since": f"Discovered: {in_words(day)}, when {what}. {SINCE.get(material.kind, OUR_OWN)} (45 CFR 164.404(a)(2))",
        "by": f"Letters: by {by}, 60 days after that day, and no later than can be helped. (45 CFR 164.404(b))",
        "hhs": f"HHS: {_small(HHS[right['hhs']])}. {sum(counts.values()):,} in all, and 500 is where it changes. (45 CFR 164.408)",
        "media": f"Media: {_small(media)}. {each}; it takes more than 500 in one State. (45 CFR 164.406)",
    }


def _small(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


def _given(material: Incident, answer: Any) -> dict[str, str]:
    """The choice of each list that was made once, and is offered."""
    offered = parts.offered(view(material))
    return parts.once([choice for choice in parts.given(answer) if choice in offered])


def text(material: Incident, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Incident) -> list[str]:
    return _answer(rights(material))


def _answer(choices: dict[str, str]) -> list[str]:
    return [f"{name}:{choice}" for name, choice in choices.items()]


def _but(**changed: str) -> Callable[[Incident], list[str]]:
    return lambda m: _answer(rights(m) | changed)


def _slip(*slogans: str, **changed: str) -> Callable[[Incident], list[str]]:
    """As `_but`, with the slogan for some factors, and media that are not the right ones: as wrong for everybody."""

    def answer(material: Incident) -> list[str]:
        right = rights(material)
        media = next(i for i in lists.media(material) if i != right["media"])
        return _answer(right | {name: lists.slogan(material, name) for name in slogans} | {"media": media} | changed)

    return answer


def _both(finding: str) -> dict[str, str]:
    return dict.fromkeys(ENDINGS, finding)


def _other_day(material: Incident) -> list[str]:
    day = "found" if material.since == "told" else "told"
    return _but(since=day, by=day)(material)


def _always_a_breach(material: Incident) -> list[str]:
    breach = next(e.finding for e in material.endings if e.finding in BREACHES)
    return _but(**_both(breach))(material)


def _said_so(material: Incident) -> list[str]:
    """What they say since stands for who they are, and then nothing is owed."""
    line = next(i for i, x in lists.lines(material, "recipient").items() if x.belongs_to == "mitigation" and x.is_low)
    return _slip(recipient=line, **_both("low"), **OWED_NOTHING)(material)


OWED_NOTHING = {"since": "no-day", "by": "no-day", "hhs": "not"}
MISTAKES: dict[str, Callable[[Incident], Any]] = {
    "from-the-report": _but(since="ended", by="ended"),
    "until-i-am-sure": _slip(*FACTORS, **_both("no-proof"), since="ended", by="ended", hhs="not"),
    "no-proof-no-breach": _slip("acquired", **_both("no-proof"), **OWED_NOTHING),
    "call-the-press": _slip(hhs="not"),
    "the-contract-says-contractor": _other_day,
    "sealed-is-sealed": _slip(**_both("sealed"), **OWED_NOTHING),
    "one-letter-too-many": _always_a_breach,
    "he-said-so": _said_so,
}
