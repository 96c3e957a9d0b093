"""How a world begins: it reads its check, asks for the learner's work, and refuses what it cannot play with."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeVar

from simlab.exercise.kinds.common import ask, fault, hidden, seconds, show, title, trouble
from simlab.exercise.protocol import Ask, Call, CheckSpec, Expr, Reply, Verdict

T = TypeVar("T")


def functions(spec: CheckSpec, *usual: str) -> list[str]:
    """What the check names from the notebook: as many as `usual`, which says how a check is written. Raises ContentError."""
    names = [a.text for a in spec.args if isinstance(a, Expr)]
    if len(names) != len(usual):
        written = f'check.simulate("{title(spec)}", {", ".join(usual)})'
        raise fault(spec, f"names {len(names)} from the notebook, not {len(usual)}: {written}")
    return names


def numbers(spec: CheckSpec, usual: Mapping[str, float]) -> dict[str, float]:
    """What the world scores, by `check.expect`, and as `usual` where it says nothing. Raises ContentError."""
    for name in spec.expect.kwargs if spec.expect else ():
        if name not in (*usual, "seconds"):
            raise fault(spec, f'expects {name!r}: "{title(spec)}" scores {", ".join(usual)}')
    return {name: hidden(spec, name, value) for name, value in usual.items()}


def given(
    spec: CheckSpec, call: Call, read: Callable[[Any], T | None], wanted: str
) -> Generator[Ask, Reply, T | Verdict]:
    """What the learner's function gave back, as `read` takes it; the verdict where that is nothing to play with."""
    (got,) = yield from ask([call], seconds(spec))
    if got.error:
        return Verdict(0.0, f"Not yet: {trouble(call, got)}")
    found = read(got.value)
    if found is None:
        return Verdict(0.0, f"`{call.expr}` gave back {show(got.value)}. Let it return {wanted}.")
    return found


def as_text(value: Any) -> str | None:
    """The text that was given back."""
    return value if isinstance(value, str) else None


def as_ids(value: Any) -> frozenset[str] | None:
    """The ids that were given back, as a list or a set of them."""
    is_ids = isinstance(value, list | tuple | set | frozenset) and all(isinstance(x, str) for x in value)
    return frozenset(value) if is_ids else None
