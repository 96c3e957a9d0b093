"""Rules as they are used: read from a file, parsed by pySigma, compiled for DuckDB.

Anything in a file that could not be honoured is a ContentError that names file, line and key.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sigma.rule import SigmaDetectionItem, SigmaRule

from simlab import content, events
from simlab.content import load_text, names, resource
from simlab.detection.conditions import Condition, Joined, Refused, compiled
from simlab.detection.correlations import TEMPORAL, Step, Window, named, window
from simlab.detection.documents import Document, Way, split
from simlab.detection.model import Base, Correlation, Proof
from simlab.errors import ContentError, UnknownName


@dataclass(frozen=True)
class Rule:
    """A rule that runs: `condition` says which events count; no `window`: each of them is an alert.

    `steps` are what a temporal window waits for; `condition` then holds for the events of any step.
    """

    id: str
    title: str
    level: str
    description: str
    condition: Condition
    fields: tuple[str, ...]
    window: Window | None
    falsepositives: tuple[str, ...]
    proof: Proof
    steps: tuple[Step, ...] = ()

    @property
    def cannot_see(self) -> str:
        """What this rule does not find."""
        return self.proof.cannot_see

    @property
    def runbook(self) -> str:
        """What to do about an alert."""
        return self.proof.runbook


class _Part(NamedTuple):
    """One document of a file, compiled, and the names of the rules that it counts."""

    found: Base | Correlation
    condition: Condition
    fields: frozenset[str]
    window: Window | None = None
    counts: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


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
    documents = split(text, shown)
    parts: dict[str, _Part] = {}
    known: dict[str, str] = {}
    for document in documents:
        part = _part(document, parts, known, is_base=not parts or _is_base(document))
        for name in filter(None, (part.found.id, part.found.name)):
            if name in known:
                raise document.fault(f"{name} is another rule of this file already", ["name"])
            known[name] = part.found.id
        parts[part.found.id] = part
    last = parts[known[part.found.id]]
    _require_counted(documents, parts)
    proof, level = last.found.proof, last.found.level
    if proof is None or level is None:
        missing = "x-simlab" if proof is None else "level"
        raise documents[-1].fault("is missing in the last document of the file", [missing])
    kept = tuple(n for n in events.COLUMNS if n in last.fields)
    found, wrong = last.found, tuple(last.found.falsepositives)
    return Rule(
        ident, found.title, level, found.description, last.condition, kept, last.window, wrong, proof, last.steps
    )


def _is_base(document: Document) -> bool:
    return not re.search(r"^correlation:", document.text, re.MULTILINE)


def _part(document: Document, before: dict[str, _Part], known: dict[str, str], is_base: bool) -> _Part:
    """A document compiled; `before` are the parts of the documents before it."""
    if is_base:
        base = load_text(document.text, Base, document.shown)
        return _Part(base, *_condition(document, base))
    found = load_text(document.text, Correlation, document.shown)
    document.require_words("correlation")
    seen = window(document, found)
    counts = tuple(named(document, found, known))
    inner = [before[name] for name in counts]
    for i, part in enumerate(inner):
        problem = _unfit(seen, part)
        if problem:
            raise document.fault(problem, ["correlation", "rules", i])
    fields = frozenset({*seen.group_by, seen.field} - {""}).union(*(part.fields for part in inner))
    condition = Joined("OR", tuple(part.condition for part in inner))
    steps = tuple(Step(part.condition, part.window) for part in inner) if seen.kind in TEMPORAL else ()
    return _Part(found, condition, fields, seen, counts, steps)


def _unfit(outer: Window, part: _Part) -> str:
    """Why a correlation cannot count a part, "" where it can."""
    if part.window is None:
        return ""
    if outer.kind not in TEMPORAL or part.window.kind in TEMPORAL:
        return "is a correlation: only temporal ones take one, and only one that counts"
    if part.window.group_by != outer.group_by:
        return f"is grouped by {', '.join(part.window.group_by)}: group both by the same fields"
    return ""


def _require_counted(documents: list[Document], parts: dict[str, _Part]) -> None:
    """Raises ContentError for a part that nothing counts: most likely forgotten."""
    counted = {name for part in parts.values() for name in part.counts}
    for document, (name, part) in zip(documents[:-1], list(parts.items())[:-1], strict=True):
        if name not in counted:
            way: Way = ["name"] if part.found.name else ["id"]
            raise document.fault("is counted by no correlation of this file: name it in rules", way)


def _condition(document: Document, base: Base) -> tuple[Condition, frozenset[str]]:
    """The rule's condition for DuckDB, and the event fields in it."""
    document.require_words("detection")
    ways: dict[str, Way] = {}
    referred: set[str] = set()
    for item, value, way in _items(base.detection, ["detection"]):
        field = item.split("|")[0]
        ways[field] = way
        if field not in events.COLUMNS:
            raise document.fault(str(UnknownName("event field", field, events.COLUMNS)), way)
        document.sigma(way, functools.partial(SigmaDetectionItem.from_mapping, item, value))
        if "fieldref" in item.split("|"):
            referred |= {str(v) for v in (value if isinstance(value, list) else [value])}
    plain = base.model_dump(exclude={"proof"}, exclude_defaults=True)
    rule = document.sigma(["detection"], lambda: SigmaRule.from_dict(plain))
    if len(rule.detection.condition) != 1:
        raise document.fault("write one condition: join several with or", ["detection", "condition"])
    _require_all_used(document, rule)
    tree = document.sigma(["detection", "condition"], lambda: rule.detection.parsed_condition[0].parsed)
    try:
        return compiled(tree), frozenset(ways) | referred
    except Refused as e:
        raise document.fault(str(e), ways.get(e.field, ["detection"])) from None


def _items(part: Any, way: Way) -> Iterator[tuple[str, Any, Way]]:
    """Each field named in a detection, with its modifiers, its value, and where it stands."""
    if isinstance(part, list):
        for i, item in enumerate(part):
            yield from _items(item, [*way, i])
    elif isinstance(part, dict):
        for key, value in part.items():
            if len(way) == 1:  # the names of the selections themselves
                yield from _items(value, [*way, key]) if key != "condition" else ()
            else:
                yield key, value, [*way, key]


def _require_all_used(document: Document, rule: SigmaRule) -> None:
    """Raises ContentError for a selection that the condition leaves out: most likely forgotten."""
    words = re.findall(r"[\w*-]+", str(rule.detection.condition[0]))
    patterns = ["*" if word == "them" else word for word in words]
    for name in rule.detection.detections:
        if not any(re.fullmatch(p.replace("*", ".*"), name) for p in patterns):
            raise document.fault("is not used in the condition: use it or take it out", ["detection", name])
