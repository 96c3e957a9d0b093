"""The course's own words: its story, its tracks, its glossary and the ground that it covers.

One file each in `simlab/content/course/`. A reference to nothing (a person, a place, a ground row, a
later lesson) is a ContentError with file, line and key.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from simlab.content import Model, load_file, resource
from simlab.content.loader import fault

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, Field(pattern=r"^\d\d-[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Row = Annotated[str, Field(pattern=r"^[A-Z]\d$")]
Words = Annotated[str, Field(min_length=1, max_length=1_500)]


class Place(Model):
    """A place where a lesson happens."""

    id: Id
    name: Words
    text: Words


class Person(Model):
    """One of the few people whom the learner meets again; `first` is the lesson in which that is."""

    id: Id
    name: Words
    age: int = Field(ge=16, le=99)
    job: Words
    side: Literal["staff", "vendor", "member"]
    place: Id
    first: Name
    text: Words


class Leaf(Model):
    """What a lesson leaves behind: told in the lessons `recalled`, by the option that was chosen."""

    id: Id
    item: str = ""
    says: dict[str, Words] = {}
    otherwise: Words
    recalled: tuple[Name, ...] = ()

    def told(self, answer: Any) -> str:
        """The sentence for an answer as it is kept: an option, a list of them, or None."""
        chosen = answer if isinstance(answer, list) else [answer]
        return next((self.says[c] for c in chosen if isinstance(c, str) and c in self.says), self.otherwise)


class Chapter(Model):
    """One lesson in the story."""

    name: Name
    title: Words
    month: int = Field(ge=1, le=12)
    where: Id
    who: tuple[Id, ...]
    object: Words
    decision: Words
    moment: Words
    ground: tuple[Row, ...] = Field(min_length=1)
    after: tuple[Id, ...] = ()
    leaves: tuple[Leaf, ...] = ()


class Story(Model):
    """The year: people, places, and a chapter for each lesson, written or not."""

    year: int
    company: Words
    thread: Words
    places: tuple[Place, ...]
    people: tuple[Person, ...]
    lessons: tuple[Chapter, ...]

    def chapter(self, lesson: str) -> Chapter | None:
        """The chapter of a lesson, None where the story does not have it."""
        return next((c for c in self.lessons if c.name == lesson), None)

    def before(self, lesson: str) -> list[tuple[Chapter, Leaf]]:
        """What earlier chapters left behind that this lesson recalls, in the story's order."""
        chapter = self.chapter(lesson)
        wanted = chapter.after if chapter else ()
        return [(c, leaf) for c in self.lessons for leaf in c.leaves if leaf.id in wanted]


class Track(Model):
    """What one kind of staff takes, in order; `roles` are the insurer's roles that it is for."""

    id: Id
    name: Words
    text: Words
    roles: tuple[str, ...] = Field(min_length=1)
    lessons: tuple[Name, ...] = Field(min_length=1)
    reads_analyst_path: bool = False


class Tracks(Model):
    """The six tracks."""

    tracks: tuple[Track, ...]


class Term(Model):
    """A term of the field in plain words; `cite` where it is a term of law, `also` other names for it."""

    id: Id
    term: Words
    text: Words
    cite: str = ""
    also: tuple[str, ...] = ()
    see: tuple[Id, ...] = ()


class Glossary(Model):
    """The terms, in the order of the alphabet."""

    terms: tuple[Term, ...]


class GroundRow(Model):
    """One row of the ground."""

    id: Row
    text: Words


class GroundGroup(Model):
    """The rows of one subject."""

    name: Words
    rows: tuple[GroundRow, ...]


class Ground(Model):
    """All that the course covers."""

    groups: tuple[GroundGroup, ...]

    def texts(self) -> dict[str, str]:
        """Each row's text by its id."""
        return {row.id: row.text for group in self.groups for row in group.rows}


@functools.cache
def story() -> Story:
    """The year at Larkspur. Raises ContentError."""
    return load_story(resource("course", "story.yml"))


@functools.cache
def tracks() -> dict[str, Track]:
    """The tracks by id, in the file's order. Raises ContentError."""
    return {t.id: t for t in load_tracks(resource("course", "tracks.yml")).tracks}


@functools.cache
def glossary() -> tuple[Term, ...]:
    """The terms, in the order of the alphabet. Raises ContentError."""
    return load_glossary(resource("course", "glossary.yml")).terms


@functools.cache
def ground() -> Ground:
    """The ground that the course covers. Raises ContentError."""
    return load_file(resource("course", "ground.yml"), Ground)


# Files with references are checked whole: each fault says where it stands.


def load_story(path: Path) -> Story:
    """A story file. Raises ContentError for a fault of shape, or a reference to nothing."""
    found = load_file(path, Story)
    people, places, rows = {p.id for p in found.people}, {p.id for p in found.places}, set(ground().texts())
    names = [c.name for c in found.lessons]
    need = Needs(path)
    for i, person in enumerate(found.people):
        need(["people", i, "place"], person.place, places, "place")
        need(["people", i, "first"], person.first, names, "lesson")
    known: set[str] = set()
    for i, chapter in enumerate(found.lessons):
        at: list[str | int] = ["lessons", i]
        if chapter.name in names[:i]:
            raise fault(path, [*at, "name"], f"{chapter.name!r} stands there twice: each lesson once")
        need([*at, "where"], chapter.where, places, "place")
        need.all([*at, "who"], chapter.who, people, "person")
        need.all([*at, "ground"], chapter.ground, rows, "row of the ground")
        need.all([*at, "after"], chapter.after, known, "thing that an earlier lesson leaves behind")
        for j, leaf in enumerate(chapter.leaves):
            need.all([*at, "leaves", j, "recalled"], leaf.recalled, names[i + 1 :], "later lesson")
            if leaf.says and not leaf.item:
                raise fault(path, [*at, "leaves", j, "says"], "nothing is chosen: name the `item`, or leave it out")
            known.add(leaf.id)
    return _recalled(path, found)


def _recalled(path: Path, found: Story) -> Story:
    """`after` and `recalled` say the same thing from both ends."""
    for i, chapter in enumerate(found.lessons):
        for j, leaf in enumerate(chapter.leaves):
            takers = {c.name for c in found.lessons if leaf.id in c.after}
            if takers != set(leaf.recalled):
                said = f"is recalled by {sorted(takers)}: make `after` of those lessons and this list say the same"
                raise fault(path, ["lessons", i, "leaves", j, "recalled"], said)
    return found


def load_tracks(path: Path, roles: Sequence[str] = ()) -> Tracks:
    """A tracks file. Raises ContentError for a lesson, or a role (where `roles` are given), that does not exist."""
    found = load_file(path, Tracks)
    names = [c.name for c in story().lessons]
    need = Needs(path)
    for i, track in enumerate(found.tracks):
        need.all(["tracks", i, "lessons"], track.lessons, names, "lesson of the story")
        if roles:
            need.all(["tracks", i, "roles"], track.roles, roles, "role of the insurer")
    return found


def load_glossary(path: Path) -> Glossary:
    """A glossary file. Raises ContentError for a reference to no term, or terms out of order."""
    found = load_file(path, Glossary)
    ids = [t.id for t in found.terms]
    for i, term in enumerate(found.terms):
        Needs(path).all(["terms", i, "see"], term.see, ids, "term")
        if i and term.term.casefold() < found.terms[i - 1].term.casefold():
            raise fault(path, ["terms", i, "term"], f"stands after {found.terms[i - 1].term!r}: keep the alphabet")
    return found


class Needs:
    """Raises, at the place of a value in its file, where the value is not one of what is known."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, at: list[str | int], value: str, known: Iterable[str], what: str) -> None:
        if value not in known:
            raise fault(self.path, at, f"there is no {what} {value!r}: one of {', '.join(sorted(known)) or 'none'}")

    def all(self, at: list[str | int], values: Iterable[str], known: Iterable[str], what: str) -> None:
        for i, value in enumerate(values):
            self([*at, i], value, known, what)
