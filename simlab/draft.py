"""A folder written beside its place and then renamed: under its name it is whole or not there."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb

from simlab.errors import InputError

LOG = "a log is never written over"


@contextlib.contextmanager
def drafted(folder: Path, *, shown: str = "", rule: str = LOG) -> Iterator[Path]:
    """A new folder to write into; without an error it gets the name of `folder`, else it goes.

    `shown` is what errors call it (its name, when not given), `rule` why nothing is written over. Raises
    InputError where something of that name is already, and where the disk does not take it.
    """
    shown = shown or folder.name
    require_free(folder, shown=shown, rule=rule)
    draft = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)  # what an earlier run that broke off left behind
    try:
        draft.mkdir(parents=True)
        yield draft
        draft.rename(folder)
    except (OSError, duckdb.Error) as e:
        raise InputError(f"{shown}: cannot be written: {_said(e)}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def require_free(folder: Path, *, shown: str = "", rule: str = LOG) -> None:
    """Raises InputError where something of that name is already."""
    if folder.exists():
        raise InputError(f"{shown or folder.name}: is there already, and {rule}: give another folder")


def _said(error: Exception) -> str:
    """What the system said, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).splitlines()[0].split())
