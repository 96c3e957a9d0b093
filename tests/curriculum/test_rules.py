"""Every rule can fail: a sound lesson, one thing changed, and the finding that says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from simlab.content import load_file
from simlab.curriculum import aids, new, objectives, shape, sources, wording
from simlab.curriculum.rules import RULES, check
from simlab.errors import ContentError
from simlab.exercise.items import load_items

NAME = "71-visitors"
LESSON, ITEMS = f"lessons/{NAME}.ipynb", f"content/items/{NAME}.yml"
SOLUTION, EXERCISE = f"solutions/{NAME}/{NAME}.ipynb", f"exercises/{NAME}/{NAME}.ipynb"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    new.new(tmp_path, tmp_path / "content", NAME)
    (tmp_path / EXERCISE).parent.mkdir(parents=True)
    shutil.copy2(tmp_path / SOLUTION, tmp_path / EXERCISE)
    sheet, aid = tmp_path / ITEMS, tmp_path / "content" / "aids" / f"{NAME}.yml"
    for room in (shape, objectives):
        monkeypatch.setattr(room, "sheet_of", lambda _: load_items(sheet))
    monkeypatch.setattr(aids, "load_aid", lambda _: load_file(aid, aids.Aid))
    monkeypatch.setattr(wording, "resource", lambda *parts: (tmp_path / "content").joinpath(*parts))
    return tmp_path


def cells(path: Path, change: Callable[[list[dict[str, object]]], object]) -> None:
    """Change the cells of a notebook."""
    nb = json.loads(path.read_text(encoding="utf-8"))
    change(nb["cells"])
    path.write_text(json.dumps(nb, indent=1, ensure_ascii=False), encoding="utf-8")


def test_the_template_keeps_every_rule(course: Path) -> None:
    assert [str(f) for f in check(course, NAME)] == []


LONG = "Notwithstanding considerable organizational complexity, confidentiality obligations necessitate comprehensive "
LONG += "institutional accountability mechanisms comprehending administrative, technological and physical dimensions. "


@pytest.mark.parametrize(
    ("rule", "file", "before", "after", "said"),
    [
        ("sections", LESSON, "## Decide first", "## Guess", "there is no section 'Decide first'"),
        ("sections", LESSON, "## Why", "## The moment", "there is no section 'Why'"),
        ("sections", LESSON, "## Decide first", "# Decide first", "there are 2 headings with one #"),
        ("sections", LESSON, '"id": "analysts"', '"id": "deep"', "no line before the analysts' part"),
        ("start", LESSON, "except ModuleNotFoundError:", "except ImportError:", "", ),
        ("start", LESSON, "raise SystemExit(", "print(", "lesson, first code cell: is not the start cell"),
        ("start", EXERCISE, "raise SystemExit(", "print(", "exercise, first code cell: is not the start cell"),
        ("metadata", LESSON, '"minutes": 12', '"minutes": 50', "minutes: 50"),
        ("metadata", LESSON, '"T5"', '"Z9"', "ground 'Z9' does not exist"),
        ("metadata", LESSON, '"title": "Visitors"', '"title": ""', "there is no title"),
        ("calls", LESSON, "previously(", "print(", "previously is not shown"),
        ("calls", LESSON, 'evaluate(\\"71-visitors\\")', 'evaluate(\\"02-encryption\\")', "evaluate is not shown"),
        ("calls", LESSON, "your-work-71", "first-71", ""),
        ("code", LESSON, "# A question: click here", "quiz; # A question", "does not say what it shows"),
        ("moment", LESSON, "Monday, 9:10.", "Monday. " * 100, "words: under 120"),
        ("asks", LESSON, 'quiz(\\"flip-71\\")', 'quiz(\\"flop-71\\")', "there is no question 'flop-71'"),
        ("asks", LESSON, 'quiz(\\"flip-71\\")', 'quiz(\\"harm-71\\")', "items, flip-71: is asked nowhere"),
        ("asks", LESSON, 'quiz(\\"flip-71\\")', 'roleplay(\\"no-such\\")', "there is no role-play 'no-such'"),
        ("asks", ITEMS, "roles: [member-services]", "roles: [member-service]", "there is no track 'member-service'"),
        ("asks", ITEMS, "    pool: your-work-71\n    objective", "    pool: your-work-71\n    roles: [claims]\n    objective",
         "has no case for analysts-it, enrolment, managers, privacy-office"),
        ("objectives", LESSON, "what can go wrong", "what might go wrong", "does not say the objective 'spot-the-risk'"),
        ("objectives", ITEMS, "ground: [A6, T5]", "ground: [A6, S1]", "ground S1 of objective 'spot-the-risk' is not named"),
        ("objectives", LESSON, '"T5"', '"T5", "S1"', "no objective serves ground S1"),
        ("objectives", ITEMS, "checks: {open-desks: spot-the-risk}", "", "exercise, open-desks: serves no objective"),
        ("explained", SOLUTION, '\\"lost-time\\":', '\\"lost\\":', "option 'lost-time' is not explained"),
        ("explained", ITEMS, "feedback: It goes out today", "feedback: What can be read through the cover is read on the way. "
         "Next, stop it and ask for an envelope.\n        # It goes out today", "two options have the same explanation"),
        ("explained", ITEMS, "text: Put it into an envelope,", "text: Put it into an envelope that is thick and new and closed well,", "the longest by far"),
        ("citations", LESSON, "(45 CFR 164.530(c))", "(45 CFR 164.999(c))", "cites 45 CFR 164.999"),
        ("citations", ITEMS, "cite: 45 CFR 164.506(c)", "cite: 45 CFR 162.100", "cites 45 CFR 162.100"),
        ("reading", LESSON, "Say the idea in two", LONG * 2 + "Say the idea in two", "Why: reads at grade"),
        ("reading", ITEMS, "feedback: The list is out of sight,", f"feedback: {LONG * 2} The list is out of sight,", "items, first-71: reads at grade"),
    ],
)  # fmt: skip
def test_one_thing_changed_is_found(course: Path, rule: str, file: str, before: str, after: str, said: str) -> None:
    path = course / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    found = [str(f) for f in RULES[rule](shape.bundle(course, NAME))]
    assert any(said in line for line in found) if said else found == []


def test_code_in_view_is_found(course: Path) -> None:
    cells(course / LESSON, lambda all_: all_[5].pop("metadata") and all_[5].update(metadata={}))
    assert "lesson, cell q-first: shows its code" in " ".join(map(str, RULES["code"](shape.bundle(course, NAME))))


def test_a_notebook_that_is_too_large_is_found(course: Path) -> None:
    cells(course / LESSON, lambda all_: all_[-1].update(source="#" * 100_000))
    assert f"{NAME}.ipynb: is 1" in " ".join(map(str, RULES["size"](shape.bundle(course, NAME))))


def test_what_is_lacking_beside_the_lesson_is_found(course: Path) -> None:
    (course / f"solutions/{NAME}/misconceptions/closed-so-safe.yml").unlink()
    (course / EXERCISE).unlink()
    (course / f"content/aids/{NAME}.yml").unlink()
    said = " ".join(map(str, RULES["trio"](shape.bundle(course, NAME))))
    assert "misconceptions: there are 1" in said and f"simlab release {NAME}" in said and "job aid:" in said


def test_an_objective_that_nothing_practises_or_marks_is_found(course: Path) -> None:
    text = (course / ITEMS).read_text(encoding="utf-8")
    extra = "  - {id: tell-why, text: tell why it matters, ground: [A6]}\nchecks:"
    (course / ITEMS).write_text(text.replace("checks:", extra, 1), encoding="utf-8")
    said = " ".join(map(str, RULES["objectives"](shape.bundle(course, NAME))))
    assert "objective tell-why: nothing practises it" in said and "objective tell-why: nothing marks it" in said


def test_law_that_is_quoted_is_not_graded(course: Path) -> None:
    quote = "> " + LONG * 3 + "(45 CFR 164.530(c))\\n\\nSay the idea in two"
    path = course / LESSON
    path.write_text(path.read_text("utf-8").replace("Say the idea in two", quote, 1), encoding="utf-8")
    assert list(RULES["reading"](shape.bundle(course, NAME))) == []
    path.write_text(path.read_text("utf-8").replace("(45 CFR 164.530(c))", "(our own words)", 1), encoding="utf-8")
    assert list(RULES["reading"](shape.bundle(course, NAME))) != []


def test_a_marked_pool_is_explained_item_by_item(course: Path) -> None:
    path = course / SOLUTION
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        'check.expect(\\n",\n    "    \\"wrong-hands\\"',
        'check.expect(\\n",\n    "    {\\"tray-71\\": \\"wrong-hands\\"}',
    )
    text = text.replace("because={", 'because={\\"tray-71\\": {', 1).replace(
        '    },\\n",\n    "    cite', '    }},\\n",\n    "    cite', 1
    )
    path.write_text(text, encoding="utf-8")
    json.loads(text)
    assert list(RULES["explained"](shape.bundle(course, NAME))) == []


def test_a_lesson_that_cannot_be_read_is_named(course: Path) -> None:
    (course / LESSON).write_text("{", encoding="utf-8")
    with pytest.raises(ContentError, match=f"{NAME}.ipynb"):
        check(course, NAME)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("45 CFR 164.402, 164.404(a)(2) and 164.999", ["45 CFR 164.402", "45 CFR 164.404", "45 CFR 164.999"]),
        ("a rule (90 FR 898) and NIST SP 800-88r2; RFC 6238", ["90 FR 898", "NIST SP 800-88r2", "RFC 6238"]),
        ("45 CFR 164.312(a)(2)(iv). In 164.5 of them", ["45 CFR 164.312"]),
        ("call 555-0142 at 164.402", []),
    ],
)
def test_citations_are_found_as_the_list_names_them(text: str, found: list[str]) -> None:
    assert list(sources.cited(text)) == found


def test_a_newer_edition_of_a_publication_on_the_list_is_known() -> None:
    assert sources.unknown("NIST SP 800-88r2, 45 CFR 164.402") == []
    assert sources.unknown("NIST SP 800-53r5") == ["NIST SP 800-53r5"]
