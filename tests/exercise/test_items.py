from __future__ import annotations

from pathlib import Path

import pytest

from simlab.content import names, resource
from simlab.errors import ContentError, UnknownName
from simlab.exercise import items
from simlab.exercise.items import Item, Option, judge, load_items, shuffled

FIXTURE = """\
objectives:
  - {id: react, text: "react to what lies about", ground: [T4]}
items:
  - id: lost-printout
    objective: react
    stem: A printout lies in the hallway. What do you do first?
    practice: true
    cite: 45 CFR 164.530(c)
    hint: Who else walks here?
    options:
      - {id: pick-up, text: Pick it up and cover it., right: true, feedback: Nobody else can read it now.}
      - {id: walk-on, text: Leave it for its owner., feedback: The next person reads it.}
      - {id: shred, text: Shred it at once., feedback: Its owner may need to know that it was lost.}
  - id: marked-one
    objective: react
    stem: Which copy can the thief read?
    options:
      - {id: plain, text: The plain copy.}
      - {id: sealed, text: The sealed copy.}
  - id: both
    objective: react
    kind: several
    practice: true
    stem: Which two?
    options:
      - {id: a, text: A, right: true, feedback: A is one.}
      - {id: b, text: B, right: true, feedback: B is one.}
      - {id: c, text: C, feedback: C is none.}
  - id: steps
    objective: react
    kind: order
    practice: true
    stem: In which order?
    options:
      - {id: see, text: See it, feedback: First one sees.}
      - {id: tell, text: Tell somebody, feedback: Then one tells.}
      - {id: mend, text: Mend it, feedback: Mending comes last.}
  - id: why
    objective: react
    kind: short
    practice: true
    stem: Why?
    sample: Because somebody could read it.
  - id: routes
    objective: react
    kind: match
    practice: true
    stem: What goes where?
    partners: [{id: bin, text: Shredder}, {id: desk, text: Its owner}]
    options:
      - {id: draft, text: A draft, partner: bin, feedback: Nobody needs it.}
      - {id: letter, text: A letter, partner: desk, feedback: Somebody waits for it.}
  - id: own-claims
    objective: react
    pool: own
    roles: [claims]
    practice: true
    stem: In claims?
    options: [{id: a, text: A, right: true, feedback: Yes.}, {id: b, text: B, feedback: No.}]
  - id: own-any
    objective: react
    pool: own
    practice: true
    stem: Anywhere?
    options: [{id: a, text: A, right: true, feedback: Yes.}, {id: b, text: B, feedback: No.}]
"""

OTHER = """\
objectives: [{id: react, text: react, ground: [T4]}]
items:
  - {id: why, objective: react, kind: short, stem: The other why}
"""


@pytest.fixture
def fixture(tmp_path: Path) -> dict[str, Item]:
    path = tmp_path / "fixture.yml"
    path.write_text(FIXTURE, encoding="utf-8")
    return {i.id: i for i in load_items(path).items}


@pytest.mark.parametrize("name", names("items"))
def test_every_shipped_file_loads(name: str) -> None:
    assert load_items(resource("items", f"{name}.yml")).items


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (", right: true, feedback: Nobody else can read it now.", ", right: true", "'pick-up' needs feedback"),
        (
            "feedback: The next person reads it.",
            "right: true, feedback: x",
            "exactly one option is `right: true`, not 2",
        ),
        (", right: true, feedback: Nobody", ", feedback: Nobody", "not 0"),
        ("text: The plain copy.", "text: The plain copy., right: true", "must not carry `right`"),
        ("text: The plain copy.", "text: The plain copy., right: false", "must not carry `right`"),
        ("text: The plain copy.", "text: The plain copy., feedback: Yes.", "must not carry feedback"),
        ("text: The plain copy.", "text: The plain copy., partner: x", "must not carry `partner`"),
        ("partner: bin", "partner: bag", "'draft' goes with one of bin, desk"),
        ("    partners: [{id: bin, text: Shredder}, {id: desk, text: Its owner}]\n", "", "belong to a match item"),
        ("objective: react", "objective: reakt", "did you mean 'react'"),
        ("ground: [T4]", "ground: [training]", "objectives[0].ground"),
        ("stem: Which copy can the thief read?", "stem: Which copy?\n    sample: The plain.", "must not show a sample"),
        ("      - {id: sealed, text: The sealed copy.}\n", "", "has 1 options: write 2 to 4"),
        ("text: See it,", "text: See it, right: true,", "`right` is for items of kind one and several"),
        ("    kind: short\n", "    kind: short\n    options: [{id: a, text: A, feedback: x}]\n", "has no options"),
        ("id: walk-on", "id: pick-up", "stands at line"),
        ("id: marked-one", "id: both", "stands at line"),
        ("id: shred", "id: Shred It", "items[0].options[2].id"),
        ("kind: several", "kind: any", "items[2].kind"),
        ("practice: true", "practise: true", "did you mean 'practice'"),
        ("{id: a, text: A, right: true", "{id: a, text: A, right: false", "items"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in FIXTURE
    text = FIXTURE.replace(old, new, 1)
    if "right: false, feedback: A" in text:  # then B must go too, or the item is sound
        text = text.replace("text: B, right: true", "text: B")
    path = tmp_path / "fixture.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as e:
        load_items(path)
    assert says in str(e.value) and "fixture.yml:" in str(e.value)


def test_the_order_is_the_seeds_and_adding_one_moves_no_other(fixture: dict[str, Item]) -> None:
    item = fixture["lost-printout"]
    orders = {tuple(o.id for o in shuffled(item, seed)) for seed in range(40)}
    assert len(orders) == 6
    assert shuffled(item, 3) == shuffled(item, 3)
    more = item.model_copy(update={"options": (*item.options, Option(id="new", text="New", feedback="n"))})
    for seed in range(10):
        assert [o for o in shuffled(more, seed) if o.id != "new"] == list(shuffled(item, seed))


def test_feedback_answers_this_choice(fixture: dict[str, Item]) -> None:
    item = fixture["lost-printout"]
    assert judge(item, "pick-up").share == 1.0
    wrong = judge(item, "walk-on")
    assert (wrong.share, wrong.message) == (0.0, "Not yet. The next person reads it.")
    assert wrong.cite == "45 CFR 164.530(c)"
    assert judge(item, None).message == "not answered yet"
    with pytest.raises(UnknownName, match="no option named 'pickup'"):
        judge(item, "pickup")


def test_feedback_of_the_other_kinds(fixture: dict[str, Item]) -> None:
    both, steps = fixture["both"], fixture["steps"]
    assert [judge(both, v).share for v in (["a", "b"], ["b"], ["a", "c"], ["a", "b", "c"], ["c"])] == [
        1,
        0.5,
        0,
        0.5,
        0,
    ]
    assert judge(both, ["a", "c"]).message == "Not yet. A is one. C is none."
    assert judge(steps, ["see", "tell", "mend"]).share == 1.0
    slip = judge(steps, ["see", "mend", "tell"])
    assert slip.share == pytest.approx(1 / 3)
    assert slip.message == "Partly right. 'Mend it' stands too early. Mending comes last."
    assert "somebody could read it" in judge(fixture["why"], "x").message


def test_pairs_that_do_not_match_are_told_one_by_one(fixture: dict[str, Item]) -> None:
    routes = fixture["routes"]
    assert judge(routes, ["draft:bin", "letter:desk"]).share == 1.0
    half = judge(routes, ["draft:bin", "letter:bin"])
    assert (half.share, half.message) == (0.5, "Partly right: 1 of 2. A letter: Somebody waits for it.")
    assert judge(routes, ["draft"]).share == 0.0


def test_a_pool_shows_ones_own_work_first(fixture: dict[str, Item]) -> None:
    members = [fixture["own-claims"], fixture["own-any"]]
    assert {items.drawn(members, "claims", s).id for s in range(20)} == {"own-claims"}
    assert {items.drawn(members, "managers", s).id for s in range(20)} == {"own-any"}
    assert {items.drawn(members[:1], "managers", s).id for s in range(20)} == {"own-claims"}
    two = [fixture["own-any"], fixture["own-any"].model_copy(update={"id": "own-other"})]
    drawn = [items.drawn(two, "", s).id for s in range(200)]
    assert 60 < drawn.count("own-any") < 140


def test_a_question_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for stem, text in (("01-a", FIXTURE), ("02-b", OTHER)):
        (tmp_path / f"{stem}.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(items, "names", lambda kind: ["01-a", "02-b"])
    monkeypatch.setattr(items, "resource", lambda kind, name: tmp_path / name)
    assert items.find("why").sample
    assert items.find("why", "02-b").stem == "The other why"
    assert items.find("both", "02-b").kind == "several"
    with pytest.raises(UnknownName, match="did you mean 'steps'"):
        items.find("step", "01-a")
