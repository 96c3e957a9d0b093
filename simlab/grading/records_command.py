"""`simlab records`: the training register, observation sheets, certificates and a manager's view."""

from __future__ import annotations

import datetime as dt
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simlab.errors import InputError, LogError, SimlabError
from simlab.grading import records_shown as shown
from simlab.grading.options import COURSE

if TYPE_CHECKING:
    from simlab.grading.recording import Desk
    from simlab.records import Entry, Kept

OK, LOOK = 0, 1  # 1: something needs a person's look
_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on standard output, for scripts.")
_REASON = click.option("--reason", required=True, help="Why. Kept in the register.")
_BY = click.option("--by", required=True, help="Who decided it. Kept in the register.")


@click.group("records")
def records() -> None:
    """Training records: kept for six years (45 CFR 164.530(j)(2), 164.316(b)(2)(i)).

    The register is COURSE/records/training.jsonl. Lines are added and never changed. Names, tracks,
    teams and first days come from COURSE/people.csv (id, name, track, team, joined, left), the
    organization's own facts from COURSE/organization.yml.
    """


# Taking in


@records.command("import")
@COURSE
@click.option("--trainer", default="", help="Who answers for the marking; kept with each entry.")
@_JSON
def import_(home: Path, trainer: str, as_json: bool) -> None:
    """Enter every result that has been marked, once. Exit code 1: some wait for a person, or could not enter."""
    from simlab.grading import issuing

    desk = _desk(home)
    taken = issuing.take_results(desk, _now(), trainer)
    shown.notes(desk.register)
    if as_json:
        shown.as_json({"added": [k.n for k in taken.added], "known": taken.known, "waiting": taken.waiting,
               "refused": [{"what": b.path, "why": b.why} for b in taken.refused]})  # fmt: skip
    else:
        click.echo(f"{len(taken.added)} entered, {taken.known} known already, {len(taken.waiting)} not yet marked.")
        shown.named("waits to be marked", taken.waiting)
        shown.named("could not enter", [f"{b.path}: {b.why}" for b in taken.refused])
    sys.exit(LOOK if taken.waiting or taken.refused else OK)


@records.command("observe")
@click.argument("folder", type=_FOLDER)
@COURSE
@_JSON
def observe(folder: Path, home: Path, as_json: bool) -> None:
    """Enter the observer's sheets in FOLDER/<learner>/observations/. A bad one is named, and stops no other."""
    from simlab.grading import issuing

    desk = _desk(home)
    added, known, bad = issuing.take_sheets(desk, folder, _now())
    shown.notes(desk.register)
    if as_json:
        shown.as_json(
            {"added": [k.n for k in added], "known": known, "set_aside": [{"what": b.path, "why": b.why} for b in bad]}
        )
    else:
        click.echo(f"{len(added)} sheets entered, {known} known already, {len(bad)} set aside.")
        shown.named("set aside", [f"{b.path}: {b.why}" for b in bad])
    sys.exit(LOOK if bad else OK)


@records.command("attest")
@click.argument("person")
@click.option("--lesson", required=True, help="The lesson, or the name of the session.")
@click.option("--trainer", required=True, help="Who held it.")
@click.option("--minutes", required=True, type=click.IntRange(1, 10_000))
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day, as 2026-03-31. [today]")
@click.option("--mode", default="session in person", show_default=True)
@click.option("--passed", is_flag=True, help="It stands in place of the lesson's marked exercise.")
@click.option("--text", default="", help="What was attested, word for word.")
@COURSE
def attest(
    person: str, lesson: str, trainer: str, minutes: int, day: dt.datetime | None, mode: str, passed: bool, text: str,
    home: Path,
) -> None:  # fmt: skip
    """Enter training that PERSON had elsewhere: a session, a talk at a meeting."""
    from simlab.grading import issuing

    desk, now = _desk(home), _now()
    _known_person(desk, person)
    at = day.replace(tzinfo=dt.UTC) if day else now
    fields = {"lesson": lesson, "trainer": trainer, "minutes": minutes, "mode": mode, "text": text}
    entry = issuing.attest(desk, person, at, now, **fields, passed=True if passed else None)
    (kept,) = desk.register.add([entry])
    shown.notes(desk.register)
    click.echo(f"Entered as number {kept.n}, kept until {entry.retain_until}.")


@records.command("evaluations")
@click.argument("workspaces", nargs=-1, required=True, type=_FOLDER)
@COURSE
def evaluations(workspaces: tuple[Path, ...], home: Path) -> None:
    """Take the evaluation forms out of learners' WORKSPACES: five numbers a lesson, no name, no note."""
    from simlab.grading import evaluations as forms
    from simlab.grading import issuing

    desk, now, found, bad = _desk(home), _now(), [], []
    for workspace in workspaces:
        try:
            found += forms.read(workspace)
        except SimlabError as e:
            bad.append(str(e))
    by_evidence = {f.evidence: f for f in found}
    done = [issuing.done_form(desk, f, now) for f in by_evidence.values()]
    reg = desk.register
    added = [k.entry.evidence for k in reg.add(done) if k.entry]
    if added:
        forms.keep(reg.folder, [(f, desk.team(f.person)) for f in (by_evidence[e] for e in added)])
    shown.notes(reg)
    click.echo(f"{len(added)} forms taken in, {len(found) - len(added)} known already.")
    shown.named("left out", bad)
    sys.exit(LOOK if bad else OK)


# Looking


@records.command("list")
@click.option("--person", help="Of this person only.")
@click.option("--lesson", help="Of this lesson only.")
@click.option("--kind", help="result, observation, attestation, evaluation, certificate, hold, destruction.")
@COURSE
@_JSON
def list_(person: str | None, lesson: str | None, kind: str | None, home: Path, as_json: bool) -> None:
    """Show entries, oldest first."""
    from simlab.records.export import row

    lines = [k for k in _read(_desk(home)) if k.entry and _fits(k.entry, person, lesson, kind)]
    if as_json:
        for kept in lines:
            shown.as_json(row(kept))
        return
    shown.table(lines)


def _fits(entry: Entry, person: str | None, lesson: str | None, kind: str | None) -> bool:
    return person in (None, entry.person) and lesson in (None, entry.lesson) and kind in (None, entry.kind)


@records.command("verify")
@click.option("--seen", default="", help="A last link that you kept elsewhere: it must still be in the chain.")
@click.option("--certificate", "file", type=_FILE, help="Also say whether this certificate is as it was issued.")
@COURSE
@_JSON
def verify(seen: str, file: Path | None, home: Path, as_json: bool) -> None:
    """Say whether the register is whole, and name the first bad record if not (exit code 1)."""
    from simlab.records import certificate, register

    reg = _desk(home).register
    told: dict[str, Any] = {"whole": True}
    try:
        lines = reg.read()
        told |= {"lines": len(lines), "last": register.verify(lines, seen)}
        if file is not None:
            entry = certificate.check(file, lines)
            told["certificate"] = {"person": entry.person, "name": entry.name, "track": entry.track, "at": entry.at}
    except (LogError, InputError) as e:
        told |= {"whole": not isinstance(e, LogError), "problem": str(e)}
    if as_json:
        shown.as_json(told | {"notes": reg.notes})
    else:
        shown.verified(told, reg.notes)
    sys.exit(LOOK if "problem" in told else OK)


@records.command("export")
@click.argument("file", type=_FILE)
@click.option("--columns", default="", help="Only these, in this order, as person,lesson,at,passed.")
@COURSE
def export(file: Path, columns: str, home: Path) -> None:
    """Write every entry to FILE as CSV (UTF-8, dates as 2026-03-31, no cell a formula)."""
    from simlab.errors import UnknownName
    from simlab.records.export import COLUMNS, as_csv

    wanted = tuple(c.strip() for c in columns.split(",") if c.strip()) or COLUMNS
    for name in wanted:
        if name not in COLUMNS:
            raise UnknownName("column", name, COLUMNS)
    lines = _read(_desk(home))
    shown.write(file, as_csv(lines, wanted), "utf-8-sig")  # with a mark, so that spreadsheets read names right
    click.echo(f"{len(lines)} rows written to {file}")


# Giving out


@records.command("certificates")
@click.argument("people", nargs=-1)
@click.option("--track", help="The track of people for whom people.csv does not say one.")
@COURSE
@_JSON
def certificates(people: tuple[str, ...], track: str | None, home: Path, as_json: bool) -> None:
    """Issue a page to print for each person (or PEOPLE) who has passed every lesson of their track."""
    from simlab.grading import issuing

    desk = _desk(home)
    done = issuing.certificates(desk, _now(), people, track)
    shown.notes(desk.register)
    if as_json:
        shown.as_json([{"person": e.person, "track": e.track, "at": e.at, "file": str(path)} for e, path in done])
        return
    for entry, path in done:
        click.echo(f"{entry.person} {entry.track}: {path}")
    click.echo(f"{len(done)} certificates." if done else "No certificates: nobody has passed every lesson of a track.")


@records.command("team")
@click.option("--team", "wanted", help="This team only, as people.csv names it.")
@click.option("--track", help="This track only.")
@click.option("--out", type=_FILE, default=Path("team.html"), show_default=True, help="Where to write the page.")
@COURSE
def team_(wanted: str | None, track: str | None, out: Path, home: Path) -> None:
    """Write a manager's view: who is on time, what the group finds hard. No answers of anybody."""
    from simlab.curriculum.evaluation import STATEMENTS
    from simlab.curriculum.story import tracks
    from simlab.grading import evaluations as forms
    from simlab.grading import issuing
    from simlab.records import team

    desk, today = _desk(home), _now().date()
    lines = _read(desk)
    people = issuing.people_of(desk, lines, lambda p: wanted in (None, p.team) and track in (None, p.track))
    found = team.standings(people, issuing.required(desk), lines, desk.organization, today)
    # Forms know their team and nothing else of who wrote them, so a view by track has none.
    evaluated = [] if track else forms.means(desk.register.folder, wanted)
    page = team.page(
        found, issuing.hard(desk, [p.id for p in people]), evaluated, tuple(STATEMENTS.values()), desk.organization, today,
        titles=issuing.titles(desk) | {t.id: t.name for t in tracks().values()}, title=" ".join(filter(None, (wanted, track))), logo=issuing.logo_of(desk),
    )  # fmt: skip
    shown.write(out, page, "utf-8")
    click.echo(f"{len(found)} people, {sum(bool(s.late) for s in found)} late: {out}")


# Keeping and letting go


@records.command("hold")
@click.argument("person")
@_REASON
@_BY
@click.option("--lift", is_flag=True, help="Take the hold away.")
@COURSE
def hold(person: str, reason: str, by: str, lift: bool, home: Path) -> None:
    """Keep all entries of PERSON ("*": everybody's) beyond their time, for a claim or an inquiry."""
    from simlab.records import retention

    reg = _desk(home).register
    kept = retention.hold(reg, person, reason, by, _now(), secrets.token_hex(16), lift=lift)
    shown.notes(reg)
    click.echo(f"{'Lifted' if lift else 'Held'}, as number {kept.n}.")


@records.command("destroy")
@_REASON
@_BY
@click.option("--yes", is_flag=True, help="Destroy. Without it, only say what would be destroyed.")
@COURSE
def destroy(reason: str, by: str, yes: bool, home: Path) -> None:
    """Destroy for good the entries whose six years are over and that nobody must hold; that is logged."""
    from simlab.records import retention

    reg = _desk(home).register
    if not yes:
        going = retention.expired(reg.read(), _now().date())
        click.echo(f"{len(going)} entries are past their last day and under no hold. With --yes they are destroyed.")
        shown.named("would go", [f"{k.n} {k.entry.person} {k.entry.lesson}" for k in going if k.entry])
        return
    gone = retention.destroy(reg, reason, by, _now(), secrets.token_hex(16))
    shown.notes(reg)
    click.echo(f"{len(gone)} entries destroyed. Backups of the register, and files handed out, are yours to see to.")


# Helpers


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _desk(home: Path) -> Desk:
    from simlab.grading import course, recording

    return recording.desk(course.open_course(home))


def _read(desk: Desk) -> list[Kept]:

    lines = desk.register.read()
    shown.notes(desk.register)
    return lines


def _known_person(desk: Desk, person: str) -> None:
    from simlab.errors import UnknownName

    if desk.people and person not in desk.people:
        raise UnknownName("person in people.csv", person, desk.people)
