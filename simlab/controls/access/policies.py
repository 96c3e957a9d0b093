"""A set of Cedar policies, read and checked, with each policy's citation and plain words."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cedarpy
from pydantic import Field, model_validator

from simlab.content import Model, load, resource
from simlab.controls.access import formula
from simlab.controls.access.formula import Formula, Unsayable
from simlab.controls.access.place import Statement, first_fault, line_of, statements, too_deep
from simlab.controls.access.request import NUMBERS, SWITCHES, WORDS, entities
from simlab.errors import ContentError

LONGEST, MOST = 200_000, 500
_OWN = re.compile(r"for policy `[^`]*`, ")


class Note(Model):
    """What a policy rests on and how it is said."""

    id: str
    cite: str
    also: tuple[str, ...] = ()
    basis: Literal["law", "policy"]
    says: str
    next: str = ""
    wait: int | None = Field(None, ge=0, description="minutes that `next` costs; without it a refusal is final")
    cure: dict[str, str | int | bool] = Field({}, description="the facts that are so afterwards")

    @model_validator(mode="after")
    def _both(self) -> Note:
        if (self.wait is None) != (not self.cure):
            raise ValueError("`wait` and `cure` come together: what it costs, and what is so afterwards")
        for name, value in self.cure.items():
            fits = (
                value in WORDS.get(name, ()) or (name in SWITCHES and value is True) or (name in NUMBERS and value == 0)
            )
            if not fits:
                raise ValueError(f"cure: {name} cannot become {value!r}")
        return self


class Notes(Model):
    policies: tuple[Note, ...]


@dataclass(frozen=True)
class Policy:
    """One policy: its id, whether it permits or forbids, where it stands, when it applies."""

    id: str
    is_permit: bool
    line: int
    applies: Formula
    note: Note


@dataclass(frozen=True, eq=False)
class Policies:
    """A policy set that holds together: parsed, schema-valid, every word known. Made by `parse` or `shipped`."""

    name: str
    text: str
    policies: tuple[Policy, ...]
    handle: cedarpy.PolicySet

    def __iter__(self) -> Any:
        return iter(self.policies)

    def __len__(self) -> int:
        return len(self.policies)

    @functools.cached_property
    def by_cedar(self) -> dict[str, Policy]:
        """By the name that Cedar gives each in its answers: its place in the text."""
        return {f"policy{i}": p for i, p in enumerate(self.policies)}


@functools.cache
def schema() -> cedarpy.Schema:
    """What a policy may speak of, as the handle that Cedar validates with."""
    return cedarpy.Schema.from_str(resource("policies", "access.cedarschema").read_text(encoding="utf-8"))


@functools.cache
def entity_handle() -> cedarpy.Entities:
    """Roles, data classes and their groups, parsed once."""
    return cedarpy.Entities.from_json_str(json.dumps(entities()))


def shipped_text(name: str = "larkspur") -> str:
    """A shipped policy set as text, to read or to change. Raises UnknownName."""
    return resource("policies", f"{name}.cedar").read_text(encoding="utf-8")


@functools.cache
def notes_of(name: str = "larkspur") -> tuple[Note, ...]:
    """The notes of a shipped policy set, read once. Raises UnknownName, ContentError."""
    return load("policies", name, Notes).policies


@functools.cache
def shipped(name: str = "larkspur") -> Policies:
    """A shipped policy set, read once. Raises UnknownName, ContentError."""
    notes = notes_of(name)
    found = parse(shipped_text(name), notes, file=f"policies/{name}.cedar")
    spare = {n.id for n in notes} ^ {p.id for p in found}
    if spare:
        both = f"every policy of {name}.cedar and every note of {name}.yml wants the other"
        raise ContentError(f"policies/{name}.yml", f"{', '.join(sorted(spare))}: {both}")
    return found


def parse(text: str, notes: Iterable[Note] | None = None, *, file: str = "policies.cedar") -> Policies:
    """A policy text, checked. Without `notes` the shipped notes serve for the ids that they know.

    Raises ContentError that names file and line: a policy that does not parse, that the schema refuses, that
    names a word nobody knows or says what the twin could not decide, an id that is missing or written twice.
    """
    if len(text) > LONGEST:
        raise ContentError(file, f"has {len(text):,} characters: {LONGEST:,} is the most")
    deep = too_deep(text)
    if deep:
        raise ContentError(
            file, "is nested too deeply, or too long: make it several policies", line=line_of(text, deep)
        )
    known = {n.id: n for n in (notes_of() if notes is None else notes)}
    try:
        handle = cedarpy.PolicySet.from_str(text)
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as e:
        line, said = first_fault(text) or (None, str(e))
        raise ContentError(file, f"does not parse: {said}", line=line) from None
    cut = statements(text)
    _count(parsed, cut, file)
    _validate(text, cut, file)
    seen: dict[str, int] = {}
    found = [_policy(text, cut[i], parsed["staticPolicies"][f"policy{i}"], known, seen, file) for i in range(len(cut))]
    return Policies(file, text, tuple(found), handle)


def _count(parsed: Mapping[str, Any], cut: list[Statement], file: str) -> None:
    if parsed["templates"]:
        raise ContentError(file, "holds a template (?principal, ?resource): name the role and the data class")
    if len(cut) > MOST:
        raise ContentError(file, f"has {len(cut):,} policies: {MOST} is the most")
    if len(cut) != len(parsed["staticPolicies"]):
        raise ContentError(file, "cannot be cut into policies: end each with one semicolon")


def _validate(text: str, cut: list[Statement], file: str) -> None:
    for error in cedarpy.validate_policies(text, schema()).errors:
        place = re.fullmatch(r"policy(\d+)", error.policy_id)
        said = _OWN.sub("", error.error)
        one = cut[int(place[1])] if place else None
        raise ContentError(file, said, line=one and line_of(text, one, _named(said)))


def _named(said: str) -> str:
    """What a message of Cedar's points at: the first name in backticks."""
    found = re.search(r"`([^`]+)`", said)
    return found[1].rsplit(".", 1)[-1] if found else ""


def _policy(
    text: str, one: Statement, parsed: Mapping[str, Any], known: Mapping[str, Note], seen: dict[str, int], file: str
) -> Policy:
    line = line_of(text, one)
    name = (parsed.get("annotations") or {}).get("id") or ""
    if not name:
        raise ContentError(file, 'the policy has no id: write @id("some-name") before it', line=line)
    if name in seen:
        raise ContentError(file, f"id {name!r} stands at line {seen[name]} already: give each its own", line=line)
    seen[name] = line
    try:
        applies = formula.of_policy(parsed)
    except Unsayable as e:
        raise ContentError(file, str(e), line=line_of(text, one, e.words), key=name) from None
    if formula.is_large(applies):
        raise ContentError(file, "says too much at once: make it several policies", line=line, key=name)
    is_permit = parsed["effect"] == "permit"
    return Policy(name, is_permit, line, applies, known.get(name) or _plain_note(name, is_permit))


def _plain_note(name: str, is_permit: bool) -> Note:
    """The note of a policy that nobody has written one for."""
    says = f"The policy {name!r} {'permits' if is_permit else 'forbids'} it."
    return Note(id=name, cite="45 CFR 164.514(d)(2)", basis="policy", says=says)
