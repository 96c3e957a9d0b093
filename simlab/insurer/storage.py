"""An insurer as a folder: one Parquet file a table, and `manifest.json` that says what they hold.

Written beside its place and then renamed, so a folder of that name is always a whole one. A table is
read when it is asked for, and its rows must then have the digest that the manifest states.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import Field, ValidationError

from simlab import __version__
from simlab.clock import YEAR
from simlab.content import Model, resource
from simlab.draft import drafted
from simlab.duck import connect
from simlab.errors import InputError
from simlab.insurer import parquet
from simlab.insurer.insurer import LARGEST, SMALLEST, TABLES, Insurer
from simlab.insurer.parquet import Hex, Kept

# Raise FORMAT when the meaning of what is written changes: what is older is then refused.
FORMAT, MANIFEST, CAP = 1, "manifest.json", 20_000_000  # bytes
Told = Callable[[str, int, int], None]


class Manifest(Model):
    """What lies in the folder, and from which seed, size and content it was made."""

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT)]
    made_by: str
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    members: Annotated[int, Field(ge=SMALLEST, le=LARGEST)]
    year: Annotated[int, Field(ge=YEAR, le=YEAR)]
    content: Hex
    tables: dict[str, Kept]


class Stored(Insurer):
    """An insurer whose tables come from a folder, each read and checked when it is first asked for."""

    folder: Path
    manifest: Manifest

    @classmethod
    def of(cls, folder: Path, manifest: Manifest) -> Stored:
        """The insurer of a folder whose manifest has been read."""
        made = cls(manifest.seed, manifest.members)
        for name, value in (("folder", folder), ("manifest", manifest)):
            object.__setattr__(made, name, value)
        return made

    def _made(self, name: str) -> pd.DataFrame:
        """A table from its file. Raises InputError where the file was changed."""
        return parquet.read(_file(self.folder, name), self.manifest.tables[name])


def write(insurer: Insurer, folder: Path, told: Told | None = None) -> Path:
    """Write every table where nothing is yet; `told` hears of each: its name, how many are done, of how many.

    Raises InputError where something is already, or where it cannot be written.
    """
    with drafted(folder, shown=str(folder), rule="nothing is written over") as draft:
        _write_manifest(insurer, _write_tables(insurer, draft, told), draft)
    return folder


def read(folder: Path) -> Stored:
    """The insurer that lies in a folder. Raises InputError naming the file that is not as it should be.

    Looked at here: the manifest, and that each file is there with its size, columns and number of
    rows. What stands in the rows is checked when a table is asked for.
    """
    manifest = _manifest(folder)
    with connect() as con:
        for name, kept in manifest.tables.items():
            parquet.require_form(con, _file(folder, name), kept)
    return Stored.of(folder, manifest)


@functools.cache
def content_version() -> str:
    """SHA-256 (hex) of the content that tables are made from: other names or codes are another company."""
    whole = hashlib.sha256()
    for path in sorted(resource("insurer").glob("*.yml")):
        text = path.read_text(encoding="utf-8")  # so that line ends of a checkout on Windows do not count
        whole.update(f"{path.name} {len(text)}\n{text}".encode())
    return whole.hexdigest()


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def _write_tables(insurer: Insurer, folder: Path, told: Told | None) -> dict[str, Kept]:
    tables = {}
    with connect() as con:
        for at, name in enumerate(TABLES):
            if told:
                told(name, at, len(TABLES))
            tables[name] = parquet.write(con, insurer.table(name), _file(folder, name))
    return tables


def _write_manifest(insurer: Insurer, tables: dict[str, Kept], folder: Path) -> None:
    manifest = Manifest(
        format=FORMAT, made_by=f"simlab {__version__}", seed=insurer.seed, members=insurer.size, year=insurer.year,
        content=content_version(), tables=tables,
    )  # fmt: skip
    text = manifest.model_dump_json(indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(f"{folder}: no insurer lies here, {MANIFEST} is missing: make one with simlab insurer build")
    if path.stat().st_size > CAP:
        raise InputError(f"{path}: larger than {CAP:,} bytes, which no manifest is")
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as e:
        raise InputError(f"{path}: cannot be read: {e.strerror or e}") from None
    except ValidationError as e:
        fault = e.errors(include_url=False)[0]
        where = ".".join(str(p) for p in fault["loc"])
        raise InputError(f"{path}: {where}: {fault['msg']}" if where else f"{path}: {fault['msg']}") from None
    _require_version(path, manifest)
    return manifest


def _require_version(path: Path, manifest: Manifest) -> None:
    again = f"build it again with simlab insurer build --members {manifest.members} --seed {manifest.seed}"
    if manifest.content != content_version():
        raise InputError(f"{path}: content: made from other names, codes and roles than this simlab has: {again}")
    for name in (*TABLES, *manifest.tables):
        if (name in TABLES) != (name in manifest.tables):
            said = "is missing" if name in TABLES else "is no table of an insurer"
            raise InputError(f"{path}: tables.{name}: {said}, so another version wrote it: {again}")
