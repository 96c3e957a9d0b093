"""Which controls are in force at the company: the switches that a decision turns."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError

from simlab.content import Model
from simlab.controls.identity import FactorKind
from simlab.errors import InputError, UnknownName


class Controls(Model):
    """The controls in force. Frozen: a decision gives a new one by `with_`."""

    mfa: FactorKind = Field("none", description="second factor that a log-in asks for")
    sealed_fields: bool = Field(False, description="identifying and sensitive columns are sealed at rest")
    keys_apart: bool = Field(False, description="the keys lie on another system than the data and its backups")
    bulk_read_limit: int | None = Field(None, ge=1, description="members' records an account may read in an hour")
    session_minutes: int = Field(480, ge=1, description="minutes after which a session ends and asks again")
    offline_backup: bool = Field(False, description="a backup that no account on the network can reach or change")
    segmented: bool = Field(False, description="a log-in at one system does not reach the others")
    vendor_link: Literal["open", "own address", "closed"] = Field(
        "open",
        description="how firewall and gateway let vendors in: from anywhere, from their own address, not at all",
    )

    def with_(self, **changes: Any) -> Controls:
        """These controls with some changed. Raises UnknownName, or InputError for a wrong value."""
        for name in changes:
            if name not in Controls.model_fields:
                raise UnknownName("control", name, Controls.model_fields)
        try:
            return Controls.model_validate(self.model_dump() | changes)
        except ValidationError as e:
            fault = e.errors(include_url=False)[0]
            raise InputError(f"{fault['loc'][0]}: {fault['msg']}, not {fault['input']!r}") from None
