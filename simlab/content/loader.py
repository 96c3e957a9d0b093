"""The one strict loader of content files."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode

from simlab.content.faults import first_fault, pairs, place
from simlab.errors import ContentError, UnknownName

CONTENT = Path(__file__).parent
PACKAGE = CONTENT.parent
# Of a file, and of its values where each alias is written out: what is larger would be read for minutes.
BYTES, VALUES, DEEPEST = 1_000_000, 1_000_000, 100


class Model(BaseModel):
    """Base of every content model: frozen, and no key that it does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


M = TypeVar("M", bound=BaseModel)

_DATE = "tag:yaml.org,2002:timestamp"


def resource(*parts: str) -> Path:
    """Where a shipped file or folder lies: `resource("law", "hipaa.yml")`, `resource("lessons")`.

    Lessons and exercises lie inside the package in a wheel and beside it in a clone.
    Raises UnknownName when nothing is there.
    """
    for root in (CONTENT, PACKAGE / "course", PACKAGE.parent):
        found = root.joinpath(*parts)
        if found.exists() and (root is not PACKAGE.parent or parts[0] in ("lessons", "exercises")):
            return found
    here = CONTENT.joinpath(*parts[:-1])
    raise UnknownName("shipped file", "/".join(parts), (p.name for p in here.glob("*")))


def names(kind: str) -> list[str]:
    """The ids of every file of one kind, sorted."""
    return sorted(p.stem for p in (CONTENT / kind).glob("*.yml"))


def load(kind: str, name: str, model: type[M]) -> M:
    """Content `name` of a kind, as `model`. Raises UnknownName, ContentError."""
    if name not in names(kind):
        raise UnknownName(kind.rstrip("s"), name, names(kind))
    return load_named(CONTENT / kind / f"{name}.yml", model)


def load_named(path: Path, model: type[M]) -> M:
    """A file whose name is its id, as `model`. Raises ContentError, also where its `id` is another."""
    found = load_file(path, model)
    said = getattr(found, "id", path.stem)
    if said != path.stem:
        raise fault(path, ["id"], f"is {said!r}, and the file's name says {path.stem!r}: the name is the id")
    return found


def load_file(path: Path, model: type[M]) -> M:
    """A YAML file anywhere, as `model`. Raises ContentError."""
    shown = _shown(path)
    try:
        if (size := path.stat().st_size) > BYTES:
            raise ContentError(shown, f"is {size / 1e6:.1f} MB: at most {BYTES // 1_000_000} MB is read")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as e:
        raise ContentError(shown, f"is not UTF-8 text (byte {e.start}): save it as UTF-8") from e
    except OSError as e:
        raise ContentError(shown, f"cannot be read: {e.strerror}") from e
    return load_text(text, model, shown)


def load_text(text: str, model: type[M], shown: str = "text") -> M:
    """YAML text as `model`; `shown` stands for the file in messages. Raises ContentError."""
    data = _parse(text, shown)
    if not isinstance(data, dict):
        said = "is empty: write keys with values" if data is None else "must be a mapping of keys to values"
        raise ContentError(shown, f"{said}, as in `title: a title`", line=1)
    try:
        # JSON is the strict form in which pydantic still reads dates, enums and tuples from
        # text, and yet takes neither "5" for 5 nor yes for true.
        return model.model_validate_json(json.dumps(data, default=_plain))
    except TypeError as e:
        raise ContentError(shown, f"holds what is neither text, number, date, list nor mapping: {e}") from None
    except ValidationError as e:
        raise first_fault(e, _tree(text), model, shown) from None


def fault(path: Path, at: Sequence[str | int], problem: str) -> ContentError:
    """The error for a fault that only a room can see (a reference to nothing), with its line.

    `at` is the way to the value: `["decisions", 0, "default"]`.
    """
    line, key = place(_tree(path.read_text(encoding="utf-8")), list(at))
    return ContentError(_shown(path), problem, line=line, key=key)


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(CONTENT.resolve()).as_posix()
    except ValueError:
        return path.name


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _tree(text: str) -> Node | None:
    """The text as it is written, each key with its line. Raises YAMLError."""
    return YAML(typ="safe", pure=True).compose(text)


def _parse(text: str, shown: str) -> Any:
    try:
        yaml = YAML(typ="safe", pure=True)
        node = yaml.compose(text)
        _require_few(node, shown)
        _no_twins(node, shown)
        # Of the tree, and not of the text again; merging (`<<`) changes it, so nobody looks at it afterwards.
        return None if node is None else yaml.constructor.construct_document(node)
    except DuplicateKeyError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else None
        said = str(e.problem).split(" with value")[0].replace("found ", "")
        raise ContentError(shown, f"{said}: each key once", line=line) from None
    except MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else None
        raise ContentError(shown, f"not valid YAML: {_said(e)}", line=line) from None
    except RecursionError:
        raise ContentError(shown, "is nested too deeply") from None
    except ValueError as e:
        line, key = _no_day(node, yaml) or (None, "")
        raise ContentError(
            shown, f"there is no such day: {e}" if line else f"not valid YAML: {e}", line=line, key=key
        ) from None
    except YAMLError as e:
        raise ContentError(shown, f"not valid YAML: {e}") from None


def _said(e: MarkedYAMLError) -> str:
    """The problem; where it goes on from what was expected, with that."""
    problem = str(e.problem)
    return f"{e.context}, {problem}" if problem.startswith("but ") else problem


def _parts(node: Node | None) -> Iterator[tuple[str, Node]]:
    """What stands in a list or a mapping, each with its key in words."""
    for k, v in pairs(node):
        yield f".{k.value}", v
    if isinstance(node, SequenceNode):
        yield from ((f"[{i}]", item) for i, item in enumerate(node.value))


def _require_few(top: Node | None, shown: str) -> None:
    """Raise ContentError where aliases, written out, would be too much or without end."""
    known: dict[int, int] = {}

    def weigh(node: Node, depth: int = 0) -> int:
        if depth > DEEPEST:
            raise ContentError(shown, "is nested too deeply", line=node.start_mark.line + 1)
        if known.setdefault(id(node), 0) < 0:
            raise ContentError(shown, "a value stands for itself: an alias (*) inside what it names")
        if not known[id(node)]:
            known[id(node)] = -1
            known[id(node)] = 1 + sum(weigh(part, depth + 1) for _, part in _parts(node))
        return known[id(node)]

    if top is not None and weigh(top) > VALUES:
        raise ContentError(shown, f"its aliases (*) stand for more than {VALUES:,} values")


def _no_day(node: Node | None, yaml: YAML, key: str = "") -> tuple[int, str] | None:
    """The line and key of a date that no calendar has."""
    if isinstance(node, ScalarNode) and node.tag == _DATE:
        try:
            yaml.constructor.construct_yaml_timestamp(node)
        except ValueError:
            return node.start_mark.line + 1, key.lstrip(".")
    return next((found for name, part in _parts(node) if (found := _no_day(part, yaml, key + name))), None)


def _no_twins(node: Node | None, shown: str, key: str = "") -> None:
    """Raise ContentError where two items of one list carry the same `id`."""
    for k, v in pairs(node):
        _no_twins(v, shown, f"{key}.{k.value}".lstrip("."))
    if not isinstance(node, SequenceNode):
        return
    seen: dict[str, int] = {}
    for i, item in enumerate(node.value):
        _no_twins(item, shown, f"{key}[{i}]")
        for k, v in pairs(item):
            if k.value == "id" and isinstance(v, ScalarNode):
                line = v.start_mark.line + 1
                if v.value in seen:
                    said = f"id {v.value!r} stands at line {seen[v.value]} already: give each its own"
                    raise ContentError(shown, said, line=line, key=f"{key}[{i}].id")
                seen[v.value] = line
