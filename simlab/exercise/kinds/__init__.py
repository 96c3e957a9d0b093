"""The kinds of check: `KINDS[name](spec, context)` is a play (see simlab.exercise.protocol).

The same play runs live in the learner's kernel (`context.practice`) and in the trusted judge, which
alone has `spec.expect`. `drive` runs one to its verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from simlab.errors import ContentError
from simlab.exercise.kinds import choice, function, raises, simulate, table, task, text, value
from simlab.exercise.protocol import Ask, CheckSpec, Context, Play, Reply, Verdict

KINDS: dict[str, Callable[[CheckSpec, Context], Play]] = {
    "choice": choice.play,
    "value": value.play,
    "close": value.play_close,
    "table": table.play,
    "function": function.play,
    "raises": raises.play,
    "text": text.play,
    "simulate": simulate.play,
    "task": task.play,
}
ROUNDS = 200


def drive(play: Play, respond: Callable[[Ask], Reply]) -> Verdict:
    """Run a play to its verdict, `respond` making the calls; the share is held within 0 and 1.

    Raises ContentError when a play asks more than `ROUNDS` times, and what `respond` raises.
    """
    try:
        ask = next(play)
        for _ in range(ROUNDS):
            ask = play.send(respond(ask))
    except StopIteration as end:
        verdict: Verdict = end.value
        share = verdict.share if math.isfinite(verdict.share) else 0.0
        return Verdict(min(1.0, max(0.0, share)), verdict.message, verdict.details, verdict.cite)
    play.close()
    raise ContentError("check", f"asks more than {ROUNDS} times")


__all__ = ["KINDS", "ROUNDS", "drive"]
