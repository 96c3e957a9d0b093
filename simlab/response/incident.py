"""An incident as a file gives it: the facts, and where its people are to be found."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from simlab.content import Model, load_file
from simlab.errors import InputError
from simlab.response.entities import Contract
from simlab.response.facts import Facts


class Built(Model):
    """The simulated insurer whose members are affected: Insurer.build(seed, members)."""

    seed: int
    members: int = Field(ge=1, le=1_000_000)


class Incident(Facts):
    """Facts with what belongs to them.

    `insurer` and `member_ids` ("all", or a list of them): the affected, from whom counts and letters follow;
    `entities`: instead of them, affected people by covered entity and State; `contracts`: what self-funded
    plans have agreed about notices.
    """

    title: str = ""
    insurer: Built | None = None
    member_ids: tuple[str, ...] | str | None = None
    entities: dict[str, dict[str, int]] | None = None
    contracts: tuple[Contract, ...] = ()

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.member_ids is not None and self.insurer is None:
            raise InputError("member_ids: stand without an insurer: add insurer: {seed: 7, members: 2000}")
        if isinstance(self.member_ids, str) and self.member_ids != "all":
            raise InputError(f"member_ids: {self.member_ids!r}: write a list of ids such as [M0000001], or all")
        if self.entities is not None and self.insurer is not None:
            raise InputError("entities: stand beside an insurer, whose plans say it already: leave one of them out")
        if self.contracts and self.entities is None and self.insurer is None:
            raise InputError("contracts: stand without entities or an insurer: say whose people are affected")
        return self

    def facts(self) -> Facts:
        """The facts alone."""
        return Facts.of(**{key: getattr(self, key) for key in Facts.model_fields if not self._is_last(key)})

    def _is_last(self, key: str) -> bool:
        """Whether the count is the last of several, which says it already."""
        return key == "counts" and bool(self.counted)


def load_incident(path: Path) -> Incident:
    """An incident from a YAML file. Raises ContentError (form) or InputError (contradiction), naming file and key."""
    try:
        return load_file(path, Incident)
    except InputError as e:
        raise InputError(f"{path.name}: {e}") from None
