"""The organization whose people take the course: names, numbers, policies and rules, from one YAML file.

45 CFR 164.530(b)(1) trains a workforce on its own policies and procedures. So job aids, contacts,
records and certificates take these facts from here. Without a file they are Larkspur's, and say so.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
from pathlib import Path
from typing import Annotated, Self

import click
from pydantic import Field, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent

from simlab.content import Model, load_file, resource
from simlab.errors import ContentError, InputError

NAME = "organization.yml"
EXAMPLE = "Larkspur is the example. Your organization's own facts belong here."
LOGO_CAP, FILE_CAP = 200_000, 200_000  # bytes
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
Text = Annotated[str, Field(min_length=1, max_length=500)]
Days = Annotated[int, Field(ge=1, le=3660)]


class Officer(Model):
    """The privacy officer (45 CFR 164.530(a)(1)): who is asked, and who decides."""

    name: Text
    phone: Text
    email: Text
    address: str = Field("", max_length=300)  # for letters


class Hotline(Model):
    """Where anybody may report a concern."""

    name: Text
    phone: Text
    hours: Text
    url: str = ""


class Line(Model):
    """A telephone that is answered."""

    phone: Text


class Report(Model):
    """How to report: ways in the order in which they are best, and the way without a name."""

    how: tuple[Text, ...] = Field(min_length=1)
    anonymous: Text


class Policy(Model):
    """One of the organization's own policies; a new `effective` date makes its lessons due again."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Text
    version: Text
    effective: dt.date
    summary: Text
    lessons: tuple[Text, ...] = ()


class Rules(Model):
    """Days within which training is due. HIPAA names no number of days: these are the organization's."""

    onboarding_days: Days
    yearly_days: Days
    policy_change_days: Days
    retest_days: Days = 60


class Organization(Model):
    """One organization. `pass_mark` is a share of the points; `reminders` are days after a lesson."""

    name: Text
    is_example: bool = False
    privacy_officer: Officer
    hotline: Hotline
    security_line: Line
    report: Report
    policies: tuple[Policy, ...] = Field(min_length=1)
    sanctions: tuple[Text, ...] = Field(min_length=1)
    pass_mark: Annotated[float, Field(gt=0, le=1)] = 0.8
    due: Rules
    reminders: tuple[Days, ...] = (1, 7, 30)
    logo: str = ""

    @model_validator(mode="after")
    def _logo(self) -> Self:
        if self.logo and (self.logo != Path(self.logo).name or self.logo.startswith(".") or "\\" in self.logo):
            raise ValueError(f"logo {self.logo!r}: name a PNG or JPEG file that lies beside this one")
        return self

    def policy_versions(self) -> dict[str, str]:
        """The version of each policy, by its id: what a training record keeps."""
        return {p.id: p.version for p in self.policies}


def load(path: Path | str) -> Organization:
    """The organization of one file, its logo looked at. Raises ContentError, InputError."""
    _plain(Path(path))
    found = load_file(Path(path), Organization)
    if found.logo:
        logo(found, Path(path).parent)
    return found


def _plain(path: Path) -> None:
    """Raises ContentError for what is no such file by its size, or repeats itself by YAML's aliases."""
    try:
        raw = path.read_bytes() if not path.is_file() or path.stat().st_size <= FILE_CAP else None
    except OSError:
        return  # said by the loader
    if raw is None:
        raise ContentError(path.name, f"is larger than {FILE_CAP // 1000} kB: it holds names, numbers and rules only")
    # A few lines of aliases can stand for gigabytes.
    with contextlib.suppress(YAMLError, ValueError):  # said by the loader
        for event in YAML(typ="safe", pure=True).parse(io.BytesIO(raw)):
            if isinstance(event, AliasEvent):
                line = event.start_mark.line + 1
                raise ContentError(path.name, f"*{event.anchor} stands for another value: write it out", line=line)


def sample() -> Path:
    """Larkspur's own file: the example to copy and change."""
    return resource("organization", "larkspur.yml")


def current(start: Path | str | None = None) -> Organization:
    """The organization of a workspace or a course: its file at `start` or above it, else the example.

    Looked for as `.simlab/organization.yml` and `organization.yml`. Raises ContentError.
    """
    found = place(start)
    return load(found) if found else load(sample())


def place(start: Path | str | None = None) -> Path | None:
    """Where the organization's file lies, or None where the example stands for it."""
    here = Path(start or Path.cwd()).expanduser().resolve()
    for folder in (here, *here.parents):
        for path in (folder / ".simlab" / NAME, folder / NAME):
            if path.is_file():
                return path
    return None


def adopt(path: Path | str, folder: Path) -> Organization:
    """Look at a file and copy it, with its logo, to `folder/.simlab`. Raises ContentError, InputError."""
    source = Path(path).expanduser()
    found = load(source)
    target = folder / ".simlab"
    try:
        target.mkdir(parents=True, exist_ok=True)
        if found.logo:
            (target / found.logo).write_bytes((source.parent / found.logo).read_bytes())
        (target / NAME).write_bytes(source.read_bytes())
    except OSError as e:
        raise InputError(f"cannot write to {target}: {e.strerror or e}") from None
    return found


def logo(organization: Organization, folder: Path) -> str:
    """The logo as a data address for an HTML page, "" without one. Raises ContentError.

    Only PNG and JPEG: other kinds of pictures can hold scripts, or ask other machines for something.
    """
    if not organization.logo:
        return ""
    path = folder / organization.logo
    try:
        fits = path.is_file() and not path.is_symlink() and path.stat().st_size <= LOGO_CAP
        raw = path.read_bytes() if fits or not path.exists() else b""
    except OSError as e:
        said = f"{organization.logo} cannot be read beside this file ({e.strerror or e})"
        raise ContentError(NAME, said, key="logo") from None
    kind = next((mime for start, mime in _PICTURES.items() if raw.startswith(start)), "")
    if not kind:
        raise ContentError(
            NAME, f"{organization.logo} must be a PNG or JPEG of up to {LOGO_CAP // 1000} kB", key="logo"
        )
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


@click.group("organization")
def command() -> None:
    """Your organization's own names, numbers, policies and rules, in place of Larkspur's."""


@command.command("sample")
def _sample() -> None:
    """Print Larkspur's file, which says what each part is for: `simlab organization sample > organization.yml`."""
    click.echo(sample().read_text(encoding="utf-8"), nl=False)


@command.command("check")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def _check(file: Path) -> None:
    """Say what FILE tells the course, or its first fault with line, key and what would be right."""
    found = load(file)
    click.echo(f"{found.name}: {len(found.policies)} policies, pass mark {found.pass_mark:.0%}.")
    click.echo(f"Privacy officer: {found.privacy_officer.name}, {found.privacy_officer.phone}.")
    click.echo(f"{found.hotline.name}: {found.hotline.phone}. Security line: {found.security_line.phone}.")
    click.echo(f"Lessons are due {found.due.onboarding_days} days after somebody starts.")
    if found.is_example:
        click.echo(f"Note: {EXAMPLE} Take the line `is_example` out once they are in.")
    click.echo(
        f"Start with it: simlab lab --organization {file}. Trainers: keep it as organization.yml beside solutions/."
    )
