"""Rules of firewalls and transfer gateways as data: one gateway a file, its rules in the order in which they are asked."""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from simlab.content import Model, load, load_named, names, resource
from simlab.content.loader import fault
from simlab.errors import InputError, UnknownName
from simlab.insurer import contracts, pools

ANY = "any"
Service = Literal["any", "https", "sftp", "database", "mail", "remote desktop"]
SERVICES: tuple[Service, ...] = ("https", "sftp", "database", "mail", "remote desktop")


class Rule(Model):
    """One rule. It speaks from `since` to `until` (None: without an end), both days in full.

    `address`: only from this sender's address; `vendor`: goes when that vendor goes; `is_on`: switched on.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    source: Annotated[str, Field(alias="from")]
    to: str
    service: Service
    action: Literal["allow", "deny"]
    address: str = ""
    since: dt.date
    until: dt.date | None = None
    because: Annotated[str, Field(min_length=1)]
    owner: str
    vendor: str = ""
    is_on: bool = True

    @field_validator("until")
    @classmethod
    def _after(cls, value: dt.date | None, info: ValidationInfo) -> dt.date | None:
        since = info.data.get("since")
        if value and since and value < since:
            raise ValueError(f"lies before since, {since}: the last day comes after the first")
        return value

    @field_validator("address")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            return value and str(ipaddress.ip_address(value))
        except ValueError:
            raise ValueError("is no address: write for example 198.51.100.11") from None

    def holds(self, at: dt.date) -> bool:
        """Whether it speaks on a day."""
        return self.is_on and self.since <= at and (self.until is None or at <= self.until)


class Gateway(Model):
    """A firewall or a transfer gateway. Frozen: to open or close a rule gives a new one."""

    id: str
    name: str
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _last_words(self) -> Gateway:
        ids = [r.id for r in self.rules]
        if len(set(ids)) < len(ids):
            raise ValueError("a rule's id stands twice: give each its own")
        return self

    def rule(self, name: str) -> Rule:
        """A rule by its id. Raises UnknownName."""
        for one in self.rules:
            if one.id == name:
                return one
        raise UnknownName(f"rule of {self.id}", name, (r.id for r in self.rules))

    def close(self, *rules: str) -> Gateway:
        """This gateway with rules switched off. Raises UnknownName."""
        return self._switched(rules, False)

    def open(self, *rules: str) -> Gateway:
        """This gateway with rules switched on. Raises UnknownName."""
        return self._switched(rules, True)

    def close_vendor(self, vendor: str) -> Gateway:
        """This gateway with every rule of a vendor switched off."""
        return self.close(*(r.id for r in self.rules if r.vendor == vendor))

    def with_rule(self, rule: Rule, before: str | None = None) -> Gateway:
        """This gateway with one more rule, at the end or before another. Raises UnknownName, InputError."""
        if any(r.id == rule.id for r in self.rules):
            raise InputError(f"{self.id}: there is a rule {rule.id!r} already: give each its own id")
        at = self.rules.index(self.rule(before)) if before else len(self.rules)
        return self.model_copy(update={"rules": (*self.rules[:at], rule, *self.rules[at:])})

    def _switched(self, rules: Iterable[str], is_on: bool) -> Gateway:
        wanted = {self.rule(name).id for name in rules}
        changed = tuple(r.model_copy(update={"is_on": is_on}) if r.id in wanted else r for r in self.rules)
        return self.model_copy(update={"rules": changed})


def gateway(name: str) -> Gateway:
    """A gateway of the company by its id. Raises UnknownName, ContentError."""
    return _checked(load("network", name, Gateway), resource("network", f"{name}.yml"))


@functools.cache
def gateways() -> tuple[Gateway, ...]:
    """Every gateway of the company. Raises ContentError."""
    return tuple(gateway(name) for name in names("network"))


def read_file(path: Path) -> Gateway:
    """A gateway from any file. Raises ContentError."""
    return _checked(load_named(path, Gateway), path)


def parties() -> frozenset[str]:
    """Everything that a rule may name: systems, vendors, sites and outside parties of the company."""
    company = pools.company()
    ids = [*(s.id for s in company.systems), *(v.id for v in company.vendors), *(s.id for s in company.sites)]
    return frozenset((*contracts.OUTSIDE, *ids))


def _checked(found: Gateway, path: Path) -> Gateway:
    for i, rule in enumerate(found.rules):
        for key, named in (("from", rule.source), ("to", rule.to), ("vendor", rule.vendor or ANY)):
            if named != ANY and named not in parties():
                raise fault(path, ["rules", i, key], str(UnknownName("party", named, parties())))
    return found
