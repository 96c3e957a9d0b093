"""A choice among options: `check.choice("stolen-backup")`.

Hidden: `check.expect("keys-apart", because={option: message}, partial={option: share}, cite="")`.
A list of ids is expected where several are right (or pairs "option:partner" where they match),
`ordered=True` where their order counts.

A pool, `check.choice("caller")`, expects one of these for each of its items, and so does `because`:
`check.expect({"item-a": "wife", "item-b": ["x", "y"]}, because={"item-a": {option: message}})`. Only
the item that this learner was shown is judged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simlab.errors import SimlabError
from simlab.exercise import items
from simlab.exercise.kinds.common import fault, hidden, later, title
from simlab.exercise.protocol import NEXT, UNANSWERED, CheckSpec, Context, Expect, Play, Verdict, lead
from simlab.exercise.variant import attempt_of, own_seed


def play(spec: CheckSpec, context: Context) -> Play:
    """Judges the recorded answer; asks the learner's kernel nothing."""
    yield from ()
    return judge(spec, context)


def judge(spec: CheckSpec, context: Context) -> Verdict:
    name = title(spec)
    if not name:
        raise fault(spec, "needs the question's name as text")
    if spec.expect and spec.expect.args and isinstance(spec.expect.args[0], dict):
        name, spec = _shown(spec, context, spec.expect.args[0])
    elif spec.expect is None:
        name = _open_name(name, context)
    given = context.answers.get(name)
    if given is None or given == "" or given == []:
        return Verdict(0.0, UNANSWERED)
    if spec.expect is None:
        if context.practice:
            return later()
        raise fault(spec, "has no check.expect(right option) in its hidden block")
    if not spec.expect.args:
        raise fault(spec, "check.expect must name the right option first")
    right = spec.expect.args[0]
    return _several(spec, given, right) if isinstance(right, list | tuple) else _one(spec, given, right)


def _open_name(name: str, context: Context) -> str:
    """Whether a pool or a question: the name under which its answer is kept."""
    if name in context.answers:
        return name
    try:
        return items.meet(name, "", "", _seed(context)).id
    except SimlabError:  # a course written for plain questions has no file of them
        return name


def _shown(spec: CheckSpec, context: Context, keys: dict[str, Any]) -> tuple[str, CheckSpec]:
    """The item of a pool that this learner was shown, and the check as it stands for that item alone."""
    members = items.pool(title(spec))
    if {i.id for i in members} != set(keys):
        raise fault(spec, f"expects {sorted(keys)}, but its pool holds {sorted(i.id for i in members)}")
    item = items.drawn(members, "", _seed(context))
    assert spec.expect is not None
    options = {k: v.get(item.id, {}) if k in ("because", "partial") else v for k, v in spec.expect.kwargs.items()}
    return item.id, replace(spec, expect=Expect((keys[item.id],), options))


def _seed(context: Context) -> int:
    return own_seed(context.learner, attempt_of(context.answers))


def _one(spec: CheckSpec, given: Any, right: str) -> Verdict:
    key = given if isinstance(given, str) else ""
    share = 1.0 if key == right else float(hidden(spec, "partial", {}).get(key, 0.0))
    because = hidden(spec, "because", {}).get(key) or ("" if share == 1.0 else NEXT)
    return Verdict(share, f"{lead(share)} {because}".strip(), cite=hidden(spec, "cite", ""))


def _several(spec: CheckSpec, given: Any, right: list[str] | tuple[str, ...]) -> Verdict:
    chosen = [g for g in given if isinstance(g, str)] if isinstance(given, list) else [given]
    if hidden(spec, "ordered", False):
        hits, slips = sum(a == b for a, b in zip(chosen, right, strict=False)), 0
    else:
        hits, slips = len(set(chosen) & set(right)), len(set(chosen) - set(right))
    share = max(0, hits - slips) / len(right)
    beginning = (
        "Right."
        if share == 1.0
        else f"Not yet: {hits} of {len(right)} in place"
        + (f", and {slips} that should not be there." if slips else ".")
    )
    because = hidden(spec, "because", {})
    said = [because[c] for c in dict.fromkeys(chosen) if c in because]
    return Verdict(share, " ".join([beginning, *said]), cite=hidden(spec, "cite", ""))
