"""The form to be mended: as hard for everybody, and what is lacking is what the law asks for."""

from __future__ import annotations

import pytest

from simlab.controls.consent import form as law
from simlab.controls.documents import check_form
from simlab.exercise.tasks import form

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_form_lacks_two_elements_and_a_statement(seed: int) -> None:
    blank = form.make(seed)
    assert sum(p in form.ELEMENTS for p in blank.lacking) == 2 and sum(p in form.STATEMENTS for p in blank.lacking) == 1
    assert len(blank.offered) == 6 and len(set(blank.offered.values())) == 6
    assert form.judge(blank, form.full(blank)).share == 1.0


def test_the_nine_are_those_of_the_rule() -> None:
    asked = {p.id for p in (*law().elements, *law().statements)} - {"authority"}
    assert set(form.SAYS) == asked == set(form.sheet().poor)
    assert all(set(s.says) == set(form.ELEMENTS) for s in form.sheet().scenes)
    assert set(form.sheet().statements) == set(form.STATEMENTS)


@pytest.mark.parametrize(
    ("way", "share"), [("it-looks-complete", 0.0), ("more-is-safer", 0.5), ("nothing-is-good-enough", 0.0)]
)
def test_each_way_of_thinking_gets_its_share(way: str, share: float) -> None:
    for seed in SEEDS:
        blank = form.make(seed)
        assert form.judge(blank, form.MISTAKES[way](blank)).share == share, seed


def test_what_only_sounds_so_is_named_with_its_source() -> None:
    blank = form.make(3)
    said = [d.text for d in form.judge(blank, form.MISTAKES["it-looks-complete"](blank)).details]
    for part in blank.lacking:
        assert any(form.sheet().poor[part].why in text and law().part(part).cite in text for text in said)
    assert sum("no line was added" in text for text in said) == 3


def test_a_line_too_many_costs_as_much_as_one_that_lacks() -> None:
    blank = form.make(3)
    trap = f"add-{blank.traps[0].id}"
    one = form.full(blank)
    assert form.judge(blank, [*one, trap]).share == form.judge(blank, one[:-1]).share < 1.0
    assert form.judge(blank, [*one, "s1:none", "s1:expiry"]).share < 1.0


@pytest.mark.parametrize("seed", range(24))
def test_the_reader_of_forms_sees_the_same_gaps_and_none_once_it_is_mended(seed: int) -> None:
    blank = form.make(seed)
    added = [a for a in form.full(blank) if a.startswith("add-")]
    gaps = {f.id for f in check_form(blank.text) if not f.is_met and f.id in form.SAYS}
    assert gaps == set(blank.lacking)
    assert check_form(blank.mended(added)).is_complete
    assert "the form has all it needs" in form.judge(blank, form.full(blank)).message


def test_a_line_that_no_form_may_hold_is_seen_in_the_form() -> None:
    blank = next(b for b in map(form.make, SEEDS) if {"condition", "waiver"} <= {t.id for t in b.traps})
    said = form.judge(blank, form.MISTAKES["more-is-safer"](blank)).message
    assert "depend on signing" in said and "give up" in said
