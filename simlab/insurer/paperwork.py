"""The words around claims: content model of `simlab/content/insurer/paperwork.yml`, read once."""

from __future__ import annotations

import functools
from typing import Literal

from pydantic import Field, model_validator

from simlab.content import Model, load
from simlab.insurer import pools
from simlab.insurer.pools import Sensitive, Weight


class Denial(Model):
    id: str
    weight: Weight
    who_pays: Literal["member", "provider"]
    is_reviewed: bool


class Said(Model):
    text: str
    hint: Sensitive


class Topic(Model):
    id: str
    weight: Weight
    callers: tuple[str, ...] = Field(min_length=1)
    openings: tuple[str, ...] = Field(min_length=1)
    said: tuple[Said, ...] = Field(min_length=1)
    endings: tuple[str, ...] = Field(min_length=1)


class Paperwork(Model):
    needs_authorization: tuple[str, ...]
    denials: tuple[Denial, ...]
    no_authorization: Denial
    service_types: dict[Sensitive, str]
    callers: tuple[str, ...]
    topics: tuple[Topic, ...]
    after_death: Topic

    @model_validator(mode="after")
    def _refer(self) -> Paperwork:
        known = {p.id for p in pools.codes().procedures}
        for code in self.needs_authorization:
            if code not in known:
                raise ValueError(f"needs_authorization: {code!r} is not among the procedures of codes.yml")
        for topic in (*self.topics, self.after_death):
            for caller in topic.callers:
                if caller not in self.callers:
                    raise ValueError(f"topic {topic.id!r}: caller {caller!r} is not among callers")
        if missing := set(pools.SENSITIVE) - set(self.service_types):
            raise ValueError(f"service_types: {sorted(missing)} is missing")
        return self


@functools.cache
def paperwork() -> Paperwork:
    """The words, with every reference looked up."""
    return load("insurer", "paperwork", Paperwork)
