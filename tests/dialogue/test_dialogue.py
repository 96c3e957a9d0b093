"""Role-plays: no slogan passes, somebody who thinks does, and what was told to whom is in the log."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab import dialogue, events, reading
from simlab.content import load_file
from simlab.dialogue import lint
from simlab.dialogue.command import roleplay as command
from simlab.dialogue.model import Dialogue
from simlab.errors import ContentError, InputError, UnknownName
from simlab.exercise.tasks import roleplay

NAMES = dialogue.names()
EXAMPLE = "spouse-caller"


@pytest.mark.parametrize("name", NAMES)
def test_no_slogan_passes_and_somebody_can(name: str) -> None:
    faults = [str(f) for f in lint.lint(dialogue.load(name))]
    assert not faults


@pytest.mark.parametrize("name", NAMES)
def test_it_is_written_for_people_in_a_hurry(name: str) -> None:
    it = dialogue.load(name)
    said = [it.moment, it.need, it.debrief.practice]
    for turn in it.turns:
        said += [turn.says, *(t for o in turn.options for t in (o.text, o.follows, o.why, o.harm))]
    assert reading.grade("\n\n".join(filter(None, said))) <= 8.0


@pytest.mark.parametrize("name", NAMES)
def test_nothing_unfilled_reaches_the_page(name: str) -> None:
    it = dialogue.load(name)
    for variant in [v.id for v in it.variants] or [None]:
        for played in lint.paths(it, variant):
            text = " ".join(f"{s.says} {s.text} {s.follows} {s.why} {s.harm}" for s in played.transcript)
            assert "{" not in text + dialogue.sheet(it).split("</style>")[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_way_has_its_consequences_in_the_log(name: str) -> None:
    it = dialogue.load(name)
    for played in lint.paths(it, it.variants[0].id if it.variants else None):
        told = played.events[played.events["activity_name"] == "Tell"]
        assert list(told.columns) == list(events.COLUMNS)
        assert list(told["data_class"]) == [c for c, _, _ in played.told]
        assert len(played.truth) == sum(not fine for _, _, fine in played.told)
        assert played.passed == (all(played.score.values()))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.integers(0, 3), min_size=1, max_size=8), st.integers(0, 2**31))
def test_any_way_through_is_the_same_each_time(name: str, picks: list[int], seed: int) -> None:
    it = dialogue.load(name)
    choices: list[str] = []
    for pick in picks:
        turn = dialogue.play(it, choices, seed).turn
        if turn is None:
            break
        choices.append(turn.options[pick % len(turn.options)].id)
    one, two = dialogue.play(it, choices, seed), dialogue.play(it, choices, seed)
    assert one.transcript == two.transcript and one.score == two.score and one.events.equals(two.events)


def test_the_seed_draws_another_member_and_variant() -> None:
    it = dialogue.load("son-with-poa")
    scenes = [dialogue.play(it, (), s).scene for s in range(40)]
    assert {s.variant for s in scenes} == {"health", "house"}
    assert len({s.member_id for s in scenes}) > 10


def test_one_changed_fact_flips_what_is_right() -> None:
    it = dialogue.load("son-with-poa")
    way = ["read-the-paper", "as-it-says"]
    assert dialogue.play(it, way, variant="health").passed
    assert not dialogue.play(it, way, variant="house").passed
    assert dialogue.play(it, ["read-the-paper", "send-them-straight"], variant="house").passed
    assert not dialogue.play(it, ["read-the-paper", "send-them-straight"], variant="health").passed


def test_what_cannot_be_chosen_is_told() -> None:
    it = dialogue.load(EXAMPLE)
    with pytest.raises(UnknownName, match="did you mean 'ask-him'"):
        dialogue.play(it, ["ask-hem"])
    with pytest.raises(InputError, match="it was over after 1 choices"):
        dialogue.play(it, ["no-never", "ask-him"])
    with pytest.raises(UnknownName, match="no role-play"):
        dialogue.load("nobody")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("next: bill", "next: bil", "did you mean 'bill'?"),
        ("tells: [claims]", "tells: [clams]", "did you mean 'claims'?"),
        ("leans: help", "leans: hepl", "leans"),
        ("setting: phone", "setting: telepathy", "setting"),
        ("moment:", "momet:", "did you mean 'moment'?"),
        ("id: no-never", "id: read-it-out", "stands at line"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    from simlab.content import resource

    text = resource("dialogues", f"{EXAMPLE}.yml").read_text("utf-8")
    assert old in text
    path = tmp_path / "draft.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as e:
        load_file(path, Dialogue)
    assert said in str(e.value) and "draft.yml:" in str(e.value)


def changed(**updates: object) -> list[str]:
    return [f.problem for f in lint.lint(dialogue.load(EXAMPLE).model_copy(update=updates)) if f.is_error]


def test_lint_finds_a_role_play_that_a_slogan_passes() -> None:
    it = dialogue.load(EXAMPLE)
    assert "placeholder {nobody} is not known" in changed(need="{nobody} waits")[0]
    kind = [o.model_copy(update={"tells": (), "harm": "", "serves": True, "next": ""}) for o in it.turns[0].options]
    easy = (it.turns[0].model_copy(update={"options": tuple(kind)}),)
    found = changed(turns=easy)
    assert "always to help passes it" in found and "always to refuse harms nobody" in found
    deaf = [o.model_copy(update={"serves": False, "next": ""}) for o in it.turns[0].options]
    assert "nobody can pass it" in changed(turns=(it.turns[0].model_copy(update={"options": tuple(deaf)}),))
    loop = [o.model_copy(update={"next": "start"}) for o in it.turns[0].options]
    assert any("it is not over" in f for f in changed(turns=(it.turns[0].model_copy(update={"options": tuple(loop)}),)))


@pytest.mark.parametrize("name", [EXAMPLE, "son-with-poa"])
def test_a_turn_that_no_variant_reaches_is_found(name: str) -> None:
    it = dialogue.load(name)
    lost = it.turns[0].model_copy(update={"id": "lost"})
    found = [f.problem for f in lint.lint(it.model_copy(update={"turns": (*it.turns, lost)}))]
    assert found == ["turn 'lost' is never reached"]


@pytest.mark.parametrize("name", NAMES)
def test_as_a_task_only_thinking_passes(name: str) -> None:
    for seed in range(6):
        material = roleplay.make(seed, dialogue=name)
        assert roleplay.judge(material, roleplay.full(material)).share == 1.0
        assert roleplay.judge(material, None).share == 0.0
        assert roleplay.judge(material, ["no-such-choice"]).share == 0.0
        for way in roleplay.MISTAKES.values():
            assert roleplay.judge(material, way(material)).share < 0.8
        assert dialogue.load(name).title in roleplay.text(material, roleplay.full(material))


def test_it_is_played_in_a_terminal(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["play", EXAMPLE], input="3\n3\n2\n")
    assert done.exit_code == 0 and "It went well." in done.output, done.output
    listed = CliRunner().invoke(command, ["list"])
    assert all(name in listed.output for name in NAMES)
    out = tmp_path / "sheet.html"
    CliRunner().invoke(command, ["sheet", EXAMPLE, "--out", str(out)])
    page = out.read_text("utf-8")
    assert '<html lang="en">' in page and "default-src 'none'" in page and page.count("<h1>") == 1


def test_one_of_several_is_drawn_for_each_learner() -> None:
    several = "reporter daughter-on-chat clinic-wants-the-file"
    drawn = [roleplay.make(seed, dialogue=several).dialogue for seed in range(90)]
    assert {name: 15 < drawn.count(name) < 45 for name in several.split()} == dict.fromkeys(several.split(), True)
    with pytest.raises(UnknownName, match="did you mean 'reporter'"):
        roleplay.make(1, dialogue="reporte")
    with pytest.raises(InputError, match="name a role-play"):
        roleplay.make(1, dialogue=" ")
