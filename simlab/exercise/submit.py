"""Hand in an exercise: notebook and answers as they are, with a receipt, in the trainer's folder.

    FOLDER/<learner>/<assignment>/{NN-name.ipynb, answers.json, receipt.json}
    FOLDER/<learner>/evaluations/<lesson>.json, if the lesson was evaluated: its five numbers, no note

What was handed in before moves to `<assignment>.earlier-N`. Links are not followed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simlab
from simlab import personal
from simlab.errors import ContentError, InputError
from simlab.exercise import copies, items
from simlab.exercise.answers import NAME as ANSWERS
from simlab.exercise.answers import read_untrusted
from simlab.exercise.files import move, write_whole
from simlab.exercise.shipped import digest, shipped
from simlab.exercise.workspace import Workspace, manifest

RECEIPT, EVALUATIONS = "receipt.json", "evaluations"
CAP = 50_000_000
# A text check with a second argument takes its text from the notebook, not from the answers.
_ASKED = re.compile(r"""\bcheck\.(?:(?:choice|task)\(\s*|text\((?=[^,()]*\)))["']([A-Za-z0-9._-]+)["']""")


@dataclass(frozen=True)
class Receipt:
    """What was handed in: `files` maps each name to its SHA-256; `content` says which edition it is of."""

    folder: Path
    learner: str
    assignment: str
    files: dict[str, str]
    content: dict[str, str]
    at: str | None = None
    warnings: tuple[str, ...] = ()
    earlier: Path | None = None
    is_repeat: bool = False

    def text(self) -> str:
        """The receipt in a few lines."""
        lines = [f"Handed in {self.assignment} of {self.learner}: {self.folder}"]
        if self.is_repeat:
            lines = [f"Handed in already, and nothing has changed since: {self.folder}"]
        lines += [f"  {name}  {sha[:12]}" for name, sha in sorted(self.files.items())]
        if self.earlier:
            lines.append(f"What you handed in before is kept as {self.earlier.name}.")
        return "\n".join([*lines, *(f"Note: {w}" for w in self.warnings)])


def submit(
    workspace: Workspace, name: str | None = None, to: Path | str | None = None, at: str | None = None
) -> Receipt:
    """Pack one exercise for the trainer; `to` is the trainer's folder (None: the workspace's own).

    `name` may be left out where there is one exercise only; `at` is stamped into the receipt as it
    is given. Raises InputError, and UnknownName for an exercise that is not there.
    """
    source = _source(workspace, name)
    files, warnings = _collect(source)
    files, masked = _without_personal(files)
    warnings = (*warnings, *masked)
    sums = {n: digest(raw) for n, raw in files.items()}
    content = {"simlab": simlab.__version__, "exercise": _handed_out(workspace, source.name)}
    target = _trainers(workspace, to) / workspace.learner / source.name
    if sums == _sums_at(target):
        return Receipt(target, workspace.learner, source.name, sums, content, at, warnings, is_repeat=True)
    record = {"learner": workspace.learner, "assignment": source.name, "files": sums, "content": content}
    files[RECEIPT] = _json(record | ({"at": at} if at else {}))
    try:
        earlier = _deliver(files, target)
        _evaluation(workspace, source.name, target.parent / EVALUATIONS)
    except OSError as e:
        raise InputError(f"cannot hand in to {target}: {e.strerror or e}. Choose a folder with --to") from None
    return Receipt(target, workspace.learner, source.name, sums, content, at, warnings, earlier)


def _evaluation(workspace: Workspace, lesson: str, folder: Path) -> None:
    """Lay what the learner thought of the lesson beside it: numbers alone, as a note may name somebody."""
    try:
        kept = read_untrusted(workspace.folder / "lessons" / ANSWERS).get(f"evaluation.{lesson}")
    except InputError:
        return  # what is wrong with the lessons' answers is told where they are used
    marks = [mark for mark in kept if type(mark) is int] if isinstance(kept, list) else []
    if marks:
        folder.mkdir(exist_ok=True)
        write_whole(folder / f"{lesson}.json", _json({"learner": workspace.learner, "lesson": lesson, "marks": marks}))


def _source(workspace: Workspace, name: str | None) -> Path:
    if name is not None:
        return workspace.exercise(name)
    names = workspace.exercises()
    if len(names) == 1:
        return workspace.exercise(names[0])
    there = ", ".join(names) or "none"
    raise InputError(
        f"say which exercise to hand in, for example `simlab submit {(names or ['NAME'])[0]}`: there are {there}"
    )


def _trainers(workspace: Workspace, to: Path | str | None) -> Path:
    if to is None:
        return workspace.folder / "submissions"
    folder = Path(to).expanduser().resolve()
    if not folder.is_dir() and not folder.parent.is_dir():
        raise InputError(f"{folder} is not there, and neither is {folder.parent}: check the trainer's folder")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file: hand in to a folder")
    return folder


def _handed_out(workspace: Workspace, name: str) -> str:
    return manifest(workspace.folder).get(f"exercises/{name}/{name}.ipynb", "")


# ------------------------------------------------------------------------------------- collecting


def _collect(source: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The two files that are handed in, and what the learner should know about them."""
    notebook, warnings = copies.chosen(source)
    if source.is_symlink() or notebook.is_symlink():
        raise InputError(f"{notebook.name} is a link to another place: put the notebook itself there")
    name = f"{source.name}.ipynb"  # as the trainer's tools look for it
    files = {name: _bytes(notebook)}
    cells = _code(files[name])
    if cells is None:
        warnings.append(f"{notebook.name} cannot be read as a notebook: open and save it, or ask your trainer")
    answers = _answers(source / ANSWERS, files, warnings)
    warnings += _unanswered(cells or [], answers)
    if not answers and cells is not None and _untouched(source, cells):
        warnings.append("nothing was answered: this is the exercise as it was handed out")
    return files, tuple(warnings)


def _without_personal(files: dict[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """The files without what looks like a real person's data, and what the learner should know of it."""
    out, said = dict(files), list[str]()
    for name, raw in files.items():
        try:
            whole = json.loads(raw.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            continue  # what cannot be read is said elsewhere
        clean = personal.clean(whole)
        if clean != whole:
            out[name] = _json(clean)
            said.append(
                f"{name} held what looks like a real person's data: it is masked in what you hand in; take it out of yours"
            )
    return out, said


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > CAP:
            raise InputError(f"{path.name} is larger than {CAP // 1_000_000} MB: clear its outputs, save, try again")
        return path.read_bytes()
    except OSError as e:
        raise InputError(f"{path} cannot be read: {e.strerror or e}") from None


def _answers(path: Path, files: dict[str, bytes], warnings: list[str]) -> dict[str, Any]:
    try:
        answers = read_untrusted(path)
    except InputError as e:
        warnings.append(f"{e}. Your answers are left out" if path.is_symlink() else str(e))
        answers = {}
    if path.is_file() and not path.is_symlink():
        files[ANSWERS] = _bytes(path)
    return answers


def _code(raw: bytes) -> list[str] | None:
    """The sources of a notebook's cells, or None where it is no notebook."""
    try:
        cells = json.loads(raw.decode("utf-8-sig"))["cells"]
        sources = [c["source"] for c in cells]
        return ["".join(s) if isinstance(s, list) else str(s) for s in sources]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _unanswered(cells: list[str], answers: dict[str, Any]) -> list[str]:
    asked = dict.fromkeys(name for cell in cells for name in _ASKED.findall(cell))
    missing = [name for name in asked if not _keys(name) & set(answers)]
    return [f"not answered yet: {', '.join(missing)}"] if missing else []


def _keys(name: str) -> set[str]:
    """The names under which an answer may lie: a question's own, or those of a pool's questions."""
    try:
        return {name, *(item.id for item in items.pool(name))}
    except ContentError:
        return {name}


def _untouched(source: Path, cells: list[str]) -> bool:
    path = f"exercises/{source.name}/{source.name}.ipynb"
    return any(p == path and _code(raw) == cells for p, raw in shipped())


# ------------------------------------------------------------------------------------- delivering


def _sums_at(target: Path) -> dict[str, str] | None:
    """The digests of what lies in the trainer's folder, if its receipt agrees with its files."""
    try:
        claimed = json.loads((target / RECEIPT).read_text(encoding="utf-8"))["files"]
        found = {p.name: digest(p.read_bytes()) for p in target.iterdir() if p.name != RECEIPT}
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return found if found == claimed else None


def _deliver(files: dict[str, bytes], target: Path) -> Path | None:
    """Stage beside the target, then rename: a trainer never meets half of a submission."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.incoming-{os.getpid()}")
    shutil.rmtree(staged, ignore_errors=True)
    try:
        staged.mkdir()
        for name, raw in files.items():
            (staged / name).write_bytes(raw)
        earlier = _step_aside(target)
        move(staged, target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return earlier


def _step_aside(target: Path) -> Path | None:
    if not target.exists() and not target.is_symlink():
        return None
    aside = next(p for i in range(1, 100_000) if not (p := target.with_name(f"{target.name}.earlier-{i}")).exists())
    move(target, aside)
    return aside


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
