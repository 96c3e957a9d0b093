"""Rules about what a lesson says and asks: objectives, options, citations, reading grade."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simlab import dialogue
from simlab.content import resource
from simlab.curriculum import sources
from simlab.curriculum.asked import item_of, talks
from simlab.curriculum.lesson import ANALYSTS, Cell
from simlab.curriculum.objectives import met_in
from simlab.curriculum.shape import Bundle, Finding, Found
from simlab.curriculum.story import tracks
from simlab.errors import SimlabError
from simlab.exercise.items import Item, Items
from simlab.reading import grade

GRADE = 8.0
LONGER = 1.35  # times the longest wrong option: where the right one is longer, its length gives it away
# A law quoted: a blockquote that carries its citation.
_QUOTE = re.compile(r"^>.*(?:\n>.*)*", re.MULTILINE)


def asks(b: Bundle) -> Found:
    """What a page asks exists, and what exists is asked."""
    items = b.sheet.items if b.sheet else ()
    asked: set[str] = set()
    for page in filter(None, (b.lesson, b.exercise)):
        for ask in page.asks():
            if ask.kind in ("quiz", "choice") or (ask.kind == "text" and item_of(ask.name, b.sheet)):
                asked.add(ask.name)
                if item_of(ask.name, b.sheet) is None:
                    yield Finding(
                        ask.section or "page", f"there is no question {ask.name!r}", f"add it to items/{b.name}.yml"
                    )
            if ask.kind == "roleplay" and ask.name not in dialogue.names():
                yield Finding(
                    ask.section, f"there is no role-play {ask.name!r}", f"one of {', '.join(dialogue.names())}"
                )
    yield from _cases(b)
    for item in items:
        if item.id not in asked and item.pool not in asked:
            yield Finding(
                f"items, {item.id}", "is asked nowhere", "ask it in the lesson or the exercise, or take it out"
            )


def _cases(b: Bundle) -> Found:
    """Each track finds a case of its own work, or one that is everybody's."""
    for ask in b.lesson.asks():
        pool = [i for i in (b.sheet.items if b.sheet else ()) if i.pool == ask.name and i.practice]
        if pool and all(i.roles for i in pool) and (lacking := set(tracks()) - {r for i in pool for r in i.roles}):
            yield Finding(
                f"items, {ask.name}", f"has no case for {', '.join(sorted(lacking))}", "add one, or one without `roles`"
            )
        for item in pool:
            for role in set(item.roles) - set(tracks()):
                yield Finding(f"items, {item.id}", f"there is no track {role!r}", ", ".join(tracks()))


def objectives(b: Bundle) -> Found:
    """Two or three objectives, told in the title, each practised and marked; every question serves one."""
    if b.sheet is None or not b.sheet.objectives:
        yield Finding("items", "there are no objectives", f"objectives: in items/{b.name}.yml")
        return
    known = {o.id for o in b.sheet.objectives}
    title = _bare(b.lesson.cells[0].source) if b.lesson.cells else ""
    for each in b.sheet.objectives:
        if _bare(each.text) not in title:
            yield Finding("title", f"does not say the objective {each.id!r}", each.text)
        for row in each.ground:
            if row not in b.lesson.ground:
                yield Finding(
                    "metadata",
                    f"ground {row} of objective {each.id!r} is not named",
                    "add it to the notebook's metadata",
                )
    for row in set(b.lesson.ground) - {r for o in b.sheet.objectives for r in o.ground}:
        yield Finding(
            "items", f"no objective serves ground {row}", "give it to an objective, or take it out of the metadata"
        )
    yield from _met(b)
    for item in b.sheet.items:
        if item.objective not in known:
            yield Finding(
                f"items, {item.id}",
                f"serves no objective of this lesson ({item.objective!r})",
                ", ".join(sorted(known)),
            )
    yield from _served(b, b.sheet, known)


def _met(b: Bundle) -> Found:
    """Each objective is practised and marked."""
    for it in met_in(b.lesson, b.exercise):
        if not it.practised:
            yield Finding(
                f"objective {it.objective}", "nothing practises it", "give a practice question this objective"
            )
        if not it.marked:
            yield Finding(
                f"objective {it.objective}", "nothing marks it", "give a marked question or a check this objective"
            )


def _served(b: Bundle, sheet: Items, known: set[str]) -> Found:
    """What is marked in the exercise serves an objective."""
    marked = {c.grade for c in (b.exercise.cells if b.exercise else ()) if c.grade}
    for name in marked - set(sheet.checks):
        asked = next((a.name for a in b.exercise.asks() if a.grade == name), "") if b.exercise else ""
        if item_of(name, sheet) is None and item_of(asked, sheet) is None and asked not in sheet.checks:
            yield Finding(f"exercise, {name}", "serves no objective", f"checks: {{{name}: ...}} in items/{b.name}.yml")
    for name, objective in sheet.checks.items():
        if objective not in known:
            yield Finding(f"items, checks, {name}", f"there is no objective {objective!r}", ", ".join(sorted(known)))


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[*_`]", "", text)).strip().casefold().rstrip(".;")


def explained(b: Bundle) -> Found:
    """Each wrong option has its own explanation, and the right one is not the longest by far."""
    keys = expectations(b)
    for item in b.sheet.items if b.sheet else ():
        if item.practice:
            said = [o.feedback for o in item.options]
            if len(set(said)) < len(said):
                yield Finding(
                    f"items, {item.id}", "two options have the same explanation", "each answers its own thinking"
                )
            right = {o.id for o in item.options if o.right}
        else:
            right, because = keys.get(item.id, (set(), {}))
            for option in item.options if item.kind in ("one", "several") else ():
                if option.id not in right and not because.get(option.id):
                    yield Finding(
                        f"solution, {item.id}",
                        f"option {option.id!r} is not explained",
                        "because={...} in the hidden block",
                    )
        yield from _too_long(item, right)


def _too_long(item: Item, right: set[str]) -> Found:
    good = [len(o.text) for o in item.options if o.id in right]
    bad = [len(o.text) for o in item.options if o.id not in right]
    if item.kind == "one" and good and bad and max(good) > LONGER * max(bad):
        yield Finding(f"items, {item.id}", "the right option is the longest by far", "make it as short as the others")


def expectations(b: Bundle) -> dict[str, tuple[set[str], dict[str, str]]]:
    """For each marked question: the right options, and what the solution says to the wrong ones."""
    found: dict[str, tuple[set[str], dict[str, str]]] = {}
    for cell in b.solution.cells if b.solution else ():
        asked = (
            next((a.name for a in b.solution.asks() if a.grade == cell.grade), "") if b.solution and cell.grade else ""
        )
        if asked:
            right, because = _expect(cell)
            if isinstance(right, dict):
                found |= {k: (_set(v), dict(because.get(k) or {})) for k, v in right.items()}
            else:
                found[asked] = (_set(right), because)
    return found


def _set(value: Any) -> set[str]:
    return set(map(str, value)) if isinstance(value, list | tuple) else {str(value)}


def _expect(cell: Cell) -> tuple[Any, dict[str, Any]]:
    """First argument and `because` of a cell's check.expect; ("", {}) where they are no plain data."""
    try:
        calls = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Call)]
    except SyntaxError:
        return "", {}
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "expect" and call.args:
            because = next((k.value for k in call.keywords if k.arg == "because"), None)
            try:
                said = ast.literal_eval(because) if because is not None else {}
                return ast.literal_eval(call.args[0]), said if isinstance(said, dict) else {}
            except ValueError:
                return "", {}
    return "", {}


def citations(b: Bundle) -> Found:
    """Every citation is on the list of sources."""
    for place, text in texts(b):
        for cite in sources.unknown(text):
            yield Finding(
                place, f"cites {cite}, which is not on the list of sources", "add it to course/sources.yml, checked"
            )


def texts(b: Bundle) -> Iterator[tuple[str, str]]:
    """Every text that belongs to the lesson, with its place."""
    for page, what in ((b.lesson, "lesson"), (b.solution, "solution")):
        for cell in page.cells if page else ():
            yield f"{what}, cell {cell.id}", cell.source
    for folder in ("items", "aids"):
        path = _content(folder, b.name)
        if path:
            yield f"{folder}/{b.name}.yml", path.read_text(encoding="utf-8")
    for ask in b.lesson.asks():
        for it in talks(ask):
            yield f"dialogues/{it.id}.yml", resource("dialogues", f"{it.id}.yml").read_text(encoding="utf-8")


def _content(folder: str, name: str) -> Path | None:
    try:
        return resource(folder, f"{name}.yml")
    except SimlabError:
        return None


def reading(b: Bundle) -> Found:
    """Each section of the staff path reads at the eighth grade or below; quoted law is left out."""
    parts: dict[str, list[str]] = {}
    for page, what in ((b.lesson, ""), (b.exercise, "exercise: ")):
        for cell in page.cells if page else ():
            if cell.kind == "markdown" and cell.is_staff and cell.id != ANALYSTS:
                parts.setdefault(f"{what}{cell.section or 'title'}", []).append(cell.source)
    for section, cells in parts.items():
        yield from _graded(section, "\n\n".join(cells))
    for item in b.sheet.items if b.sheet else ():
        said = [item.stem, *(t for o in item.options for t in (o.text, o.feedback) if t)]
        yield from _graded(
            f"items, {item.id}", "\n\n".join(t if t.rstrip().endswith((".", "?", '"')) else f"{t}." for t in said)
        )


def _graded(place: str, text: str) -> Found:
    plain = _QUOTE.sub(lambda m: "" if next(sources.cited(m[0]), "") else m[0], text)
    if len(plain.split()) >= 25 and (found := grade(plain)) > GRADE:
        yield Finding(place, f"reads at grade {found:.1f}", f"{GRADE:g} or below: shorter sentences, shorter words")
