"""`simlab policy`: what members are told, as text or as a page; the check of a form; the answer to a question."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from simlab import organization as organizations
from simlab.controls.documents.checking import check_form, check_notice
from simlab.controls.documents.intake import RAW
from simlab.controls.documents.paper import page, text
from simlab.controls.documents.questions import answer
from simlab.controls.documents.rendering import KINDS, paper
from simlab.errors import InputError
from simlab.organization import Organization

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("policy")
@click.argument("kind", type=click.Choice(list(KINDS)), default="sharing")
@click.option("--html", "out", metavar="FILE", type=_FILE, help="Write it as a page to FILE, in place of text here.")
@click.option("--organization", "of", metavar="FILE", type=_FILE, help="Your organization's file, for Larkspur's.")
@click.option(
    "--check", "form", metavar="FILE", type=_FILE, help="Say what a form (or with notice, a notice) has and lacks."
)
@click.option("--ask", metavar="QUESTION", help="Only the answer to a member's question, in any words.")
def policy_command(kind: str, out: Path | None, of: Path | None, form: Path | None, ask: str | None) -> None:
    """Print a document that is made from the rules the gateway enforces: sharing, notice, form, opt-out or answers.

    Nothing here is legal advice.
    """
    organization = organizations.load(of) if of else organizations.current()
    if ask is not None:
        _answered(ask, organization)
    elif form:
        _checked(form, kind)
    elif out:
        _written(out, page(paper(kind, organization)))
        click.echo(f"Written: {out}")
    else:
        click.echo(text(paper(kind, organization)), nl=False)


def _answered(ask: str, organization: Organization) -> None:
    found = answer(ask, organization)
    if found is None:
        raise InputError("no question on the sheet is near this one: tell nothing, and ask the privacy office")
    law = "our promise, not law" if found.is_promise else found.cite
    click.echo(f"{found.ask}\n{found.says} ({law})\nDo: {found.do}")


def _checked(form: Path, kind: str) -> None:
    """Prints the findings; exit code 1 where something lacks or is wrong."""
    try:
        with form.open(encoding="utf-8", newline="") as f:
            given = f.read(RAW + 1)
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"{form.name}: cannot be read as UTF-8 text: {e}") from None
    found = check_notice(given) if kind == "notice" else check_form(given)
    click.echo(found.in_words())
    if not found.is_complete:
        sys.exit(1)


def _written(out: Path, shown: str) -> None:
    try:
        out.write_text(shown, encoding="utf-8", newline="\n")
    except OSError as e:
        raise InputError(f"{out}: cannot be written: {e.strerror or e}") from None
