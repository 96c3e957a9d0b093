"""Rules as they are used: read from a file, parsed by pySigma, compiled for DuckDB.

Anything in a file that could not be honoured is a ContentError that names file, line and key.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from sigma.correlations import SigmaCorrelationCondition, SigmaCorrelationRule, SigmaCorrelationType
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from simlab import content, events
from simlab.content import load_text, names, resource
from simlab.detection.conditions import Refused, sql
from simlab.detection.model import Base, Correlation, Proof
from simlab.errors import ContentError, UnknownName

Way = list[str | int]
T = TypeVar("T")

_COUNTED = {
    SigmaCorrelationType.EVENT_COUNT,
    SigmaCorrelationType.VALUE_COUNT,
    SigmaCorrelationType.VALUE_SUM,
}


class Window(NamedTuple):
    """From how many on, over what time, for whom: `kind` is event_count, value_count or value_sum."""

    kind: str
    field: str
    group_by: tuple[str, ...]
    seconds: int
    at_least: int


@dataclass(frozen=True)
class Rule:
    """A rule that runs: `condition` is DuckDB over the event table; no `window`: each event is an alert."""

    id: str
    title: str
    level: str
    description: str
    condition: str
    fields: tuple[str, ...]
    window: Window | None
    falsepositives: tuple[str, ...]
    proof: Proof

    @property
    def cannot_see(self) -> str:
        """What this rule does not find."""
        return self.proof.cannot_see

    @property
    def runbook(self) -> str:
        """What to do about an alert."""
        return self.proof.runbook


class _Document(NamedTuple):
    """One YAML document of a file, blank lines before it, so that its line numbers are the file's."""

    shown: str
    text: str

    def fault(self, problem: str, way: Way) -> ContentError:
        node: Node | None = YAML(typ="safe", pure=True).compose(self.text)
        line = node.start_mark.line + 1 if node else None
        for part in way:
            mark, node = _step(node, part)
            if mark is None:
                break
            line = mark.start_mark.line + 1
        key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in way).lstrip(".")
        return ContentError(self.shown, problem, line=line, key=key)


def load_rule(rule: str | Path) -> Rule:
    """A rule by its name (`bulk-reading`) or from a file. Raises UnknownName, ContentError."""
    if isinstance(rule, str) and rule in names("rules"):
        return _shipped(rule)
    path = Path(rule)
    if not path.is_file():
        raise UnknownName("rule", rule, names("rules"))
    return _from_file(path)


@functools.cache
def _shipped(name: str) -> Rule:
    return _from_file(resource("rules", f"{name}.yml"))


def _from_file(path: Path) -> Rule:
    shown = f"rules/{path.name}" if path.parent == content.loader.CONTENT / "rules" else path.name
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as e:
        raise ContentError(shown, f"is not UTF-8 text (byte {e.start}): save it as UTF-8") from e
    return read_rule(text, path.stem, shown)


def read_rule(text: str, ident: str, shown: str = "rule") -> Rule:
    """A rule from the text of a file. Raises ContentError."""
    documents = [_Document(shown, part) for part in _split(text)]
    if not 1 <= len(documents) <= 2:
        said = f"holds {len(documents)} documents: a rule, or a rule and the correlation that counts what it finds"
        raise ContentError(shown, said)
    base = load_text(documents[0].text, Base, shown)
    condition, fields = _condition(documents[0], base)
    last: Base | Correlation = base
    window = None
    if len(documents) == 2:
        last = load_text(documents[1].text, Correlation, shown)
        window = _window(documents[1], last, base)
        fields |= {*window.group_by, window.field} - {""}
    proof, level = last.proof, last.level
    if proof is None or level is None:
        missing = "x-simlab" if proof is None else "level"
        raise documents[-1].fault("is missing in the last document of the file", [missing])
    kept = tuple(n for n in events.COLUMNS if n in fields)
    return Rule(ident, last.title, level, last.description, condition, kept, window, tuple(last.falsepositives), proof)


def _split(text: str) -> list[str]:
    """The YAML documents, each after as many blank lines as stand before it in the file."""
    out, lines = [], text.splitlines()
    marks = [-1, *(i for i, line in enumerate(lines) if re.fullmatch(r"---\s*(#.*)?", line)), len(lines)]
    for start, end in itertools.pairwise(marks):
        body = lines[start + 1 : end]
        if any(line.strip() and not line.lstrip().startswith("#") for line in body):
            out.append("\n" * (start + 1) + "\n".join(body) + "\n")
    return out or [""]


def _step(node: Node | None, part: str | int) -> tuple[Node | None, Node | None]:
    """The node that names a part of a node, and the part itself."""
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    for key, value in node.value if isinstance(node, MappingNode) else ():
        if key.value == part:
            return key, value
    return None, None


def _sigma(document: _Document, way: Way, call: Callable[[], T]) -> T:
    """What pySigma makes of a part of the file, its errors as ours."""
    try:
        return call()
    except SigmaError as e:
        raise document.fault(f"not valid Sigma: {e}", way) from None


def _condition(document: _Document, base: Base) -> tuple[str, set[str]]:
    """The rule's condition for DuckDB, and the event fields in it."""
    ways = dict(_fields(base.detection, ["detection"]))
    for field, way in ways.items():
        if field not in events.COLUMNS:
            raise document.fault(str(UnknownName("event field", field, events.COLUMNS)), way)
    plain = base.model_dump(exclude={"proof"}, exclude_defaults=True)
    rule = _sigma(document, ["detection"], lambda: SigmaRule.from_dict(plain))
    if len(rule.detection.condition) != 1:
        raise document.fault("write one condition: join several with or", ["detection", "condition"])
    _require_all_used(document, rule)
    tree = _sigma(document, ["detection", "condition"], lambda: rule.detection.parsed_condition[0].parsed)
    try:
        return sql(tree), set(ways)
    except Refused as e:
        raise document.fault(str(e), ways.get(e.field, ["detection"])) from None


def _fields(part: Any, way: Way) -> Iterator[tuple[str, Way]]:
    """Each field named in a detection, without its modifiers, and where it stands."""
    if isinstance(part, list):
        for i, item in enumerate(part):
            yield from _fields(item, [*way, i])
    elif isinstance(part, dict):
        for key, value in part.items():
            if len(way) == 1:  # the names of the selections themselves
                yield from _fields(value, [*way, key]) if key != "condition" else ()
            else:
                yield key.split("|")[0], [*way, key]


def _require_all_used(document: _Document, rule: SigmaRule) -> None:
    """Raises ContentError for a selection that the condition leaves out: most likely forgotten."""
    words = re.findall(r"[\w*-]+", str(rule.detection.condition[0]))
    patterns = ["*" if word == "them" else word for word in words]
    for name in rule.detection.detections:
        if not any(re.fullmatch(p.replace("*", ".*"), name) for p in patterns):
            raise document.fault("is not used in the condition: use it or take it out", ["detection", name])


def _window(document: _Document, found: Correlation, base: Base) -> Window:
    """The correlation's window. Raises ContentError for all that is not counted here."""
    plain = found.model_dump(by_alias=True, exclude={"proof"}, exclude_defaults=True)
    way: Way = ["correlation"]
    rule = _sigma(document, way, lambda: SigmaCorrelationRule.from_dict(plain))
    if rule.type not in _COUNTED:
        known = ", ".join(sorted(t.name.lower() for t in _COUNTED))
        raise document.fault(f"{found.correlation.type} is not counted here: one of {known}", [*way, "type"])
    if found.correlation.rules not in ([base.name], [base.id]):
        raise document.fault(f"must be the one rule of this file: [{base.name or base.id}]", [*way, "rules"])
    for i, field in enumerate(found.correlation.group_by):
        if field not in events.COLUMNS:
            raise document.fault(str(UnknownName("event field", field, events.COLUMNS)), [*way, "group-by", i])
    field = _counted_field(document, rule)
    return Window(
        rule.type.name.lower(),
        field,
        tuple(found.correlation.group_by),
        rule.timespan.seconds,
        _at_least(document, rule),
    )


def _at_least(document: _Document, rule: SigmaCorrelationRule) -> int:
    condition, way = rule.condition, ["correlation", "condition"]
    if not isinstance(condition, SigmaCorrelationCondition) or condition.op.name not in ("GT", "GTE"):
        raise document.fault("a burst has at least so many: write gte or gt", [*way])
    if not isinstance(condition.count, int) or condition.count < 0 or condition.percentile is not None:
        raise document.fault("must be a whole number, and no percentile", [*way])
    return condition.count + (condition.op.name == "GT")


def _counted_field(document: _Document, rule: SigmaCorrelationRule) -> str:
    """The field whose values are counted or added up, "" for a count of events."""
    field = getattr(rule.condition, "fieldref", None)
    way: Way = ["correlation", "condition", "field"]
    if rule.type is SigmaCorrelationType.EVENT_COUNT:
        if field is not None:
            raise document.fault("event_count counts events: it takes no field", way)
        return ""
    if not isinstance(field, str) or field not in events.COLUMNS:
        raise document.fault(str(UnknownName("event field", field, events.COLUMNS)), way)
    if rule.type is SigmaCorrelationType.VALUE_SUM and field != "record_count":
        raise document.fault(f"{field} cannot be added up: record_count can", way)
    return field
