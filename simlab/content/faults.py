"""What is wrong with a file of content, in words: file, line, key, and what would be right."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from simlab.errors import ContentError

_TRUTH, _WHOLE = "must be true or false", "must be a whole number"
_MAPPING, _LIST = "must be a mapping of keys to values", "must be a list, as in [a, b]"
_DAY, _MOMENT = "must be a day, as in 2026-03-10", "must be a moment with its zone, as in 2026-03-10T23:59:00-06:00"
# What would be right, by the type of pydantic's fault; other faults say it themselves.
_MUST = {
    "bool_type": _TRUTH, "bool_parsing": _TRUTH, "int_type": _WHOLE, "int_parsing": _WHOLE, "int_from_float": _WHOLE,
    "float_type": "must be a number", "string_type": "must be text, in quotes if need be", "dict_type": _MAPPING,
    "model_type": _MAPPING, "model_attributes_type": _MAPPING, "list_type": _LIST, "tuple_type": _LIST,
    "date_type": _DAY, "date_parsing": _DAY, "date_from_datetime_parsing": _DAY, "date_from_datetime_inexact": _DAY,
    "datetime_type": _MOMENT, "datetime_parsing": _MOMENT, "datetime_from_date_parsing": _MOMENT, "timezone_aware": _MOMENT,
}  # fmt: skip
# Parts of a fault's place that name a branch of a union, and no key.
_BRANCHES = {"bool", "date", "datetime", "float", "int", "str"}


def pairs(node: Node | None) -> Iterator[tuple[ScalarNode, Node]]:
    """The keys and values of a mapping as they are written; none of anything else."""
    if isinstance(node, MappingNode):
        yield from node.value


def first_fault(e: ValidationError, node: Node | None, model: type[BaseModel], shown: str) -> ContentError:
    """The first fault of a validation, with its line and what would be right."""
    # A key that nobody knows comes first: where one is misspelt, another is missing for that reason.
    faults = sorted(e.errors(include_url=False), key=lambda f: f["type"] != "extra_forbidden")
    ways = [[p for p in f["loc"] if not (isinstance(p, str) and ("[" in p or p in _BRANCHES))] for f in faults]
    line, key = place(node, ways[0])
    more = len({tuple(way) for way in ways}) - 1
    tail = f" (and {more} more fault{'s' if more > 1 else ''})" if more else ""
    return ContentError(shown, problem(faults[0], model) + tail, line=line, key=key)


def problem(fault: ErrorDetails, model: type[BaseModel]) -> str:
    """A fault of a value in words: what would be right, and what stands there."""
    if fault["type"] == "extra_forbidden":
        return "unknown key" + _nearest(model, fault["loc"])
    if fault["type"] == "missing":
        return "is missing"
    said = _MUST.get(fault["type"], fault["msg"].removeprefix("Value error, ").replace("Input should", "must"))
    given = fault["input"]
    if isinstance(given, dict | list):
        return said
    shown = repr(given) if isinstance(given, str) or given != given else json.dumps(given, default=str)
    near = get_close_matches(str(given), re.findall("'([^']*)'", fault.get("ctx", {}).get("expected", "")), n=1)
    return f"{said}, not {shown}" + (f": did you mean {near[0]!r}?" if near else "")


def place(node: Node | None, path: list[Any]) -> tuple[int | None, str]:
    """The line of the deepest part of `path` that exists, and the path in words."""
    key = functools.reduce(lambda s, p: f"{s}[{p}]" if isinstance(p, int) else f"{s}.{p}", path, "").lstrip(".")
    line = node.start_mark.line + 1 if node else None
    for part in path:
        step = None
        if isinstance(part, int) and isinstance(node, SequenceNode) and part < len(node.value):
            step = mark = node.value[part]
        else:
            for k, v in pairs(node):
                if k.value == str(part):
                    step, mark = v, k
        if step is None:
            continue  # a union's tag, or a key that is missing
        node, line = step, mark.start_mark.line + 1
    return line, key


def _nearest(model: type[BaseModel], path: Sequence[str | int]) -> str:
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
