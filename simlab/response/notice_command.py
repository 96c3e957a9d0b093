"""`simlab notice`: a draft checked, a notice written from the facts, and letters to those affected."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import RootModel

from simlab.content import load_file, resource
from simlab.errors import InputError, UnknownName
from simlab.response.command import FILE, written

if TYPE_CHECKING:
    from simlab.response.affected import Affected
    from simlab.response.incident import Incident

_FACTS = click.option("--facts", metavar="FACTS.yml", type=FILE, required=True, help="What is known of the incident.")
_STORY = click.option("--story", metavar="STORY.yml", type=FILE, required=True, help="What is told; see `sample`.")
_BYTES = 200_000


class _Form(RootModel[dict[str, str | int | None]]):
    """The fields of a form, as a YAML file gives them."""


@click.group("notice")
def notice() -> None:
    """Notices of a breach: what they must say, a draft checked, one written, and letters to those affected.

    Training material, not legal advice.
    """


@notice.command("kinds")
def _kinds() -> None:
    """Every kind of notice, and what each must say."""
    from simlab.response.notices import kind, kinds

    for name in kinds():
        what = kind(name)
        click.echo(f"{name}: {what.title} [{what.cite}]")
        for element in what.elements:
            click.echo(f"  {element.id}: {element.asks} [{element.cite}]")


@notice.command("sample")
def _sample() -> None:
    """Print a story file to copy and change.

    `simlab notice sample > story.yml`
    """
    click.echo(resource("samples", "story.yml").read_text(encoding="utf-8"), nl=False)


@notice.command("check")
@click.argument("draft", metavar="DRAFT", type=FILE)
@click.option("--kind", "name", default="individual", show_default=True, help="What it is to be; see `kinds`.")
@click.option("--facts", metavar="FACTS.yml", type=FILE, help="Compare days and counts with these facts too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def _check(draft: Path, name: str, facts: Path | None, as_json: bool) -> None:
    """Say what a draft lacks.

    And which of its sentences says what. Exit code 1 until it is ready.

    DRAFT is plain text in UTF-8. The form of HHS is a YAML file with its fields, as `write hhs` prints it.
    """
    from simlab.response.notices import check, kind
    from simlab.response.words import tame

    known = _known(facts)[1].facts if facts else None
    given: Any = load_file(draft, _Form).root if kind(name).form == "fields" else _text(draft)
    found = check(given, name, known)
    if as_json:
        click.echo(json.dumps(found.as_plain(), ensure_ascii=False, indent=1))
    else:
        click.echo(tame(found.in_words()), nl=False)
    if not found.is_ready:
        sys.exit(1)


@notice.command("write")
@click.argument("name", metavar="KIND")
@_STORY
@_FACTS
@click.option("--state", metavar="XX", default="", help="The State whose media or regulator is told.")
@click.option("--to", metavar="NAME", default="", help="To whom a letter goes (KIND individual).")
@click.option("--address", metavar="TEXT", default="", help="And where.")
@click.option("--by", metavar="NAME", default="", help="The business associate where it happened (KIND hhs).")
@click.option("--html", metavar="FILE", type=FILE, help="Write it as a page to FILE, in place of text here.")
def _write(name: str, story: Path, facts: Path, state: str, to: str, address: str, by: str, html: Path | None) -> None:
    """Write a notice from the story and the facts.

    `kinds` lists every KIND. Read it before it goes out.
    """
    from simlab.response.notices import Addressee, Story, fields, kind, write
    from simlab.response.words import tame

    tells, known = load_file(story, Story), _known(facts)[1].facts
    if kind(name).form == "fields":
        click.echo(_yaml(fields(tells, known, by=by)), nl=False)
        return
    if name == "individual" and not (to and address):
        raise InputError("a letter goes to somebody: give --to and --address; for many: simlab notice merge")
    if name in ("media", "regulator") and not state:
        raise InputError(f"{name}: it is the notice of one State: give --state, such as --state OH")
    who = Addressee(member_id="", name=to, about=to, address=address) if to else None
    if html is None:
        click.echo(tame(write(name, tells, known, to=who, state=state)), nl=False)
        return
    written(html, write(name, tells, known, to=who, state=state, form="html"))
    click.echo(f"Written: {html}")


@notice.command("merge")
@_STORY
@_FACTS
@click.option("--out", metavar="FOLDER", type=FILE, required=True, help="Where the letters go; nothing may be there.")
@click.option("--html", "as_html", is_flag=True, help="As pages to print, in place of text.")
@click.option("--looked-at", metavar="FILE", type=FILE, help="Member ids that somebody has looked at, one a line.")
def _merge(story: Path, facts: Path, out: Path, as_html: bool, looked_at: Path | None) -> None:
    """Write a letter to each affected member.

    Of the simulated insurer; and say who gets none yet, and why.

    FACTS.yml names the insurer and member_ids. held.csv lists whom the batch leaves out: where mail came back,
    where nobody holds an address, where a self-funded plan writes itself, and where somebody must look first.
    """
    from simlab.response.notices import Story, check, merge, write_batch

    incident, found = _known(facts)
    if found.insurer is None:
        raise InputError(f"{facts.name}: names no insurer and member_ids, so there is nobody to write to")
    ids = _ids(looked_at, set(found.people["member_id"])) if looked_at else frozenset()
    batched = partial(
        merge, load_file(story, Story), found.facts, found.people, found.insurer, contracts=incident.contracts,
        looked_at=ids,
    )  # fmt: skip
    batch = batched()
    if batch.letters and not (first := check(batch.letters[0].text, "individual", found.facts)).is_ready:
        raise InputError(f"nothing is written, since the letter is not ready. {first.findings[0]}")
    if as_html:
        batch = batched(form="html")
    write_batch(batch, out, form="html" if as_html else "text")
    click.echo(f"{out}: {len(batch.letters):,} letters. {len(batch.held):,} people get none yet: see held.csv.")
    for why, n in batch.reasons.items():
        click.echo(f"  {n:,}: {why}")


def _known(path: Path) -> tuple[Incident, Affected]:
    """The incident of a file, and who is affected by it. Raises ContentError, InputError."""
    from simlab.response.affected import affected
    from simlab.response.incident import load_incident

    incident = load_incident(path)
    return incident, affected(incident)


def _text(path: Path) -> str:
    """A draft as text. Raises InputError."""
    try:
        with path.open("rb") as f:
            raw = f.read(_BYTES + 1)
        if len(raw) > _BYTES:
            raise InputError(f"{path.name}: is longer than {_BYTES // 1000} kB: hand in the text alone")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: is no text in UTF-8: save the draft as plain text") from None
    except OSError as e:
        raise InputError(f"{path.name}: cannot be read: {e.strerror or e}") from None


def _ids(path: Path, people: set[str]) -> frozenset[str]:
    """The first word of each line, so that rows of held.csv will do. Raises InputError, UnknownName."""
    ids = [line.split(",")[0].strip() for line in _text(path).splitlines()]
    found = frozenset(i for i in ids if i and i != "member_id")
    for unknown in sorted(found - people)[:1]:
        raise UnknownName("affected member", unknown, people)
    return found


def _yaml(values: dict[str, str]) -> str:
    """Text values as YAML, a line each."""
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
