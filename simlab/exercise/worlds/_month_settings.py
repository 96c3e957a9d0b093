"""A learner's settings for the sharing gateway: text of rows, read as data alone, and the rules that they make.

A row says, for one kind of recipient and one purpose, what `opens` it, what is `check`ed first, which data
it may `tell`, how `much` of them and by which `way`. What opens is a legal basis of the shipped rules,
by its id, or one of the habits of a counter (`HABITS`), which the law does not know. What no row is for is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from simlab.content import Model
from simlab.content.loader import load_text
from simlab.controls.consent.people import trick
from simlab.controls.sharing.rules import Ground, Need, Rule, data_classes, purposes, recipients, rules, rules_for
from simlab.errors import ContentError, InputError, UnknownName

LONGEST, DEEPEST = 8_000, 6  # characters; brackets within each other
OPEN_LINE = "open e-mail"
HABITS = {
    "anybody": "whoever asks is told",
    "badge": "whoever shows who they are",
    "consent": "the member has signed a consent or a form, and it is good",
    "form": "some form of the member is on file, good or not",
}
_LAW = "45 CFR 164.502(a)"
_IS_SHOWN = Need(fact="identity_verified", lacking="this row wants to see who it is", cite=_LAW)
_CONSENTED = Need(on_file="consent", lacking="this row wants a consent", cite=_LAW)
_AUTHORIZED = Need(on_file="authorization", lacking="this row wants a form", cite=_LAW)
_ANCHOR = re.compile(r"(?:^|[\s\[{,:-])[&*][\w-]", re.MULTILINE)
_SHOWN = "your settings"


def _known(kind: str, name: str, known: object) -> str:
    """The name, if it is known. Raises ValueError, which says which are, and whether a letter is of another alphabet."""
    names = list(known)  # type: ignore[call-overload]
    if name in names:
        return name
    odd = trick(name)
    raise ValueError(str(UnknownName(kind, name, names)) + (f"; {odd}" if odd else ""))


class Row(Model):
    """One recipient and purpose: what opens it, and how it is told."""

    to: str
    for_: str = Field(alias="for")
    opens: tuple[str, ...]
    check: tuple[Literal["identity", "authority"], ...] = ()
    tell: tuple[str, ...] = ()
    much: Literal["least", "all"] = "least"
    way: str

    @field_validator("to")
    @classmethod
    def _to(cls, value: str) -> str:
        return _known("recipient", value, recipients())

    @field_validator("for_")
    @classmethod
    def _for(cls, value: str) -> str:
        return _known("purpose", value, purposes())

    @field_validator("tell")
    @classmethod
    def _tell(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known("data class", one, [*data_classes(), "any"]) for one in value)

    @field_validator("way")
    @classmethod
    def _way(cls, value: str) -> str:
        return _known("way", value, ways())

    @model_validator(mode="after")
    def _is_route(self) -> Row:
        if not rules_for(self.to, self.for_):
            known = sorted(r.purpose for r in rules() if r.recipient == self.to)
            raise ValueError(f"for {self.to!r} there is no purpose {self.for_!r}: there are {', '.join(known)}")
        for one in self.opens:
            _known(f"basis for {self.to}, {self.for_},", one, [*bases(self.to, self.for_), *HABITS])
        return self


class Settings(Model):
    """All rows, and which wishes of members are kept."""

    rows: Annotated[tuple[Row, ...], Field(max_length=60)]
    keep: tuple[Literal["restrictions", "addresses", "opt-outs"], ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Settings:
        routes = [(r.to, r.for_) for r in self.rows]
        for route in routes:
            if routes.count(route) > 1:
                raise ValueError(f"{route[0]}, {route[1]} has two rows: write one")
        return self


def shipped(to: str, purpose: str) -> Row:
    """The row that says what the shipped rules say, for a recipient and a purpose."""
    found = rules_for(to, purpose)
    tell = dict.fromkeys(d for r in found for p in r.paths for d in p.data)
    return Row.model_validate(
        {
            "to": to, "for": purpose, "opens": tuple(bases(to, purpose)), "check": found[0].verify,
            "tell": tuple(tell), "way": found[0].channel,
        }
    )  # fmt: skip


def ways() -> list[str]:
    """Every way of telling that a row may name."""
    return sorted({r.channel for r in rules()} | {OPEN_LINE})


def bases(to: str, purpose: str) -> dict[str, str]:
    """The legal bases for a recipient and a purpose: id, and what it says."""
    return {p.id: p.because for r in rules_for(to, purpose) for p in r.paths}


def read(text: str) -> Settings:
    """The settings of a text. Raises InputError, which says the line and what would be right."""
    text = text.removeprefix("\n")  # the first line is the one below the quotes
    _require_small(text)
    try:
        return load_text(text, Settings, _SHOWN)
    except ContentError as e:
        raise InputError(str(e)) from None
    except Exception as e:  # what no parser foresaw is still the text's fault, and never a traceback
        raise InputError(f"{_SHOWN} cannot be read ({type(e).__name__}): compare them with those above") from None


def _require_small(text: str) -> None:
    """Raises InputError for a text that would keep a parser busy: that is nobody's settings."""
    if len(text) > LONGEST:
        raise InputError(f"{_SHOWN} have {len(text):,} characters: write at most {LONGEST:,}")
    if not text.strip():
        raise InputError(f"{_SHOWN} are empty: begin with those above")
    if found := _ANCHOR.search(text):
        line = text.count("\n", 0, found.start() + 1) + 1
        raise InputError(f"{_SHOWN}:{line}: & or * in front of a name repeats parts of YAML: write them out")
    depth = deepest = 0
    for sign in text:
        depth += (sign in "[{(") - (sign in "]})")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise InputError(f"{_SHOWN} have too many brackets within each other: at most {DEEPEST}")


def made(settings: Settings, has_form: bool) -> Callable[[str, str], tuple[Rule, ...]]:
    """The rules that the settings make; `has_form`: some form of the member is on file, good or not."""
    found = {(row.to, row.for_): _rules(row, settings.keep, has_form) for row in settings.rows}
    return lambda to, purpose: found.get((to, purpose), ())


def _rules(row: Row, keep: tuple[str, ...], has_form: bool) -> tuple[Rule, ...]:
    shipped = rules_for(row.to, row.for_)
    out = [_legal(row, rule, keep) for rule in shipped]
    habits = tuple(g for name in row.opens for g in _habit(name, row.tell, has_form))
    if habits:
        out.append(_changed(shipped[0], row, keep, habits))
    return tuple(rule for rule in out if rule.paths)


def _legal(row: Row, rule: Rule, keep: tuple[str, ...]) -> Rule:
    """A shipped rule with the bases that the row names. Raises nothing: the row was read."""
    paths = tuple(p.model_copy(update={"data": row.tell}) for p in rule.paths if p.id in row.opens)
    return _changed(rule, row, keep, paths)


def _changed(rule: Rule, row: Row, keep: tuple[str, ...], paths: tuple[Ground, ...]) -> Rule:
    told = data_classes() if "any" in row.tell else row.tell
    whole = {name: data_classes()[name].fields for name in told}
    return rule.model_copy(
        update={
            "paths": paths,
            "verify": row.check,
            "fields": whole | dict(rule.fields),
            "channel": row.way,
            "restrictable": rule.restrictable and "restrictions" in keep,
            "blocked_by_confidential": rule.blocked_by_confidential if "addresses" in keep else None,
            # What the law demands no promise stops; here it stands for a promise that nobody keeps.
            "is_compelled": rule.is_compelled or "opt-outs" not in keep,
        }
    )


def _habit(name: str, tell: tuple[str, ...], has_form: bool) -> tuple[Ground, ...]:
    if name not in HABITS or not tell or (name == "form" and not has_form):
        return ()
    each = {"badge": (_IS_SHOWN,), "consent": (_CONSENTED, _AUTHORIZED)}.get(name, ())
    said = HABITS[name]
    if not each:
        return (Ground(id=name, data=tell, because=said, cite=_LAW),)
    return tuple(Ground(id=name, data=tell, needs=(need,), because=said, cite=_LAW) for need in each)
