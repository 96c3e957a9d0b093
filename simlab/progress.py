"""One look for all progress bars: what is done, how many of how many, the time, and what is at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def progress(title: str, *, quiet: bool = False, counts_down: bool = False) -> Iterator[Progress]:
    """A bar on the error stream; nothing where no terminal is, or if `quiet`.

    Each task's description is shown behind it, as it is: `[` begins no style. `counts_down` shows the
    time that is left, in place of the time that went by.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    time = TimeRemainingColumn() if counts_down else TimeElapsedColumn()
    at_hand = TextColumn("{task.description}", markup=False)
    console = Console(stderr=True)
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), time, at_hand)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        yield bar
