"""`simlab lab`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--workspace", default=Path("larkspur"), type=click.Path(path_type=Path), help="Your own folder. [larkspur]"
)
@click.option("--learner", help="Your id on your trainer's list. [your log-in name]")
@click.option("--port", type=click.IntRange(1, 65535), help="Fail if it is taken. [the first free one from 8888]")
@click.option("--no-browser", is_flag=True, help="Only serve; the address is printed.")
@click.option("--prepare-only", is_flag=True, help="Make or refresh the workspace and stop.")
def lab(workspace: Path, learner: str | None, port: int | None, no_browser: bool, prepare_only: bool) -> None:
    """Open the course in JupyterLab, in a workspace of your own.

    A second start brings new lessons and keeps everything that you changed.
    """
    from simlab.exercise import workspace as workspaces

    report = workspaces.prepare(workspace, learner)
    click.echo(report.text())
    if not prepare_only:
        from simlab.notebook.lab import serve

        raise SystemExit(serve(workspace.resolve(), port=port, browser=not no_browser))
