"""The learner's work in a simulated world: `check.simulate("thief", seal, open_)`.

The first argument names a module of simlab.exercise.worlds; what it scores, and what
`check.expect(...)` may hold, is the world's own.
"""

from __future__ import annotations

from simlab.exercise import worlds
from simlab.exercise.kinds.common import fault, title
from simlab.exercise.protocol import CheckSpec, Context, Play


def play(spec: CheckSpec, context: Context) -> Play:
    if not title(spec):
        raise fault(spec, "names its world first, as text")
    return (yield from worlds.get(title(spec)).play(spec, context))
