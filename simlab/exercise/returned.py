"""What a trainer gives back: marks, feedback pages and certificates, taken into the learner's own workspace."""

from __future__ import annotations

import json
from pathlib import Path

from simlab.errors import InputError
from simlab.exercise.files import write_whole
from simlab.exercise.workspace import Workspace

RESULT, PAGE = "result.json", "index.html"  # a page's name before it was the notebook's
CAP = 2_000_000


def take(workspace: Workspace, folder: Path | str) -> list[str]:
    """Copy this learner's own results from a trainer's folder; what is new, as paths below `feedback`.

    The folder is the trainer's `feedback`, the learner's own part of it, or one exercise's; or what `nbgrader
    fetch_feedback` has brought, `<exercise>/feedback/<when>/<notebook>.html`, which holds pages alone. Other
    people's results, links and large files are left. Raises InputError where the folder is not there, and where
    nothing can be written.
    """
    source = Path(folder).expanduser()
    if not source.is_dir():
        raise InputError(f"{source} is not a folder: name the one that your trainer gave you")
    own = source / workspace.learner if (source / workspace.learner).is_dir() else source
    taken = [t for place in (own, *sorted(own.iterdir())) if place.is_dir() for t in _result(workspace, place)]
    # A certificate does not say in a form of its own whose it is: the folder does.
    for page in sorted(own.glob("certificate-*.html")) if own.resolve().name == workspace.learner else ():
        taken += _copy(page, workspace.folder / "feedback" / page.name)
    return taken


def _result(workspace: Workspace, place: Path) -> list[str]:
    found = _read(place / RESULT)
    name = str(found.get("assignment", ""))
    if not found:
        return _fetched(workspace, place)
    if found.get("learner") != workspace.learner or name not in workspace.exercises():
        return []
    target, page = workspace.folder / "feedback" / name, str(found.get("page") or PAGE)
    if not _is_page(page):
        return _copy(place / RESULT, target / RESULT)
    taken = [*_copy(place / RESULT, target / RESULT), *_copy(place / page, target / page)]
    if page != PAGE:
        (target / PAGE).unlink(missing_ok=True)
    return taken


def _fetched(workspace: Workspace, place: Path) -> list[str]:
    """The pages of the newest time in a folder that nbgrader has brought: the learner's own, by a secret of theirs."""
    name = place.resolve().name
    times = sorted(p for p in place.glob("feedback/*") if p.is_dir()) if name in workspace.exercises() else []
    pages = sorted(times[-1].glob("*.html")) if times else []
    return [t for p in pages if _is_page(p.name) for t in _copy(p, workspace.folder / "feedback" / name / p.name)]


def _is_page(name: str) -> bool:
    return name.endswith(".html") and not name.startswith(".") and not {"/", "\\", ":"} & set(name)


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if _is_plain(path) else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _copy(source: Path, target: Path) -> list[str]:
    if not _is_plain(source):
        return []
    try:
        raw = source.read_bytes()
        if target.is_file() and target.read_bytes() == raw:
            return []
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, raw)
    except OSError as e:
        raise InputError(f"cannot write {target}: {e.strerror or e}") from None
    return [target.name if target.name.startswith("certificate-") else f"{target.parent.name}/{target.name}"]


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= CAP
