"""From a course to its register, its certificates and a team's view: what the `records` commands do."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab import dialogue as dialogues
from simlab import organization as organizations
from simlab.curriculum import lesson as pages
from simlab.curriculum.asked import objective_of, sheet_of
from simlab.curriculum.story import tracks
from simlab.errors import InputError, SimlabError, UnknownName
from simlab.exercise.files import write_whole
from simlab.grading import course, handback, recording, results
from simlab.grading.evaluations import Form
from simlab.grading.itemanalysis import itemanalysis
from simlab.grading.recording import Desk
from simlab.records import Entry, Kept, Register, certificate, keep_until, observations, team
from simlab.records.entry import make, stamp
from simlab.records.observations import Bad, Sheet
from simlab.records.people import Person

OBSERVED = "role-play played aloud, observed by a person"
DIALOGUES = "09-everyday"  # the lesson that role-plays belong to


@dataclass(frozen=True)
class Taken:
    """What an import did: lines added, results that were there already, those that wait, those that could not enter."""

    added: list[Kept]
    known: int
    waiting: list[str]
    refused: list[Bad]


def take_results(desk: Desk, now: dt.datetime, trainer: str = "") -> Taken:
    """Every graded result into the register, once; result.json follows a mark that a person gave since."""
    entries, waiting, refused = list[Entry](), list[str](), list[Bad]()
    for row in results.rows(desk.home):
        outcome, shown = row.outcome, f"{row.outcome.learner} {row.outcome.assignment}"
        if not outcome.is_graded or row.needs_person:
            waiting.append(shown)
            continue
        try:
            when = recording.moment_of(desk.home, outcome)
            entries.append(recording.entry(desk, outcome, when, stamp(now), trainer))
            handback.refresh(desk, outcome)
        except (SimlabError, OSError) as e:
            refused.append(Bad(shown, str(e)))
    added = desk.register.add(entries)
    recording.snapshot(desk.home, {e.lesson for e in entries})
    return Taken(added, len(entries) - len(added), waiting, refused)


def take_sheets(desk: Desk, folder: Path, now: dt.datetime) -> tuple[list[Kept], int, list[Bad]]:
    """Observer's sheets into the register, once: lines added, sheets known already, sheets set aside."""
    good, bad = observations.collect(folder, _criteria(), now)
    entries = [_observed(desk, sheet, now) for sheet in good]
    added = desk.register.add(entries)
    return added, len(entries) - len(added), bad


def _criteria() -> dict[str, tuple[str, ...]]:
    """What an observer scores, by role-play; one whose file is wrong sets aside its own sheets only."""
    found = {}
    for name in dialogues.names():
        with contextlib.suppress(SimlabError):
            found[name] = tuple(c.id for c in dialogues.load(name).observer)
    return found


def _observed(desk: Desk, sheet: Sheet, now: dt.datetime) -> Entry:
    share = sheet.points / sheet.maximum if sheet.maximum else 0.0
    is_passed = share >= desk.organization.pass_mark - 1e-9 and 0 not in sheet.scores.values()
    return _about(
        desk, sheet.learner, sheet.at, now, kind="observation", lesson=DIALOGUES, item=sheet.dialogue, mode=OBSERVED,
        trainer=sheet.observer, score=float(sheet.points), maximum=float(sheet.maximum), passed=is_passed,
        criteria=sheet.scores, evidence=sheet.digest,
    )  # fmt: skip


def attest(desk: Desk, person: str, at: dt.datetime, now: dt.datetime, **fields: Any) -> Entry:
    """An entry for training that happened elsewhere: a session, a talk. Raises InputError."""
    if at > now:
        raise InputError(f"{at:%Y-%m-%d} is still to come: enter it once it has happened")
    return _about(desk, person, at, now, kind="attestation", **fields)


def done_form(desk: Desk, form: Form, now: dt.datetime) -> Entry:
    """The entry that somebody has filled in an evaluation form; what they said is not in it. Raises InputError."""
    return _about(desk, form.person, now, now, kind="evaluation", lesson=form.lesson, evidence=form.evidence)


def _about(desk: Desk, person: str, at: dt.datetime, now: dt.datetime, **fields: Any) -> Entry:
    known = desk.people.get(person)
    day = at.astimezone(dt.UTC).date()
    return make(
        person=person,
        name=recording._name(known),
        track=known.track if known else "",
        policies=desk.organization.policy_versions(),
        at=stamp(at),
        entered=stamp(now),
        retain_until=keep_until(day, recording.in_effect_until(desk.organization, day)),
        salt=secrets.token_hex(16),
        **fields,
    )


# Certificates


def required(desk: Desk) -> dict[str, list[str]]:
    """The lessons that each track asks for: those of its list that this course can mark."""
    there = set(desk.home.assignments())
    return {t.id: [n for n in t.lessons if n in there] for t in tracks().values()}


def titles(desk: Desk) -> dict[str, str]:
    """The title of each lesson that can be marked."""
    lessons = desk.home.root / "lessons"
    return {n: pages.read(lessons / f"{n}.ipynb").title for n in desk.home.assignments()}


def certificates(
    desk: Desk, now: dt.datetime, wanted: Collection[str] = (), track: str | None = None
) -> list[tuple[Entry, Path]]:
    """Issue what is earned and not issued yet; every certificate that stands, with its page.

    `wanted` keeps to some people; `track` stands in for people whose track nobody has said.
    Raises UnknownName, LogError, InputError.
    """
    if track is not None and track not in tracks():
        raise UnknownName("track", track, tracks())
    reg = desk.register
    known, names, asked = certificate.passes(reg.read()), titles(desk), required(desk)
    found = []
    for person in sorted({who for who, _ in known}):
        name = (desk.people[person].track if person in desk.people else "") or track
        if (wanted and person not in wanted) or not name or not course.is_learner(person):
            continue
        done = certificate.whole(person, asked[name], names, known)
        if done:
            found.append(_issue(desk, reg, person, name, done, now))
    return found


def _issue(
    desk: Desk, reg: Register, person: str, track: str, done: list[certificate.Passed], now: dt.datetime
) -> tuple[Entry, Path]:
    basis = tuple(p.kept.link for p in done)
    path = desk.home.feedback / person / f"certificate-{track}.html"
    entry = _about(desk, person, now, now, kind="certificate", basis=basis)
    shown = entry.name or person
    issued = [k for k, e in reg.entries() if e.kind == "certificate" and e.basis == basis and e.track == track]

    def page(at: str, number: str) -> str:
        logo = logo_of(desk)
        return certificate.page(shown, tracks()[track].name, done, desk.organization, at=at, logo=logo, number=number)

    old = issued[-1] if issued else None
    if old is not None and old.entry is not None:
        text = page(old.entry.at, old.link)
        if certificate.digest(text, old.link) == old.entry.evidence:
            _put(path, text)
            return old.entry, path
    # Nothing was issued, or name, organization or wording are others now: a new page, a new number.
    entry = entry.model_copy(update={"track": track, "evidence": certificate.digest(page(entry.at, certificate.BLANK))})
    (kept,) = reg.add([entry])
    _put(path, page(entry.at, kept.link))
    return entry, path


def _put(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8"))
    except OSError as e:
        raise InputError(f"{path} cannot be written: {e.strerror or e}") from None


def logo_of(desk: Desk) -> str:
    """The organization's logo as a data address, "" without one. Raises ContentError."""
    at = organizations.place(desk.home.root)
    return organizations.logo(desk.organization, at.parent) if at else ""


# A team's view


def people_of(desk: Desk, lines: Iterable[Kept], chosen: Callable[[Person], bool]) -> list[Person]:
    """Everybody on the list, and those whom only the register knows."""
    found = dict(desk.people)
    for entry in (k.entry for k in lines if k.entry):
        if entry.person not in found and entry.kind in ("result", "observation", "attestation", "evaluation"):
            found[entry.person] = Person(entry.person, entry.name, entry.track)
    return [p for p in found.values() if chosen(p)]


def hard(desk: Desk, people: Mapping[str, Person] | Collection[str]) -> list[team.Hard]:
    """What each check gave among these people."""
    frame = itemanalysis(desk.home, set(people))
    aims = {name: objectives(desk, name) for name in set(frame["assignment"])}
    return [
        team.Hard(a, str(r.check), int(str(r.n)), float(str(r.difficulty)), aims[a].get(str(r.check), ""))
        for r in frame.itertuples(index=False)
        for a in [str(r.assignment)]
    ]


def objectives(desk: Desk, assignment: str) -> dict[str, str]:
    """What each check of an exercise is to show, by its grade_id; {} where the lesson does not say."""
    try:
        sheet = sheet_of(assignment)
        cells = [pages.strict(path) for path in sorted((desk.home.solutions / assignment).glob("*.ipynb"))]
    except SimlabError:
        return {}
    if sheet is None:
        return {}
    texts = {o.id: o.text for o in sheet.objectives}
    asks = [ask for page in cells for ask in page.asks()]
    found = {a.grade: objective_of(a.name, sheet) or objective_of(a.grade, sheet) for a in asks if a.grade}
    return {grade: texts.get(o, "") for grade, o in found.items()}
