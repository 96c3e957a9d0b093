"""A choice among options: `check.choice("stolen-backup")`.

Hidden: `check.expect("keys-apart", because={option: message}, partial={option: share}, cite="")`.
A list of ids is expected where several are right, `ordered=True` where their order counts.
"""

from __future__ import annotations

from typing import Any

from simlab.exercise.kinds.common import fault, hidden, later, title
from simlab.exercise.protocol import CheckSpec, Context, Play, Verdict

UNANSWERED = "not answered yet"
NEXT = "Read the case once more, and ask what each option would change."


def play(spec: CheckSpec, context: Context) -> Play:
    """Judges the recorded answer; asks the learner's kernel nothing."""
    yield from ()
    return judge(spec, context)


def judge(spec: CheckSpec, context: Context) -> Verdict:
    name = title(spec)
    if not name:
        raise fault(spec, "needs the question's name as text")
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


def _one(spec: CheckSpec, given: Any, right: str) -> Verdict:
    key = given if isinstance(given, str) else ""
    share = 1.0 if key == right else float(hidden(spec, "partial", {}).get(key, 0.0))
    lead = {1.0: "Right.", 0.0: "Not yet."}.get(share, "Partly right.")
    because = hidden(spec, "because", {}).get(key) or ("" if share == 1.0 else NEXT)
    return Verdict(share, f"{lead} {because}".strip(), cite=hidden(spec, "cite", ""))


def _several(spec: CheckSpec, given: Any, right: list[str] | tuple[str, ...]) -> Verdict:
    chosen = [g for g in given if isinstance(g, str)] if isinstance(given, list) else [given]
    if hidden(spec, "ordered", False):
        hits, slips = sum(a == b for a, b in zip(chosen, right, strict=False)), 0
    else:
        hits, slips = len(set(chosen) & set(right)), len(set(chosen) - set(right))
    share = max(0, hits - slips) / len(right)
    lead = (
        "Right."
        if share == 1.0
        else f"Not yet: {hits} of {len(right)} in place"
        + (f", and {slips} that should not be there." if slips else ".")
    )
    because = hidden(spec, "because", {})
    said = [because[c] for c in dict.fromkeys(chosen) if c in because]
    return Verdict(share, " ".join([lead, *said]), cite=hidden(spec, "cite", ""))


__all__ = ["UNANSWERED", "judge", "play"]
