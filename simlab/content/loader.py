"""The one strict loader of content files."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from simlab.errors import ContentError, UnknownName

CONTENT = Path(__file__).parent
PACKAGE = CONTENT.parent


class Model(BaseModel):
    """Base of every content model: frozen, and no key that it does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


M = TypeVar("M", bound=BaseModel)


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
        raise ContentError(shown, "must be a mapping of keys to values", line=1)
    try:
        # JSON is the strict form in which pydantic still reads dates, enums and tuples from
        # text, and yet takes neither "5" for 5 nor yes for true.
        return model.model_validate_json(json.dumps(data, default=_plain))
    except ValidationError as e:
        raise _first_fault(e, _tree(text), model, shown) from None


def fault(path: Path, at: Sequence[str | int], problem: str) -> ContentError:
    """The error for a fault that only a room can see (a reference to nothing), with its line.

    `at` is the way to the value: `["decisions", 0, "default"]`.
    """
    line, key = _place(_tree(path.read_text(encoding="utf-8")), list(at))
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
        _no_twins(node, shown)
        # Of the tree, and not of the text again; merging (`<<`) changes it, so nobody looks at it afterwards.
        return None if node is None else yaml.constructor.construct_document(node)
    except DuplicateKeyError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else None
        said = str(e.problem).split(" with value")[0].replace("found ", "")
        raise ContentError(shown, f"{said}: each key once", line=line) from None
    except MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else None
        raise ContentError(shown, f"not valid YAML: {e.problem}", line=line) from None
    except (YAMLError, ValueError) as e:
        raise ContentError(shown, f"not valid YAML: {e}") from None


def _pairs(node: Node | None) -> Iterator[tuple[ScalarNode, Node]]:
    if isinstance(node, MappingNode):
        yield from node.value


def _no_twins(node: Node | None, shown: str, key: str = "") -> None:
    """Raise ContentError where two items of one list carry the same `id`."""
    for k, v in _pairs(node):
        _no_twins(v, shown, f"{key}.{k.value}".lstrip("."))
    if not isinstance(node, SequenceNode):
        return
    seen: dict[str, int] = {}
    for i, item in enumerate(node.value):
        _no_twins(item, shown, f"{key}[{i}]")
        for k, v in _pairs(item):
            if k.value == "id" and isinstance(v, ScalarNode):
                line = v.start_mark.line + 1
                if v.value in seen:
                    said = f"id {v.value!r} stands at line {seen[v.value]} already: give each its own"
                    raise ContentError(shown, said, line=line, key=f"{key}[{i}].id")
                seen[v.value] = line


def _first_fault(e: ValidationError, node: Node | None, model: type[BaseModel], shown: str) -> ContentError:
    """The first fault of a validation, with its line and what would be right."""
    # A key that nobody knows comes first: where one is misspelt, another is missing for that reason.
    fault = min(e.errors(include_url=False), key=lambda f: f["type"] != "extra_forbidden")
    path = [part for part in fault["loc"] if not (isinstance(part, str) and "[" in part)]
    line, key = _place(node, path)
    said = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        said = "unknown key" + _nearest(model, path)
    elif fault["type"] == "missing":
        said = "is missing"
    elif "input" in fault and not isinstance(fault["input"], dict | list):
        said = f"{said}, not {fault['input']!r}"
    more = e.error_count() - 1
    tail = f" (and {more} more fault{'s' if more > 1 else ''})" if more else ""
    return ContentError(shown, said + tail, line=line, key=key)


def _place(node: Node | None, path: list[Any]) -> tuple[int | None, str]:
    """The line of the deepest part of `path` that exists, and the path in words."""
    key = functools.reduce(lambda s, p: f"{s}[{p}]" if isinstance(p, int) else f"{s}.{p}", path, "").lstrip(".")
    line = node.start_mark.line + 1 if node else None
    for part in path:
        step = None
        if isinstance(part, int) and isinstance(node, SequenceNode) and part < len(node.value):
            step = mark = node.value[part]
        else:
            for k, v in _pairs(node):
                if k.value == str(part):
                    step, mark = v, k
        if step is None:
            continue  # a union's tag, or a key that is missing
        node, line = step, mark.start_mark.line + 1
    return line, key


def _nearest(model: type[BaseModel], path: list[Any]) -> str:
    """The known key most like the last part of `path`, wherever in the model it stands."""
    known: set[str] = set()

    def walk(schema: Any) -> None:
        if isinstance(schema, dict):
            known.update(schema.get("properties", {}))
            for value in schema.values():
                walk(value)
        elif isinstance(schema, list):
            for value in schema:
                walk(value)

    walk(model.model_json_schema())
    near = get_close_matches(str(path[-1]), sorted(known), n=1)
    return f": did you mean {near[0]!r}?" if near else ""
