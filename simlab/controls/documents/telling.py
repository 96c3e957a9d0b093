"""A rule of sharing in a member's words: who, when, what, how, and what the member can do about it.

Words come from `content/telling/` (one file a rule) and `content/phrases/`; what they lack is told in the
rule's own words, so that a rule without words of its own is told all the same, and none is left out.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from simlab.content import Model, load, names, resource
from simlab.content.loader import fault
from simlab.controls.documents.paper import Entry, Said
from simlab.controls.sharing.rules import Fact, Ground, Need, OnFile, Rule, Safeguard, data_classes, rules, rules_by_id

MANY = 3  # ways, from which on what they share is said once
Part = Literal["", "treatment", "payment", "operations", "family", "sponsor", "others", "authorization", "rights"]


class Telling(Model):
    """A rule's words. `part`: where the notice of privacy practices has it; `notice`: its sentence there."""

    id: str
    group: str
    title: str
    says: str
    part: Part = ""
    notice: str = ""
    example: str = ""
    always: str = ""  # where a way has no conditions


class Condition(Model):
    """One condition of a rule, as a member would say it."""

    fact: str = ""
    equals: tuple[Fact, ...] = (True,)
    above: int | None = None
    on_file: OnFile = ""
    states: str = ""
    says: str


class Group(Model):
    """A heading under which rules are told."""

    id: str
    title: str


class Phrases(Model):
    """How conditions, ways and classes of data are told."""

    id: str
    conditions: tuple[Condition, ...]
    channels: dict[str, str]
    safeguards: dict[str, str] = {}
    opt_outs: dict[str, str] = {}
    data: dict[str, str]
    groups: tuple[Group, ...] = Field(min_length=1)


@functools.cache
def phrases() -> Phrases:
    """The phrases. Raises ContentError."""
    return load("phrases", "sharing", Phrases)


def telling(of: Rule) -> Telling:
    """The words for a rule, its own where none were written. Raises ContentError."""
    if of.id not in names("telling"):
        title = f"{of.recipient[:1].upper()}{of.recipient[1:]}: {of.purpose}"
        part: Part = "others" if of.paths else ""
        return Telling(id=of.id, group="other", title=title, says=of.says, part=part, notice=of.says)
    return _words(of.id)


@functools.cache
def _words(name: str) -> Telling:
    found = load("telling", name, Telling)
    if found.group not in {g.id for g in phrases().groups}:
        raise fault(resource("telling", f"{name}.yml"), ["group"], f"no group {found.group!r} in phrases/sharing.yml")
    return found


def without_rule() -> list[str]:
    """The words that are there for a rule that is not: what members would be told and nothing keeps."""
    return [name for name in names("telling") if name not in rules_by_id()]


def in_group(group: str) -> list[Rule]:
    """The rules that are told under a heading."""
    return [r for r in rules() if telling(r).group == group]


def entry(of: Rule) -> Entry:
    """All that a member is told of a rule."""
    words, cites = telling(of), [of.accounting.cite]
    shared = _common(of)
    said = [Said(words.says, (of.id,))]
    said += [Said(f"In each case {_and(shared)}.", (of.id,))] if shared else []
    said += [Said(case(of, p, shared), (f"{of.id}/{p.id}",), (p.cite,)) for p in of.paths]
    facts = [("What", _what(of)), ("How", channel(of.channel)), ("We check", _check(of))] if of.paths else []
    facts.append(("On your list", _listed(of)))
    if of.paths:
        facts.append(("Your choice", _choice(of)))
    return Entry(words.title, tuple(said), f"rule-{of.id}", tuple(f for f in facts if f[1]), tuple(cites))


def in_notice(of: Rule) -> tuple[Said, ...]:
    """A rule as the notice of privacy practices has it, with its example where there is one."""
    words, cites = telling(of), tuple(dict.fromkeys(p.cite for p in of.paths))
    said = (words.notice, words.example)
    return tuple(Said(text, (of.id,), cites) for text in said if text)


def case(of: Rule, path: Ground, shared: tuple[str, ...] = ()) -> str:
    """One lawful way as a sentence: when it is open, and when it is shut all the same; `shared` is said before."""
    verb = "We use it" if of.recipient == "staff" else "You get it" if of.recipient == "member" else "We share it"
    conditions = [c for n in path.needs if (c := phrase(n)) and c not in shared]
    # What nobody has found words for is told by what is said where it stops somebody.
    bars = [phrase(n) or n.lacking for n in path.unless] + [n.lacking for n in path.needs if not phrase(n)]
    if not path.needs and not bars:
        return telling(of).always or f"{verb}: {path.because}."
    when = f" if {_and(conditions)}" if conditions else ""
    if len(conditions) > MANY:
        when = f" if all of this is so: {'; '.join(conditions)}"
    return f"{verb}{when}." + (f" But not if {' or if '.join(bars)}." if bars else "")


def _common(of: Rule) -> tuple[str, ...]:
    """The conditions that all of several ways share."""
    if len(of.paths) < MANY:
        return ()
    first, *others = ([phrase(n) for n in p.needs] for p in of.paths)
    return tuple(c for c in first if c and all(c in other for other in others))


def phrase(need: Need) -> str:
    """A condition in a member's words, "" where nobody has found any."""
    wanted = need.equals if isinstance(need.equals, tuple) else (need.equals,)
    for one in phrases().conditions:
        if (one.fact, one.on_file, one.states, one.above) == (need.fact, need.on_file, need.states, need.above) and (
            need.on_file or need.above is not None or _same(one.equals, wanted)
        ):
            return one.says
    return ""


def _same(one: tuple[Fact, ...], other: tuple[Fact, ...]) -> bool:
    return {(type(v), v) for v in one} == {(type(v), v) for v in other}


def channel(way: str) -> str:
    """A way in a member's words."""
    said = phrases().channels.get(way, "" if way == "none" else way)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def data(name: str) -> str:
    """A class of data in a member's words."""
    return phrases().data.get(name) or data_classes()[name].name.split(" (")[0]


def guard(of: Safeguard) -> Said:
    """A safeguard as a sentence of the policy: what it is about, and what opens it."""
    ways = [_and([phrase(n) or f"it is not so that {n.lacking}" for n in way]) for way in of.unless]
    opens = f"one of these is so: {'; '.join(ways)}" if len(ways) > MANY - 1 else " or ".join(ways)
    said = phrases().safeguards.get(of.id)
    if said is None:
        said = f"{of.says[:1].upper()}{of.says[1:]}." + (" This is open only if {opens}." if opens else "")
    return Said(said.format(opens=opens, save=_and(list(of.except_purposes))), (of.id,), (of.cite,))


def _what(of: Rule) -> str:
    classes = list(dict.fromkeys(d for p in of.paths for d in p.data))
    if "any" in classes:
        return "What is asked for, as far as the rule above goes."
    is_least = any((p.minimum or of.minimum).applies for p in of.paths)
    listed = "; ".join(data(d) for d in classes)
    return f"{listed[:1].upper()}{listed[1:]}." + (" Never more than it takes." if is_least else "")


def _check(of: Rule) -> str:
    said = {"identity": "who asks", "authority": "that they may ask"}
    return f"First, {_and([said[v] for v in of.verify])}." if of.verify else ""


def _listed(of: Rule) -> str:
    counted = {(p.accounting or of.accounting).is_counted for p in of.paths} or {of.accounting.is_counted}
    if counted == {True, False}:
        return "Yes, unless you had signed a permission."
    return "Yes." if counted == {True} else "No."


def _choice(of: Rule) -> str:
    """What the member can do: a limit that we may agree to, an opt-out that we may promise, or neither."""
    needs_permission = all(any(n.on_file == "authorization" for n in p.needs) for p in of.paths)
    if needs_permission:
        return "Nothing happens without your permission."
    if of.about != "member":
        return "It is not about you by name, so an opt-out does not touch it."
    if of.is_compelled:
        return "The law opens this. An opt-out does not stop it."
    limit = "You may ask us to limit it. " if of.restrictable else ""
    return f"{limit}You may ask us to leave you out; if we agree, it is our promise."


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
