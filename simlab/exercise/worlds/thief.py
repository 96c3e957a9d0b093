"""The thief: a learner's sealing functions meet somebody who has stolen the sealed table.

    seal(key: bytes, value: bytes, place: str) -> bytes
    open_(key: bytes, sealed: bytes, place: str) -> bytes      raises what was changed or moved

`place` is "table/column/row". The judge draws values and keys, has every row sealed (round 1),
reads what a thief would read from the result, then asks for honest and forged rows to be opened,
mixed (round 2 and on).

Numbers, and what `check.expect` may hold (with what holds when it says nothing):

    recovered  values that the thief came to know, of 40         at most 0
    accepted   forgeries that `open_` did not refuse             at most 0
    opened     share of honest rows that open to their value     at least 1.0

Share of the points, in proportion to the honest rows that open:

    0.3  the thief reads nothing          0.3  every changed value and wrong key is refused
    0.1  fresh: sealing twice differs,    0.3  every moved value is refused
         with room for a nonce and a tag

A part of 0.3 counts half when at most one forgery in ten (of the moved: one in two) was taken.
When any value is read, a quarter of the points is the most. When half of them are, when any key
opens, or when the sealed bytes are fewer than the value's, nothing is earned.

Functions that hand out random bytes and keep the values in a dictionary behave, within one
process, exactly as an ideal cipher would. So some honest rows are opened once more in a second
process, in which the same notebook has run: the share that opens there counts for the whole. Forged
rows are among them, and a part of 0.3 is lost when one is taken there that was refused here: an
opener may know what it has sealed, and check nothing. Practice has no second process, and does not
ask.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from simlab.exercise.kinds.common import ask, hidden
from simlab.exercise.protocol import Ask, Call, CheckSpec, Context, Got, Play, Reply
from simlab.exercise.worlds._play import functions, numbers
from simlab.exercise.worlds._thief_forging import Try, each_row_once, tries
from simlab.exercise.worlds._thief_reading import form_of, read
from simlab.exercise.worlds._thief_score import Night
from simlab.exercise.worlds._thief_table import World, build

promise = (
    "A thief has stolen your sealed table and may change it before you open it again. Scored on both sides: "
    "how many of 40 members' values the thief reads, how many changed, moved or wrongly keyed values open_ accepts "
    "(none of either is full marks), and whether every honest value still opens. Refusing everything scores nothing."
)

_BATCH = 45  # calls in one round: a function that hangs loses one round, not all
_NUMBERS: Mapping[str, float] = {"recovered": 0, "accepted": 0, "opened": 1.0}


def play(spec: CheckSpec, context: Context) -> Play:
    """`check.simulate("thief", seal, open_)`. Raises ContentError for a check that is not written so."""
    (seal, open_), limits = functions(spec, "seal", "open_"), numbers(spec, _NUMBERS)
    seconds = float(hidden(spec, "seconds", 20.0))
    world = build(context.seed)
    night = Night(world, limits)
    sealed = yield from _seal(seal, world, night, seconds)
    if sealed:
        night.form = form_of(list(sealed.values()))
        night.note_sealed(sealed, read(world, sealed, night.form))
        todo = tries(world, sealed, night.form)
        yield from _open(open_, night, todo, seconds)
        if night.opened and not context.practice:
            yield from _open_elsewhere(open_, night, each_row_once(world, todo), seconds)
    return night.verdict()


def ready() -> None:
    """Nothing: every learner's table is their own."""


def _seal(seal: str, world: World, night: Night, seconds: float) -> Generator[Ask, Reply, dict[int, bytes]]:
    """What `seal` made of each row, by position; what is not bytes is left out and remembered."""
    calls = [Call(seal, (row.key, row.value, row.place)) for row in world.rows]
    got: list[Got] = yield from ask(calls, seconds)
    for call, one in zip(calls, got, strict=True):
        if type(one.value) is not bytes or one.error:
            night.note_trouble(call, one)
    return {i: one.value for i, one in enumerate(got) if type(one.value) is bytes and not one.error}


def _open(open_: str, night: Night, todo: list[Try], seconds: float) -> Generator[Ask, Reply, Any]:
    for at in range(0, len(todo), _BATCH):
        batch = todo[at : at + _BATCH]
        calls = [Call(open_, (t.key, t.sealed, t.place)) for t in batch]
        got: list[Got] = yield from ask(calls, seconds)
        for one, call, answer in zip(batch, calls, got, strict=True):
            night.note_opened(one, call, answer)


def _open_elsewhere(open_: str, night: Night, todo: list[Try], seconds: float) -> Generator[Ask, Reply, Any]:
    """Some rows, opened where nothing is remembered: what is sealed must hold all that opening needs."""
    calls = [Call(open_, (t.key, t.sealed, t.place)) for t in todo]
    got: list[Got] = yield from ask(calls, seconds, fresh=True)
    night.note_elsewhere(list(zip(todo, calls, got, strict=True)))


__all__ = ["play", "promise"]
