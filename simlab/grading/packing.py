"""A submission's files as one zip: plain files only, within a cap, with nothing that points elsewhere."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from simlab.errors import GradingError


def pack(*folders: Path, cap_mb: int = 64, without: str = "") -> bytes:
    """The plain files of folders as one zip, later folders winning.

    Links, and files whose name ends in `without`, are left out. Raises GradingError over `cap_mb`.
    """
    chosen: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            name = path.relative_to(folder).as_posix()
            inside = not any(p.is_symlink() for p in (path, *path.parents) if p != folder and p.is_relative_to(folder))
            if inside and path.is_file() and not (without and name.endswith(without)):
                chosen[name] = path
    if sum(p.stat().st_size for p in chosen.values()) > cap_mb << 20:
        raise GradingError(f"the files of the submission are larger than {cap_mb} MB together")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as z:
        for name, path in chosen.items():
            z.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return data.getvalue()


def empty() -> bytes:
    """A zip of nothing."""
    return pack()
