"""Every shipped scenario loads and lints clean; every bad reference names file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.content.loader import CONTENT
from simlab.errors import ContentError, UnknownName
from simlab.tabletop import lint, load, scenarios
from simlab.tabletop.engine import fold
from tests.tabletop.samples import FILE, advance, broken, started


@pytest.mark.parametrize("path", sorted((CONTENT / "scenarios").glob("*.yml")), ids=lambda p: p.stem)
def test_each_scenario_loads_lints_clean_and_plays_to_its_end_by_default(path: Path) -> None:
    scenario = load(path)
    assert load(path.stem) == scenario
    assert [str(f) for f in lint(scenario) if f.level == "error"] == []
    state = fold(scenario, 1, 200, started(advance(200 * 86_400)))
    assert state.status == "ended" or state.made
    for made in state.made:
        assert made.by_default


def test_scenarios_are_found_by_the_folder_and_an_unknown_one_names_the_nearest() -> None:
    assert "vendor-portal" in scenarios()
    with pytest.raises(UnknownName, match="did you mean 'vendor-portal'"):
        load("vendor-portall")


# What is replaced, by what, the key that the message names, and words that say what would be right.
BROKEN = [
    ("opens: [d1]", "opens: [d11]", "msel[0].opens[0]", "no decision named 'd11': did you mean 'd1'?"),
    ("from: monitoring", "from: monitor", "msel[0].from", "no role named 'monitor': did you mean 'monitoring'?"),
    ("to: [security]", "to: [securty]", "msel[0].to[0]", "did you mean 'security'?"),
    ("expects: [e-triage]", "expects: [e-triag]", "msel[0].expects[0]", "did you mean 'e-triage'?"),
    ("reveals: [f-tested]", "reveals: [f-testd]", "msel[1].reveals[0]", "no fact named 'f-testd'"),
    (
        "    after: triaged",
        "    after: triage",
        "msel[2].after",
        "no milestone named 'triage': did you mean 'triaged'?",
    ),
    ("unless: [triaged]", "unless: [tried]", "msel[3].unless[0]", "did you mean 'triaged'?"),
    ("when: [records-read]\n    opens", "when: [record-read]\n    opens", "msel[0].when[0]", "'records-read'"),
    ("    default: ticket", "    default: tickets", "decisions[0].default", "no option named 'tickets'"),
    ("    owner_role: security", "    owner_role: securiti", "decisions[0].owner_role", "no role named"),
    ("rests_on: [f-scope]", "rests_on: [f-scop]", "decisions[4].options[0].effects.say.rests_on[0]", "'f-scope'"),
    ("notify: [law_enforcement]", "notify: [police]", "decisions[5].options[0].effects.notify[0]", "no recipient"),
    ("controls: {mfa: passkey}", "controls: {mfa: fob}", "decisions[2].options[1].effects.controls", "passkey"),
    ("controls: {mfa: passkey}", "controls: {mfb: sms}", "decisions[2].options[1].effects.controls", "'mfa'"),
    ("    task: triage", "    task: triag", "expectations[0].task", "did you mean 'triage'?"),
    ("    milestone: triaged", "    milestone: triagd", "expectations[0].milestone", "did you mean 'triaged'?"),
    ("id: vendor-portal", "id: vendor-portl", "id", "the name is the id"),
    ("control_number: V-02", "control_number: V-01", "msel[2].control_number", "stands there already"),
    ("  - number: 2", "  - number: 1", "moves[1].number", "stands there already"),
    ("{id: triaged,", "{id: contained,", "milestones[0].id", "set by the engine"),
    ("    move: 1\n", "    move: 9\n", "msel[0].move", "no move named '9'"),
    ("now opened {read}", "now opened {reed}", "msel[3].text", "no placeholder named 'reed': did you mean 'read'?"),
    ("    t: 5h\n", "    t: five hours\n", "msel[7].t", "not a duration"),
    ("    within: 3h", "    withn: 3h", "decisions[0].withn", "did you mean 'within'?"),
    ("    within: 3h", "    title: twice", "", "once"),
    ("  - id: d2\n", "  - id: d1\n", "decisions[1].id", "give each its own"),
    ("takes: {least: 15m, most: 40m}", "takes: {least: 40m, most: 15m}", "decisions[0].options[0].effects.takes", "<="),
    ("  mfa: none", "  mfa: fax", "controls.mfa", "passkey"),
    ("technique: T1078", "technique: phishing", "intrusion.technique", "match pattern"),
    ("  - id: call-and-check", "  - id: ticket", "decisions[0].options[1].id", "give each its own"),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "words"), BROKEN, ids=[b[2] + "/" + str(i) for i, b in enumerate(BROKEN)]
)
def test_each_kind_of_bad_reference_names_file_line_and_key(
    tmp_path: Path, old: str, new: str, key: str, words: str
) -> None:
    path, line = broken(tmp_path, old, new)
    with pytest.raises(ContentError) as e:
        load(path)
    assert e.value.file == "vendor-portal.yml"
    assert e.value.key == key
    assert words in str(e.value)
    # A twin is told at the second of the two; everything else where it was written.
    slack = 40 if "give each" in words or "already" in words or "once" in words else 2
    assert e.value.line is not None and abs(e.value.line - line) <= slack


DEFECTS = [
    ("    owner_role: security\n", "", "decisions[0].owner_role", "has no owner"),
    ("    default: ticket\n", "", "decisions[0].default", "has no default"),
    ("    owner_role: security", "    owner_role: vendor", "decisions[0].owner_role", "nobody plays"),
    ("opens: [d1]", "opens: []", "decisions[0]", "never put"),
    ("    by: 8h", "    by: 1h", "expectations[2].by", "at the soonest"),
    ("    milestone: police-told", "    milestone: over", "expectations[5].by", "nobody can meet"),
    (
        "The log is saved, so",
        "Nobody can check whether a copy has been deleted. So",
        "decisions[3].options[1].outcome",
        "f-no-proof",
    ),
    ("    to: [security]\n", "    to: [vendor]\n", "msel[0].to", "reaches no player"),
    (
        "    text_alternative: A list of alerts with one",
        "    note: A list of alerts with one",
        "msel[0].text_alternative",
        "in words",
    ),
    ("    discovers: known\n", "", "facts", "discovers: known"),
    (
        "    when: [records-readable]\n    activate: [sample",
        "    when: [over]\n    activate: [sample",
        "msel[11]",
        "never delivered",
    ),
]


@pytest.mark.parametrize(("old", "new", "key", "words"), DEFECTS, ids=lambda v: str(v)[:30])
def test_each_seeded_defect_is_found_by_the_linter(tmp_path: Path, old: str, new: str, key: str, words: str) -> None:
    path, _ = broken(tmp_path, old, new)
    errors = [f for f in lint(load(path)) if f.level == "error"]
    assert any(f.key == key and words in f.text for f in errors), [str(f) for f in errors]


def test_the_hash_changes_with_a_word_and_not_with_a_comment(tmp_path: Path) -> None:
    path, _ = broken(tmp_path, "# A vendor's", "# Another comment. A vendor's")
    assert load(path).digest() == load(FILE).digest()
    path, _ = broken(tmp_path, "what to say and on what ground", "what to say")
    assert load(path).digest() != load(FILE).digest()


def test_unknown_is_a_legal_answer(tmp_path: Path) -> None:
    path, _ = broken(tmp_path, "    t: -2d 3h", "    t: unknown")
    assert next(f for f in load(path).facts if f.id == "f-tested").t == "unknown"
    path, _ = broken(tmp_path, "technique: T1078", "technique: unknown")
    assert load(path).intrusion.technique == "unknown"  # type: ignore[union-attr]
