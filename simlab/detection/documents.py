"""The YAML documents of a rule file, each with the places of what stands in it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from sigma.exceptions import SigmaError

from simlab.errors import ContentError

Way = list[str | int]
T = TypeVar("T")

# YAML 1.1, which other Sigma tools read, takes these for true and false; YAML 1.2 takes them for words.
_SWITCH = re.compile(r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE")


class Document(NamedTuple):
    """One YAML document of a file, blank lines before it, so that its line numbers are the file's."""

    shown: str
    text: str

    def fault(self, problem: str, way: Way) -> ContentError:
        """The error for what stands at `way`, with its line and key."""
        node: Node | None = YAML(typ="safe", pure=True).compose(self.text)
        line = node.start_mark.line + 1 if node else None
        for part in way:
            mark, node = _step(node, part)
            if mark is None:
                break
            line = mark.start_mark.line + 1
        key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in way).lstrip(".")
        return ContentError(self.shown, problem, line=line, key=key)

    def sigma(self, way: Way, call: Callable[[], T]) -> T:
        """What pySigma makes of a part of the file, its errors as ours."""
        try:
            return call()
        except SigmaError as e:
            raise self.fault(f"not valid Sigma: {e}", way) from None

    def require_words(self, key: str) -> None:
        """Raises ContentError for a bare `off` or `yes` below `key`: one tool reads a word, another reads false."""
        _, node = _step(YAML(typ="safe", pure=True).compose(self.text), key)
        for word, way in _bare(node, [key]):
            raise self.fault(
                f"{word} is read as true or false by YAML 1.1: put it in quotes, or name it otherwise", way
            )


def split(text: str, shown: str) -> list[Document]:
    """The documents of a file; a file with nothing in it is one empty document."""
    out, lines = [], text.splitlines()
    marks = [-1, *(i for i, line in enumerate(lines) if re.fullmatch(r"---\s*(#.*)?", line)), len(lines)]
    for start, end in itertools.pairwise(marks):
        body = lines[start + 1 : end]
        if any(line.strip() and not line.lstrip().startswith("#") for line in body):
            out.append("\n" * (start + 1) + "\n".join(body) + "\n")
    return [Document(shown, part) for part in out or [""]]


def _step(node: Node | None, part: str | int) -> tuple[Node | None, Node | None]:
    """The node that names a part of a node, and the part itself."""
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    for key, value in node.value if isinstance(node, MappingNode) else ():
        if key.value == part:
            return key, value
    return None, None


def _bare(node: Node | None, way: Way) -> Iterator[tuple[str, Way]]:
    """Each unquoted scalar that YAML 1.1 takes for a switch, and where it stands.

    A modifier such as `|exists` wants true or false, and both YAMLs read those alike.
    """
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _bare(key, [*way, key.value])
            if not (isinstance(value, ScalarNode) and value.value.lower() in ("true", "false")):
                yield from _bare(value, [*way, key.value])
    elif isinstance(node, SequenceNode):
        for i, item in enumerate(node.value):
            yield from _bare(item, [*way, i])
    elif isinstance(node, ScalarNode) and node.style is None and _SWITCH.fullmatch(node.value):
        yield node.value, way
