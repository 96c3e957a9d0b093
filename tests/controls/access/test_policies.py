"""A policy text is taken whole or refused with file, line and what would be right."""

from __future__ import annotations

import pandas as pd
import pytest

from simlab.content import resource
from simlab.controls import access
from simlab.controls.access.policies import schema
from simlab.controls.access.request import CONTEXT, NUMBERS, SWITCHES, WORDS
from simlab.errors import ContentError, UnknownName

TEXT = """\
// Two policies; a semicolon; in a comment and "a quote
@id("one")
permit (principal == Role::"analyst", action == Action::"read", resource)
when { context.purpose == "operations" && context.relation == "project" };

@id("two")
forbid (principal, action, resource)
when { context.mfa_minutes > 480 };
"""

FAULTS = {
    "an attribute that nobody knows": ("context.purpose", "context.porpoise", 4, "attribute `porpoise`"),
    "a word that nobody knows": ('"operations"', '"operation"', 4, "purpose is never 'operation': it is one of"),
    "a role that nobody knows": ('Role::"analyst"', 'Role::"analist"', 3, "no Role named 'analist'"),
    "an entity type that nobody knows": ("Role::", "Rolle::", 3, "unrecognized entity type `Rolle`"),
    "an action that nobody knows": ('Action::"read"', 'Action::"reed"', 3, "reed"),
    "a role where data belong": ("action, resource)", 'action, resource == Role::"analyst")', 6, "applicable action"),
    "half a condition": ('"operations" &&', '"operations" && &&', 4, "unexpected token `&&`"),
    "a missing comma": ("forbid (principal, action", "forbid (principal action", 7, "unexpected token `action`"),
    "a missing semicolon": ('"project" };', '"project" }', 6, "unexpected token `@`"),
    "a quote that does not end": ('"project" };', '"project };', None, "does not parse"),
    "a number in quotes": ("> 480", '> "480"', 6, "expected Long"),
    "arithmetic": ("context.mfa_minutes > 480", "context.mfa_minutes + 1 > 480", 6, "number"),
    "a pattern": ('context.purpose == "operations"', 'context.purpose like "op*"', 4, "pattern"),
    "two facts compared": ('"operations"', "context.relation", 4, "not written out"),
    "a template": ('== Role::"analyst"', "== ?principal", None, "template"),
    "no id": ('@id("two")\n', "", 6, 'write @id("some-name")'),
    "an id twice": ('@id("two")', '@id("one")', 6, "id 'one' stands at line 2 already"),
}


@pytest.mark.parametrize(("old", "new", "line", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_refused_with_its_place(old: str, new: str, line: int | None, said: str) -> None:
    assert old in TEXT
    with pytest.raises(ContentError) as refused:
        access.parse(TEXT.replace(old, new), file="mine.cedar")
    assert refused.value.file == "mine.cedar" and said in str(refused.value)
    if line is not None:
        assert refused.value.line == line, refused.value


@pytest.mark.parametrize(
    "deep",
    ["(" * 5000 + "true" + ")" * 5000, "true" + " && true" * 5000, "!" * 5000 + "true", "[" * 5000, "if true then " * 5000 + "true"],
    ids=["brackets", "chain", "bangs", "lists", "ifs"],
)  # fmt: skip
def test_a_policy_nested_without_end_ends_nothing(deep: str) -> None:
    with pytest.raises(ContentError, match="nested too deeply"):
        access.parse(f'@id("deep") permit (principal, action, resource) when {{ {deep} }};')


def test_a_long_condition_within_the_limit_is_read_and_decided() -> None:
    long = " || ".join(f"context.records == {i}" for i in range(190))
    gate = access.Gate(access.parse(f'@id("long") permit (principal, action, resource) when {{ {long} }};'))
    request = access.Request("S1", "M1", "analyst", "read", "claims")
    table = pd.DataFrame([request.with_(records=n).facts() for n in (189, 190)])
    assert [bool(gate.decide(request.with_(records=n))) for n in (189, 190)] == [True, False]
    assert access.allowed(table, gate.policies).tolist() == [True, False]


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(ContentError, match="is the most"):
        access.parse("// " + "x" * 300_000)


def test_no_policy_refuses_everything() -> None:
    decision = access.Gate(access.parse("")).decide(access.Request("S1", "M1", "analyst", "read", "claims"))
    assert not decision and decision.policies == ("no-policy",) and "45 CFR 164.502(a)" in decision.cites


def test_a_text_without_notes_has_the_shipped_ones_where_ids_agree() -> None:
    policies = access.parse(
        TEXT + '@id("own-record") forbid (principal, action, resource) when { context.kin == "self" };'
    )
    assert [p.note.cite for p in policies] == ["45 CFR 164.514(d)(2)", "45 CFR 164.514(d)(2)", "45 CFR 164.308(a)(3)"]
    assert [p.line for p in policies] == [2, 6, 9]


def test_every_shipped_policy_has_a_note_and_every_refusal_a_next_step() -> None:
    shipped = access.shipped()
    assert [p.id for p in shipped if not p.is_permit and not p.note.next] == []
    assert all(p.note.cite.startswith(("45 CFR 164.", "42 CFR Part 2")) for p in shipped)
    assert not any(p.id.startswith(("unknown", "no-policy")) for p in shipped)  # those are refused without a policy
    with pytest.raises(UnknownName, match="larkspur"):
        access.shipped("larkspurr")


def test_the_schema_names_exactly_the_facts_of_a_request() -> None:
    assert schema()
    said = dict(
        line.strip().rstrip(",").split(": ")
        for line in resource("policies", "access.cedarschema").read_text(encoding="utf-8").splitlines()
        if line.startswith("  ")
    )
    kinds = {"String": WORDS, "Long": NUMBERS, "Bool": SWITCHES}
    assert tuple(said) == CONTEXT
    assert all(name in kinds[kind] for name, kind in said.items())
