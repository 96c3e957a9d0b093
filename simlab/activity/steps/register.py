"""The register of steps, by walking the modules here: names, parameters, technique, what shows.

A function marked with `@step` is a step. Its name is the function's, with hyphens; its parameters
are the typed keywords after the scene; its docstring says what it leaves in which log, and what not.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from simlab import clock
from simlab.activity.incident import Step
from simlab.activity.steps.scene import Scene
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Many = Annotated[int, Field(ge=0, le=1_000_000)]
_Time = Annotated[int, Field(ge=0, le=clock.DAY * 366 * 200)]
_Over = Annotated[int, Field(ge=clock.MINUTE, le=clock.DAY * 366)]
_LEAVES, _NOT = "Leaves: ", "Leaves no trace of: "


@dataclass(frozen=True)
class Maker:
    """A step that can be named: called, it gives the events, their truth, and the fact.

    `technique` is its MITRE ATT&CK Enterprise id or None; `over` how long it takes if nothing is said
    (microseconds); `leaves` and `leaves_not` what its docstring says about the logs.
    """

    name: str
    technique: str | None
    over: int
    about: str
    leaves: str
    leaves_not: str
    parameters: dict[str, str]
    _run: Callable[..., Step]
    _model: type[BaseModel]

    def __call__(
        self, insurer: Insurer, *, at: int, seed: int, incident: str, over: int | None = None, **parameters: Any
    ) -> Step:
        """The step, from `at` on and within `over` (microseconds UTC). Raises InputError, UnknownName."""
        given = {"at": at, "over": self.over if over is None else over, "seed": seed, "incident": incident} | parameters
        for name in given:
            if name not in self._model.model_fields:
                raise UnknownName(f"parameter of {self.name}", name, self.parameters)
        asked = self._checked({k: int(v) if isinstance(v, np.integer) else v for k, v in given.items()})
        when = {k: asked.pop(k) for k in ("at", "over", "seed", "incident")}
        return self._run(Scene(insurer, **when, name=self.name, technique=self.technique or ""), **asked)

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        try:
            return dict(self._model(**given))
        except ValidationError as e:
            first = e.errors()[0]
            name = str(first["loc"][0])
            right = self.parameters.get(name, "")
            raise InputError(f"{self.name}: {name}: {first['msg']}, not {given.get(name)!r}; it takes {right}") from e


def step(technique: str | None, *, over: int) -> Callable[[Callable[..., Step]], Callable[..., Step]]:
    """Marks a function as a step: its technique, and how long it takes if nothing is said."""

    def mark(run: Callable[..., Step]) -> Callable[..., Step]:
        run.__dict__["incident_step"] = (technique, over)
        return run

    return mark


def names() -> list[str]:
    """The names of all steps, sorted."""
    return sorted(_all())


def get(name: str) -> Maker:
    """The step of a name. Raises UnknownName."""
    if name not in _all():
        raise UnknownName("incident step", name, _all())
    return _all()[name]


@functools.cache
def _all() -> dict[str, Maker]:
    package = importlib.import_module(__package__ or "simlab.activity.steps")
    found = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    runs = [f for module in found for f in vars(module).values() if hasattr(f, "incident_step")]
    return {maker.name: maker for maker in (_maker(run) for run in dict.fromkeys(runs))}


def _maker(run: Callable[..., Step]) -> Maker:
    technique, over = run.__dict__["incident_step"]
    name = run.__name__.replace("_", "-")
    about, leaves, leaves_not = _told(inspect.getdoc(run) or "")
    hints = typing.get_type_hints(run, include_extras=True)
    own: dict[str, Any] = {"at": (_Time, ...), "over": (_Over, ...), "seed": (int, ...), "incident": (str, ...)}
    for parameter in list(inspect.signature(run).parameters.values())[1:]:
        empty = parameter.default is inspect.Parameter.empty
        own[parameter.name] = (hints[parameter.name], ... if empty else parameter.default)
    model = create_model(name, __config__=ConfigDict(extra="forbid", strict=True), **own)
    shown = {key: _shown(key, kind) for key, (kind, _) in own.items()}
    return Maker(name, technique, over, about, leaves, leaves_not, shown, run, model)


def _shown(name: str, kind: Any) -> str:
    """What a parameter takes, in words."""
    base, *rest = typing.get_args(kind) if typing.get_origin(kind) is Annotated else (kind,)
    if typing.get_origin(base) is typing.Literal:
        return "one of " + ", ".join(map(str, typing.get_args(base)))
    if base is not int:
        return "text" if base is str else "true or false" if base is bool else str(base)
    bounds = {type(m).__name__: m for field in rest for m in field.metadata}
    span = f" from {bounds['Ge'].ge} to {bounds['Le'].le}" if {"Ge", "Le"} <= set(bounds) else ""
    return f"a whole number{' of microseconds' if name in ('at', 'over') else ''}{span}"


def _told(doc: str) -> tuple[str, str, str]:
    """A docstring's parts: what happens, what it leaves, what it does not leave."""
    text = re.sub(r"\s+", " ", doc)
    about, _, rest = text.partition(_LEAVES)
    leaves, _, leaves_not = rest.partition(_NOT)
    return about.strip(), leaves.strip(), leaves_not.strip()
