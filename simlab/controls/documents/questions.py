"""Questions that members ask, with the answer, what to do, and the law: for the people who take calls.

Most answers are a case that the gateway itself decides when the sheet is made: a sheet that says yes where
the gateway says no is refused. `answer("may my husband ask about my claim")` finds the nearest question.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from collections import Counter
from typing import Any

from pydantic import Field, model_validator

from simlab import organization as organizations
from simlab.content import Model, load, names, resource
from simlab.content.loader import fault
from simlab.controls.consent import Registry, record, rights
from simlab.controls.consent.registry import Registry as _Registry
from simlab.controls.documents import policy, telling
from simlab.controls.documents.paper import Entry, Paper, Said, Section
from simlab.controls.documents.words import Filler
from simlab.controls.sharing import Decision, Gateway, request
from simlab.controls.sharing.rules import rules_by_id
from simlab.organization import Organization

MEMBER, NAME, CALLER, AT = "M1", "Dolores Reyes", "Rosa Diaz", "2026-06-15T15:00:00Z"
NEAR, LONGEST = 0.25, 400  # share of a question's weight that must be met; characters that are read


class Case(Model):
    """The request behind a question: what the gateway is asked, and what is on file."""

    recipient: str
    purpose: str
    data: tuple[str, ...] = Field(min_length=1)
    facts: dict[str, bool | int | str] = {}
    records: tuple[dict[str, Any], ...] = ()


class Question(Model):
    """A question in a member's words. `expect`: whether the gateway opens it; `right` or `cite`: where it is no sharing."""

    id: str
    ask: str
    also: tuple[str, ...] = ()
    case: Case | None = None
    expect: bool | None = None
    right: str = ""
    cite: str = ""
    says: str
    do: str

    @model_validator(mode="after")
    def _one(self) -> Question:
        if sum(map(bool, (self.case, self.right, self.cite))) != 1 or (self.case is None) != (self.expect is None):
            raise ValueError("give one of case (with expect), right, cite")
        return self


@dataclasses.dataclass(frozen=True)
class Answer:
    """A question with its answer. `is_open`: what the gateway decides, None where nothing is shared."""

    id: str
    ask: str
    says: str
    do: str
    cite: str
    is_open: bool | None = None
    is_promise: bool = False
    rule: str = ""
    why: str = ""


def answers(organization: Organization | None = None) -> tuple[Answer, ...]:
    """Every question with its answer. Raises ContentError where the sheet and the gateway differ."""
    fill = _filler(organization or organizations.load(organizations.sample()))
    return tuple(_answer(question(name), fill) for name in names("answers"))


def answer(asked: str, organization: Organization | None = None) -> Answer | None:
    """The answer to the nearest question, in any words; None where none is near."""
    heard, weights = _words(asked[:LONGEST]), _weights()
    best = max(names("answers"), key=lambda n: _near(heard, n, weights))
    if _near(heard, best, weights) < NEAR:
        return None
    return next(a for a in answers(organization) if a.id == best)


def sheet(organization: Organization) -> Paper:
    """The sheet: what is shared by the groups of the sharing policy, then rights and the rest."""
    found = answers(organization)
    sections = [_section(g.id, g.title, [a for a in found if _group(a) == g.id]) for g in telling.phrases().groups]
    rest = [a for a in found if not a.rule and a.is_open is None]
    sections.append(_section("rights", "Rights, complaints and the rest", rest))
    lead = "Look up the question. Say the answer in your own words. Then do what stands below it. If in doubt, tell nothing and ask the privacy office."
    foot = ("Made from the rules that the sharing gateway enforces. Training for our own people, and no legal advice.",)
    kept = tuple(s for s in sections if s.entries)
    return Paper("answers", "What members ask, and what we say", organization.name, kept, lead=lead, foot=foot, is_example=organization.is_example)  # fmt: skip


@functools.cache
def question(name: str) -> Question:
    """A question by its id. Raises UnknownName, ContentError."""
    return load("answers", name, Question)


def _filler(of: Organization) -> Filler:
    days = {f"{n}_days": str(r.days or r.promise_days) for n in names("rights") for r in (rights.right(n),)}
    return Filler(of, **days, breach_days=str(policy.breach_days()))


def _answer(of: Question, fill: Filler) -> Answer:
    base = Answer(
        of.id, of.ask, fill(of.says), fill(of.do), of.cite or (rights.right(of.right).cite if of.right else "")
    )
    if of.case is None:
        return base
    found = _decided(of.case)
    if found.is_allowed is not of.expect:
        said = f"says {_yes(of.expect)}, and the gateway says {_yes(found.is_allowed)}: {found.reason} ({found.cite})"
        raise fault(resource("answers", f"{of.id}.yml"), ["expect"], said)
    rule = found.first.rule or _only_rule(of.case)
    return dataclasses.replace(
        base, cite=found.cite, is_open=found.is_allowed, is_promise=found.is_promise, rule=rule, why=found.reason
    )  # fmt: skip


def _decided(of: Case) -> Decision:
    registry: _Registry = Registry({MEMBER: NAME})
    ask = request(
        at=AT, recipient=of.recipient, purpose=of.purpose, who=CALLER, member=MEMBER, data=list(of.data), facts=of.facts
    )  # fmt: skip
    for one in of.records:
        registry.enter(record(**one), at=ask.at)
    return Gateway(registry).decide(ask)


def _only_rule(of: Case) -> str:
    return next((r.id for r in rules_by_id().values() if (r.recipient, r.purpose) == (of.recipient, of.purpose)), "")


def _group(of: Answer) -> str:
    return telling.telling(rules_by_id()[of.rule]).group if of.rule else ""


def _section(name: str, title: str, found: list[Answer]) -> Section:
    return Section(f"ask-{name}", title, entries=tuple(_entry(a) for a in found))


def _entry(of: Answer) -> Entry:
    said = (Said(of.says, (of.rule,) if of.rule else (), () if of.is_promise else (of.cite,), of.is_promise),)
    facts = [("Do", of.do)]
    if of.is_open is not None:
        facts.insert(0, ("In the system", f"{'Open' if of.is_open else 'Shut'}: {of.why}."))
    return Entry(of.ask, said, of.id, tuple(facts))


def _yes(value: bool | None) -> str:
    return "yes" if value else "no"


_DULL = frozenset("a an and another are be but by can could do does for have how i if in is it may me my of on or that the they this to we what will with would you your who when not no be at from was were has had been".split())  # fmt: skip


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[a-z]+", text.casefold())
    return frozenset(w[:-1] if w.endswith("s") and len(w) > 3 else w for w in found if w not in _DULL)


def _known(name: str) -> frozenset[str]:
    of = question(name)
    return _words(" ".join((of.ask, *of.also)))


def _weights() -> dict[str, float]:
    """How telling each word is: one that stands in few questions tells more."""
    count = Counter(w for n in names("answers") for w in _known(n))
    return {w: math.log(1 + len(names("answers")) / c) for w, c in count.items()}


def _near(heard: frozenset[str], name: str, weights: dict[str, float]) -> float:
    """The share of what was heard that a question knows, by weight; words that no question knows count in full."""
    most = max(weights.values(), default=1.0)
    total = sum(weights.get(w, most) for w in heard)
    return sum(weights[w] for w in heard & _known(name)) / total if total else 0.0
