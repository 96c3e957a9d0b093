"""An answer in the learner's own words: `check.text("why")`, or `check.text("why", reason)`.

Without `expect` a trainer reads it. Hidden: `check.expect(words=["key", ["apart", "separate"]])`
gives a share for each word, or one of several, that stands in the text.
"""

from __future__ import annotations

import re
from typing import Any

from simlab.exercise.kinds.common import Asking, ask, fault, hidden, later, seconds, title, trouble
from simlab.exercise.protocol import UNANSWERED, Call, CheckSpec, Context, Expr, Play, Verdict

READ_BY_A_PERSON = "a trainer reads this"
LENGTH = 20_000


def play(spec: CheckSpec, context: Context) -> Play:
    given = yield from _given(spec, context)
    if isinstance(given, Verdict):
        return given
    if not isinstance(given, str) or not given.strip():
        return Verdict(0.0, UNANSWERED)
    words = hidden(spec, "words") if spec.expect else None
    if words:
        return _by_words(given[:LENGTH], words)
    return later() if context.practice else Verdict(0.0, READ_BY_A_PERSON)


def _given(spec: CheckSpec, context: Context) -> Asking:
    named = [a.text for a in spec.args if isinstance(a, Expr)]
    if not named:
        if not title(spec):
            raise fault(spec, "needs the question's name, or a name from the notebook")
        return context.answers.get(title(spec))
    call = Call(named[0], apply=False)
    (got,) = yield from ask([call], seconds(spec))
    return Verdict(0.0, f"Not yet: {trouble(call, got)}") if got.error else got.value


def _by_words(given: str, words: list[Any]) -> Verdict:
    groups = [w if isinstance(w, list | tuple) else [w] for w in words]
    found = [any(_stands(word, given) for word in group) for group in groups]
    good = sum(found)
    if good == len(groups):
        return Verdict(1.0, f"Right: all {good} points are there.")
    return Verdict(good / len(groups), f"Not yet: {good} of {len(groups)} points are there. Say what is missing.")


def _stands(word: str, given: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", given, re.IGNORECASE) is not None
