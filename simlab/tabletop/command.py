"""`simlab tabletop`: list, lint, run, resume, replay, whatif, report, sessions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simlab.errors import InputError, SimlabError

if TYPE_CHECKING:
    from simlab.tabletop.scenario import Scenario
    from simlab.tabletop.session import Session
    from simlab.tabletop.store import Store

_Command = Callable[..., Any]


def _said(command: _Command) -> _Command:
    """What goes wrong is said in one line and ends with code 2."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except SimlabError as e:
            click.echo(f"simlab: {e}", err=True)
            raise SystemExit(2) from None

    return run


def _store(url: str | None) -> Store:
    from simlab.tabletop.store import Store, default_url

    return Store(url or default_url(Path.cwd()))


def _store_option(command: _Command) -> _Command:
    text = "Where sessions are kept (default: a SQLite file in .simlab here)."
    return click.option("--store", "store", metavar="URL", help=text)(command)


@click.group()
def tabletop() -> None:
    """Run, replay and report tabletop exercises."""


@tabletop.command("list")
@_said
def list_() -> None:
    """The scenarios that ship."""
    from simlab.tabletop.scenario import load, scenarios

    for name in scenarios():
        try:
            s = load(name)
        except SimlabError as e:
            click.echo(f"{name}: {e}")
            continue
        click.echo(f"{s.id}: {s.title} ({len(s.decisions)} decisions, about {s.minutes} minutes)")


@tabletop.command("lint")
@click.argument("scenario")
@_said
def lint_(scenario: str) -> None:
    """What is wrong or weak in a scenario (an id, or a .yml file); ends with code 1 on an error."""
    from simlab.tabletop.lint import lint
    from simlab.tabletop.scenario import load

    found = lint(load(scenario))
    for finding in found:
        click.echo(str(finding))
    errors = sum(f.level == "error" for f in found)
    click.echo(f"{scenario}: {errors} error{'s' * (errors != 1)}, {len(found) - errors} warnings")
    raise SystemExit(1 if errors else 0)


@tabletop.command("run")
@click.argument("scenario")
@click.option("--decisions", type=click.Path(path_type=Path), help="Play from this file, with nobody at the table.")
@click.option("--seed", type=int, help="Which chance (default 1, or what the file says).")
@click.option("--members", type=int, help="Size of the company (default 10000, or what the file says).")
@_store_option
@click.option("--report", type=click.Path(path_type=Path), help="Write the after-action report here at the end.")
@_said
def run_(
    scenario: str, decisions: Path | None, seed: int | None, members: int | None, store: str | None, report: Path | None
) -> None:
    """Run a scenario, at the keyboard or from a file of decisions."""
    from simlab.tabletop.scenario import load
    from simlab.tabletop.session import Session
    from simlab.tabletop.unattended import load_plan, play

    plan = load_plan(decisions, load(scenario)) if decisions else None
    seed = _first(seed, plan.seed if plan else None, 1)
    members = _first(members, plan.members if plan else None, 10_000)
    session = Session.start(scenario, seed, _store(store), members=members)
    if plan is None:
        _at_keyboard(session)
    else:
        for name in play(session, plan):
            click.echo(f"note: decision {name} stands in {decisions and decisions.name} and was never put")
        _print_summary(session)
    _finish(session, report)


def _first(*values: int | None) -> int:
    return next(v for v in values if v is not None)


def _at_keyboard(session: Session) -> None:
    from simlab.tabletop.console import Console

    Console(session, _read, click.echo).run()


def _read(prompt: str) -> str | None:
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        click.echo("")
        return None


def _print_summary(session: Session) -> None:
    from simlab.tabletop.console import summary

    click.echo(summary(session.scenario, session.outcome()))


def _finish(session: Session, report: Path | None) -> None:
    click.echo(f"\nsession {session.id}\nstate   {session.state.digest()}")
    if report is not None:
        session.report(report)
        click.echo(f"report  {report}")


@tabletop.command("resume")
@click.argument("session")
@_store_option
@click.option("--report", type=click.Path(path_type=Path), help="Write the after-action report here at the end.")
@_said
def resume_(session: str, store: str | None, report: Path | None) -> None:
    """Go on with a session that was left."""
    from simlab.tabletop.session import Session

    found = Session.open(_store(store), session)
    _at_keyboard(found)
    _finish(found, report)


@tabletop.command("replay")
@click.argument("session")
@_store_option
@_said
def replay_(session: str, store: str | None) -> None:
    """Fold a session anew and print its state hash; ends with code 1 when it is not the recorded one."""
    from simlab.tabletop.session import Session

    found = Session.open(_store(store), session)
    digest = found.replay()
    click.echo(digest)
    if digest != found.recorded:
        click.echo(f"not the recorded state {found.recorded}: first at action {found.first_difference()}", err=True)
        raise SystemExit(1)


@tabletop.command("whatif")
@click.argument("session")
@click.option("--decision", "choices", multiple=True, metavar="D=OPTION", help="Another option for a decision.")
@click.option("--control", "controls", multiple=True, metavar="NAME=VALUE", help="Another control at STARTEX.")
@_store_option
@_said
def whatif_(session: str, choices: tuple[str, ...], controls: tuple[str, ...], store: str | None) -> None:
    """What changes with another decision, or another control in force."""
    from simlab.tabletop.session import Session

    found = Session.open(_store(store), session)
    difference = found.whatif(
        dict(_pair(c, "--decision", "d2=disable-account") for c in choices),
        controls=parse_controls(found.scenario, controls),
    )
    click.echo(difference.text())


def _pair(text: str, option: str, example: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise InputError(f"{option} {text!r}: write it as {option} {example}")
    return name.strip(), value.strip()


def parse_controls(scenario: Scenario, pairs: tuple[str, ...]) -> dict[str, Any]:
    """Controls from `name=value` texts: yes and no, whole numbers, none, and words. Raises InputError."""
    out: dict[str, Any] = {}
    for pair in pairs:
        name, value = _pair(pair, "--control", "mfa=passkey")
        out[name] = value if name == "mfa" else _VALUES.get(value.lower(), int(value) if value.isdecimal() else value)
    scenario.controls.with_(**out)
    return out


_VALUES: dict[str, bool | None] = {"yes": True, "true": True, "no": False, "false": False, "none": None}


@tabletop.command("report")
@click.argument("session")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The HTML file to write.")
@_store_option
@_said
def report_(session: str, out: Path, store: str | None) -> None:
    """Write the after-action report of a session."""
    from simlab.tabletop.session import Session

    Session.open(_store(store), session).report(out)
    click.echo(f"report  {out}")


@tabletop.command("sessions")
@_store_option
@_said
def sessions_(store: str | None) -> None:
    """The sessions that are kept."""
    kept = _store(store)
    cards = kept.sessions()
    for card in cards:
        actions = len(kept.records(card.session))
        click.echo(f"{card.session}: {card.scenario}, seed {card.seed}, {card.members} members, {actions} actions")
    if not cards:
        click.echo("no session is kept here yet: simlab tabletop run vendor-portal")
