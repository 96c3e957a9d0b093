"""An incident as a file gives it: the facts, and where its people are to be found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Protocol, Self

from pydantic import BeforeValidator, Field, model_validator

from simlab.content import Model, load_file
from simlab.errors import InputError
from simlab.insurer import Insurer
from simlab.insurer.insurer import LARGEST, SMALLEST
from simlab.response.contradictions import require_counts
from simlab.response.entities import Contract
from simlab.response.facts import Facts

LARKSPUR = "larkspur"


class Licensed(Protocol):
    """What an insurer says of its licenses."""

    @property
    def domicile(self) -> str: ...
    @property
    def licensed(self) -> tuple[str, ...]: ...


def licenses(insurer: Licensed) -> dict[str, Any]:
    """Where an insurer is licensed and at home, as facts: `Facts.of(**{**licenses(insurer), **known})`."""
    return {"licensed": insurer.licensed, "domicile": insurer.domicile}


class Built(Model):
    """The simulated insurer, Insurer.build(seed, members); without them what is true of it at every size."""

    seed: int | None = Field(default=None, ge=0)
    members: int | None = Field(default=None, ge=SMALLEST, le=LARGEST)

    @property
    def has_people(self) -> bool:
        return self.seed is not None and self.members is not None

    def build(self) -> Insurer:
        """The insurer; its tables are built when they are asked for."""
        return Insurer.build(self.seed or 0, members=self.members or SMALLEST)


def _named(value: Any) -> Any:
    """The insurer by its name, for facts that need no more of it than its licenses."""
    if isinstance(value, str):
        if value != LARKSPUR:
            raise InputError(f"insurer: {value!r}: write {LARKSPUR}, or its seed and size, {{seed: 7, members: 2000}}")
        return {}
    return value


class Incident(Facts):
    """Facts with what belongs to them.

    `insurer`: larkspur, or its seed and size; where it is licensed follows from it, unless the facts say it.
    `member_ids` ("all", or a list of them): the affected, from whom counts and letters follow; `entities`: instead of
    them, affected people by covered entity and State; `contracts`: what self-funded plans have agreed about notices.
    """

    title: str = ""
    insurer: Annotated[Built | None, BeforeValidator(_named)] = None
    member_ids: tuple[str, ...] | str | None = None
    entities: dict[str, dict[str, int]] | None = None
    contracts: tuple[Contract, ...] = ()

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.member_ids is not None and self.insurer is None:
            raise InputError("member_ids: stand without an insurer: add insurer: {seed: 7, members: 2000}")
        if self.member_ids is not None and self.insurer is not None and not self.insurer.has_people:
            raise InputError("insurer: member_ids need its seed and its size: insurer: {seed: 7, members: 2000}")
        if isinstance(self.member_ids, str) and self.member_ids != "all":
            raise InputError(f"member_ids: {self.member_ids!r}: write a list of ids such as [M0000001], or all")
        if self.member_ids == () or (self.counts is not None and not self.total):
            key = "member_ids" if self.member_ids == () else "counts"
            raise InputError(f"{key}: nobody is affected: leave it out while it is not known who is")
        for entity, counts in (self.entities or {}).items():
            require_counts(f"entities.{entity}", counts)
        if self.entities is not None and self.member_ids is not None:
            raise InputError("entities: stand beside member_ids, which say it already: leave one of them out")
        if self.contracts and self.entities is None and self.member_ids is None:
            raise InputError("contracts: stand without entities or member_ids: say whose people are affected")
        return self

    def facts(self) -> Facts:
        """The facts alone, with the licenses of the insurer that is named where they say none."""
        own = {key: getattr(self, key) for key in Facts.model_fields if not self._is_last(key)}
        if self.insurer is not None and self.licensed is None and self.domicile is None:
            own |= licenses(self.insurer.build())
        return Facts.of(**own)

    def _is_last(self, key: str) -> bool:
        """Whether the count is the last of several, which says it already."""
        return key == "counts" and bool(self.counted)


def load_incident(path: Path) -> Incident:
    """An incident from a YAML file. Raises ContentError (form) or InputError (contradiction), naming file and key."""
    try:
        return load_file(path, Incident)
    except InputError as e:
        raise InputError(f"{path.name}: {e}") from None
