"""Is it a breach that must be notified? The ordered tests of 45 CFR 164.402, each with its reason.

Every test can end the matter; what is not known leaves it open. Without a documented assessment the
presumption of a breach stands, so the answer is yes as soon as no earlier test can say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simlab.response.facts import CONDITIONS, EXCEPTION_CITE, Facts, as_facts

Answer = Literal["yes", "no", "unknown"]

FACTOR_WORDS = {
    "nature": "the nature and extent of the information, its identifiers and how likely re-identification is",
    "recipient": "who used it, or to whom it was disclosed",
    "acquired": "whether it was actually acquired or viewed",
    "mitigation": "how far the risk has been mitigated",
}
FACTOR_CITE = dict(zip(FACTOR_WORDS, ("(2)(i)", "(2)(ii)", "(2)(iii)", "(2)(iv)"), strict=True))
SCORE_LABEL = "A teaching device: the rule gives the four factors no weights, and a count decides nothing."


@dataclass(frozen=True)
class Step:
    """One test: its question, the answer, why in words, where it stands, and what is missing to answer it."""

    number: int
    test: str
    answer: Answer
    reason: str
    cite: str
    missing: tuple[str, ...] = ()
    ends: bool = False  # this answer ends the matter: no notice under the HIPAA rule


@dataclass(frozen=True)
class Assessment:
    """Whether this is a breach of unsecured PHI that must be notified: True, False, or None for not known.

    `presumed`: True rests on the presumption, since nothing documented rebuts it.
    `missing`: the facts that decide (is_breach None), or that could still rebut (is_breach True).
    """

    is_breach: bool | None
    steps: tuple[Step, ...]
    rationale: str
    missing: tuple[str, ...] = ()
    presumed: bool = False
    teaching_score: int | None = None  # factors that point to low, of 4; see SCORE_LABEL

    @property
    def decided_by(self) -> Step | None:
        """The test that ended the matter, or the last one when notice is due; None while it is open."""
        return None if self.is_breach is None else self.steps[-1]


def assess(facts: Facts | Mapping[str, Any]) -> Assessment:
    """The ordered tests over the facts. Raises InputError for facts that contradict each other.

    Source: 45 CFR 164.402 (breach, unsecured protected health information), 164.414(b).
    """
    facts = as_facts(facts)
    steps: list[Step] = []
    for test in TESTS:
        steps.append(test(facts))
        if steps[-1].ends:
            break
    score = _score(facts)
    if steps[-1].ends:
        return Assessment(False, tuple(steps), _no(steps[-1]), teaching_score=score)
    # The presumption needs no fact: what is unknown in the last test leaves it standing.
    open_ = [step for step in steps[:-1] if step.answer == "unknown"]
    if open_:
        missing = tuple(dict.fromkeys(key for step in open_ for key in step.missing))
        return Assessment(None, tuple(steps), _open(open_, missing), missing, teaching_score=score)
    presumed = facts.assessment_done is not True
    return Assessment(True, tuple(steps), _yes(steps[-1]), steps[-1].missing, presumed, score)


def kept(step: Step) -> str:
    """What must be kept where a test ended the matter; only what the Privacy Rule does not permit has to be disproved."""
    if step.number <= 2:
        return "Keep what documents it."
    return "Keep what documents it: the burden of proof is the plan's or the associate's (45 CFR 164.414(b))."


def _no(step: Step) -> str:
    return f"No notice under the HIPAA Breach Notification Rule: {step.reason} ({step.cite}). {kept(step)}"


def _open(steps: list[Step], missing: tuple[str, ...]) -> str:
    tests = "; ".join(step.test.rstrip("?") for step in steps)
    return f"Not decided yet. Open: {tests}. What decides it: {', '.join(missing)}. The clock runs meanwhile."


def _yes(step: Step) -> str:
    return f"A breach of unsecured PHI: notices are due. {step.reason[:1].upper()}{step.reason[1:]} ({step.cite})."


def _phi(facts: Facts) -> Step:
    test, cite = "Is it protected health information?", "45 CFR 160.103"
    if facts.is_phi is None:
        return Step(1, test, "unknown", "whether the information is PHI is not known", cite, ("is_phi",))
    if facts.is_phi:
        return Step(1, test, "yes", "individually identifiable health information of the plan was involved", cite)
    return Step(1, test, "no", "no PHI was involved; State law may still ask for notice", cite, ends=True)


def _permitted(facts: Facts) -> Step:
    test, cite = "Does the Privacy Rule permit this use or disclosure?", "45 CFR 164.402 and 164.502(a)"
    if facts.permitted_use is None:
        said = "whether the Privacy Rule permits it is not known"
        return Step(2, test, "unknown", said, cite, ("permitted_use",))
    if not facts.permitted_use:
        return Step(2, test, "no", "the Privacy Rule does not permit this acquisition, access, use or disclosure", cite)
    said = (
        "the Privacy Rule permits it; if it was incidental, only with minimum necessary and reasonable safeguards "
        "in place (45 CFR 164.502(b), 164.514(d), 164.530(c))"
    )
    return Step(2, test, "yes", said, cite, ends=True)


def _secured(facts: Facts) -> Step:
    test, cite = "Was the information secured, and did it stay so?", "45 CFR 164.402, unsecured PHI; HHS guidance"
    if facts.secured is False:
        return Step(3, test, "no", "it was not encrypted or destroyed as the HHS guidance describes", cite)
    if facts.key_compromised:
        return Step(3, test, "no", "the key or process that opens it was compromised too", cite)
    if facts.in_use:
        return Step(3, test, "no", "it was decrypted and in use when it was reached: encryption did not cover it", cite)
    parts = {"secured": facts.secured, "key_compromised": facts.key_compromised, "in_use": facts.in_use}
    missing = tuple(key for key, value in parts.items() if value is None)
    if missing:
        return Step(3, test, "unknown", f"not known: {', '.join(missing)}", cite, missing)
    said = "it was encrypted or destroyed as the HHS guidance describes, and neither key nor open session went with it"
    return Step(3, test, "yes", said, cite, ends=True)


def _excepted(facts: Facts) -> Step:
    test = "Does one of the three exceptions apply, with all of its conditions?"
    if facts.exception is None:
        return Step(4, test, "no", "none of the exceptions is claimed", "45 CFR 164.402(1)")
    words, cite = CONDITIONS[facts.exception], EXCEPTION_CITE[facts.exception]
    held = {key: facts.conditions.get(key) for key in words}
    if facts.snooping and facts.exception == "unintentional workforce":
        held |= {"unintentional": False, "within_authority": False}
    failed = [words[key] for key, value in held.items() if value is False]
    missing = tuple(f"conditions.{key}" for key, value in held.items() if value is None)
    if failed:
        return Step(4, test, "no", f"{facts.exception!r} fails; it does not hold that {'; that '.join(failed)}", cite)
    if missing:
        said = f"{facts.exception!r} needs all of its conditions; not known: {', '.join(missing)}"
        return Step(4, test, "unknown", said, cite, missing)
    return Step(4, test, "yes", f"{facts.exception!r}: {'; '.join(words.values())}", cite, ends=True)


def _low(facts: Facts) -> Step:
    test = "Does a documented assessment of all four factors show a low probability of compromise?"
    cite = "45 CFR 164.402(2)"
    thin = tuple(f"factors.{name}" for name, factor in facts.factors.items() if not factor.is_documented)
    if facts.assessment_done is False:
        said = "a breach is presumed, and no risk assessment was made that could rebut it"
        return Step(5, test, "no", said, cite)
    if facts.assessment_done and facts.low_probability is False:
        return Step(5, test, "no", "the risk assessment does not show a low probability of compromise", cite)
    if facts.assessment_done and facts.low_probability and thin:
        said = f"low probability is claimed, but without a reason and a judgement for {', '.join(thin)}: presumed"
        return Step(5, test, "no", said, cite, thin)
    if facts.assessment_done and facts.low_probability:
        found = "; ".join(f"{FACTOR_WORDS[n]}: {f.text.strip().rstrip('.')}" for n, f in facts.factors.items())
        said = f"the documented assessment of all four factors shows a low probability of compromise ({found})"
        return Step(5, test, "yes", said, cite, ends=True)
    missing = ("assessment_done",) if facts.assessment_done is None else ("low_probability",)
    said = "a breach is presumed until a documented assessment shows otherwise"
    return Step(5, test, "unknown", said, cite, missing)


TESTS: tuple[Callable[[Facts], Step], ...] = (_phi, _permitted, _secured, _excepted, _low)


def _score(facts: Facts) -> int | None:
    judged = [factor.points_to for _, factor in facts.factors.items()]
    return None if None in judged else judged.count("low")
