"""`simlab lab`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click


@click.command()
@click.option(
    "--workspace", default=Path("larkspur"), type=click.Path(path_type=Path), help="Your own folder. [larkspur]"
)
@click.option("--learner", help="Your id on your trainer's list. [your log-in name]")
@click.option("--role", help="Your work, such as member-services or claims; the home page asks if you leave it out.")
@click.option(
    "--organization",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Your organization's own facts. [Larkspur's]",
)
@click.option(
    "--feedback",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Bring your own results from your trainer's folder.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Fail if it is taken. [the first free one from 8888]")
@click.option("--no-browser", is_flag=True, help="Only serve; the address is printed.")
@click.option("--prepare-only", is_flag=True, help="Make or refresh the workspace and stop.")
def lab(
    workspace: Path,
    learner: str | None,
    role: str | None,
    organization: Path | None,
    feedback: Path | None,
    port: int | None,
    no_browser: bool,
    prepare_only: bool,
) -> None:
    """Open the course in JupyterLab, in a workspace of your own.

    A second start brings new lessons and keeps everything that you changed.
    """
    from simlab.exercise import workspace as workspaces

    report = workspaces.prepare(workspace, learner)
    click.echo(report.text())
    for said in _settled(workspace.resolve(), role, organization, feedback):
        click.echo(said)
    if not prepare_only:
        from simlab.notebook.lab import serve

        raise SystemExit(serve(workspace.resolve(), port=port, browser=not no_browser))


def _settled(root: Path, role: str | None, organization: Path | None, feedback: Path | None) -> Iterator[str]:
    """Settle what was asked for besides opening the course; what was done, in words. Raises SimlabError."""
    from simlab import organization as organizations
    from simlab.curriculum.story import tracks
    from simlab.errors import UnknownName
    from simlab.exercise import returned
    from simlab.exercise import workspace as workspaces

    if role:
        if role not in tracks():
            raise UnknownName("track", role, tracks())
        workspaces.choose_role(root, role)
        yield f"Your track: {tracks()[role].name}."
    if organization:
        yield f"Contacts and rules are those of {organizations.adopt(organization, root).name}."
    if feedback:
        # Nothing there yet is an ordinary day: the course opens all the same.
        taken = ", ".join(returned.take(workspaces.find(root), feedback)) or "nothing new"
        yield f"Taken in from your trainer: {taken}."
