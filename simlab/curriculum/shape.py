"""Rules about the shape of a lesson: sections, cells, files. One function a rule, each gives its findings.

`simlab.curriculum.rules` runs them together with those about its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simlab.curriculum import lesson as pages
from simlab.curriculum.asked import sheet_of
from simlab.curriculum.lesson import Cell, Lesson
from simlab.curriculum.objectives import exercise_of
from simlab.curriculum.story import ground, story
from simlab.errors import SimlabError
from simlab.exercise.items import Items

MOMENT = "The moment"
# H2 headings of the staff path, in this order; more may stand in a heading after these words.
SECTIONS = (
    MOMENT, "Decide first", "See what follows", "Why", "Again", "Your own work", "Your exercise", "What you take with you",
)  # fmt: skip
ANALYST = "For analysts"
START = "# Start: click here and press Shift+Enter"
MISSING = (
    'raise SystemExit("This page needs the course\'s own Python. Close it, and open it with: simlab lab") from None'
)
MAX_BYTES, MOMENT_WORDS = 100_000, 120


@dataclass(frozen=True)
class Finding:
    """One fault: the place in the lesson, what is wrong, and what would be right."""

    place: str
    problem: str
    right: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}: {self.right}"


@dataclass(frozen=True)
class Bundle:
    """All that belongs to one lesson; `root` is the course, `sheet` its questions (None without a file)."""

    root: Path
    lesson: Lesson
    exercise: Lesson | None
    solution: Lesson | None
    sheet: Items | None

    @property
    def name(self) -> str:
        return self.lesson.name

    def staff(self) -> list[Cell]:
        """The cells of the lesson above the analysts' line."""
        return [c for c in self.lesson.cells if c.is_staff]


Found = Iterator[Finding]
Rule = Callable[[Bundle], Found]


def bundle(root: Path, name: str) -> Bundle:
    """All that belongs to a lesson. Raises ContentError where its notebook or its questions cannot be read."""
    solution = root / "solutions" / name / f"{name}.ipynb"
    return Bundle(
        root,
        pages.strict(root / "lessons" / f"{name}.ipynb"),
        exercise_of(root, name),
        pages.strict(solution) if solution.is_file() else None,
        sheet_of(name),
    )


def sections(b: Bundle) -> Found:
    """The sections stand in their order, the analysts' part after them."""
    heads = [h[2] for c in b.lesson.cells if c.kind == "markdown" for h in pages.headings(c.source) if h[1] == "##"]
    at = -1
    for wanted in SECTIONS:
        places = [i for i, head in enumerate(heads) if head.startswith(wanted)]
        if not places:
            yield Finding("sections", f"there is no section {wanted!r}", f"write a heading: ## {wanted}")
        elif places[0] < at:
            yield Finding("sections", f"{wanted!r} stands too early", f"the order is {', '.join(SECTIONS)}")
        at = max([at, *places[:1]])
    ones = [h[2] for c in b.lesson.cells if c.kind == "markdown" for h in pages.headings(c.source) if h[1] == "#"]
    if len(ones) != 1 or b.lesson.cells[0].kind != "markdown":
        yield Finding(
            "title", f"there are {len(ones)} headings with one #", "one, in the first cell: the lesson's title"
        )
    line = next((c for c in b.lesson.cells if c.id == pages.ANALYSTS), None)
    if line is None or not re.match(rf"---\s+## {ANALYST}", line.source):
        yield Finding(
            "analysts",
            "there is no line before the analysts' part",
            f"a cell with the id {pages.ANALYSTS}: ---, then ## {ANALYST}",
        )


def start(b: Bundle) -> Found:
    """The first code cell says in words what to do where the course's Python is missing; so in the exercise."""
    for page, what in ((b.lesson, "lesson"), (b.exercise, "exercise")):
        first = next((c for c in page.cells if c.kind == "code"), None) if page else None
        if page and (first is None or not first.source.startswith(START) or MISSING not in first.source):
            yield Finding(
                f"{what}, first code cell",
                "is not the start cell",
                f"begin with {START!r}, as `simlab lesson new` does",
            )


def metadata(b: Bundle) -> Found:
    """Title, minutes and ground stand in the notebook's metadata."""
    it, rows = b.lesson, ground().texts()
    if it.title in ("", it.name):
        yield Finding("metadata", "there is no title", '"title": "..." in the notebook\'s metadata')
    if not 5 <= it.minutes <= 20:
        yield Finding("metadata", f"minutes: {it.minutes}", "the staff path takes 10 to 15: write what it takes")
    if not it.ground:
        yield Finding("metadata", "no row of the ground is named", '"simlab": {"ground": ["S1"]}')
    for row in it.ground:
        if row not in rows:
            yield Finding("metadata", f"ground {row!r} does not exist", f"one of {', '.join(rows)}")
    chapter = story().chapter(b.name)
    if chapter and (lacking := set(chapter.ground) - set(it.ground)):
        yield Finding(
            "metadata",
            f"the story has this lesson cover {', '.join(sorted(lacking))} too",
            "add them, or change story.yml",
        )


def code_out_of_sight(b: Bundle) -> Found:
    """On the staff path no code is in view, and a folded cell says what it shows."""
    for page, what in ((b.lesson, "lesson"), (b.exercise, "exercise")):
        for cell in page.cells if page else ():
            if cell.kind == "code" and cell.is_staff and not cell.is_hidden:
                yield Finding(
                    f"{what}, cell {cell.id}", "shows its code", 'fold it: "jupyter": {"source_hidden": true}'
                )
            if cell.kind == "code" and cell.is_staff and not cell.source.startswith("# "):
                yield Finding(
                    f"{what}, cell {cell.id}", "does not say what it shows", "begin with a comment in plain words"
                )


def size(b: Bundle) -> Found:
    """No notebook is larger than 100 kB."""
    for page in (b.lesson, b.exercise, b.solution):
        if page and (found := page.path.stat().st_size) >= MAX_BYTES:
            yield Finding(
                page.path.name,
                f"is {found // 1000} kB",
                f"under {MAX_BYTES // 1000} kB: clear outputs, take pictures out",
            )


def moment(b: Bundle) -> Found:
    """The moment is under 120 words."""
    text = " ".join(c.source for c in b.staff() if c.kind == "markdown" and c.section.startswith(MOMENT))
    body = text.split(MOMENT, 1)[-1].split("\n## ", 1)[0]
    if (count := len(re.findall(r"\w[\w'’-]*", body))) >= MOMENT_WORDS:
        yield Finding(MOMENT, f"has {count} words", f"under {MOMENT_WORDS}: start in the middle of the work")


def calls(b: Bundle) -> Found:
    """The lesson retells what went before, and ends with the job aid and the evaluation."""
    code = "\n".join(c.source for c in b.staff() if c.kind == "code")
    for wanted in ("previously", "jobaid", "evaluate"):
        if not re.search(rf"\b{wanted}\(\s*[\"']{re.escape(b.name)}[\"']", code):
            yield Finding("code cells", f"{wanted} is not shown", f'a cell with {wanted}("{b.name}")')
    if not any(a.kind == "quiz" and a.section.startswith("Your own work") for a in b.lesson.asks()):
        yield Finding("Your own work", "asks nothing", f'quiz("your-work-{b.lesson.number}"), a case for each track')


def trio(b: Bundle) -> Found:
    """Exercise, solution and two misconceptions lie beside the lesson, and the aid to print."""
    beside = b.root / "solutions" / b.name / "misconceptions"
    if b.solution is None:
        yield Finding("solution", "is not there", f"solutions/{b.name}/{b.name}.ipynb")
    if b.exercise is None:
        yield Finding("exercise", "is not there", f"run: simlab release {b.name}")
    if (count := len(list(beside.glob("*.yml")))) < 2:
        yield Finding("misconceptions", f"there are {count}", "at least two plausible wrong ways")
    from simlab.curriculum.aids import load_aid

    try:
        load_aid(b.name)
    except SimlabError as e:
        yield Finding("job aid", str(e), f"simlab/content/aids/{b.name}.yml")
