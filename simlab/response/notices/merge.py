"""One letter for each recipient of a small batch, and who gets none yet, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from simlab.draft import drafted
from simlab.errors import InputError
from simlab.response.entities import INSURER, Contract
from simlab.response.facts import Facts
from simlab.response.notices.write import Addressee, Story, write
from simlab.response.recipients import COLUMNS, MAIL, Company

MOST = 5_000
KEPT = "letters are never written over"
_THEIRS = "no contract hands the letters on, and the plan is told as the covered entity [45 CFR 164.410]"


@dataclass(frozen=True)
class Letter:
    """A letter that can go out: the member it is about, where it goes, and its text."""

    member_id: str
    address: str
    text: str


@dataclass(frozen=True)
class Held:
    """A recipient who gets no letter from this batch, and what happens instead."""

    member_id: str
    why: str


@dataclass(frozen=True)
class Batch:
    """Letters and who is held back; together they are every recipient, each once."""

    letters: tuple[Letter, ...]
    held: tuple[Held, ...]

    @property
    def reasons(self) -> dict[str, int]:
        """Why people get no letter yet, and how many, the most first."""
        return dict(Counter(h.why for h in self.held).most_common())


def merge(
    story: Story, facts: Facts, people: pd.DataFrame, insurer: Company, *, form: Literal["text", "html"] = "text",
    contracts: Iterable[Contract] = (), looked_at: frozenset[str] = frozenset(),
) -> Batch:  # fmt: skip
    """Letters to the rows of `recipients(...)`. Held back are those without mail, those of a self-funded plan whose
    contract does not hand the letters on, and those that somebody must look at first, until their member id is
    in `looked_at`. Raises InputError.
    """
    if missing := [c for c in COLUMNS if c not in people.columns]:
        raise InputError(f"people: no column {', '.join(missing)}: hand in what recipients(...) gives")
    if len(people) > MOST:
        raise InputError(f"people: {len(people):,} letters at once: a batch has at most {MOST:,}")
    names = _names(insurer, set(people["member_id"]) | set(people["addressed_to"]))
    ours = {INSURER, *(c.entity for c in contracts if "individuals" in c.notices)}
    letters, held = [], []
    for row in people.to_dict("records"):
        id_ = str(row["member_id"])
        if row["method"] != MAIL:
            held.append(Held(id_, f"{row['method']}: {row['why']}"))
        elif row["covered_entity"] not in ours:
            held.append(Held(id_, f"{row['covered_entity']} writes it: {_THEIRS}"))
        elif row["confirm"] and id_ not in looked_at:
            held.append(Held(id_, f"{row['why']} [{row['cite']}]"))
        else:
            to = Addressee(
                member_id=id_,
                name=names.get(str(row["addressed_to"]), ""),
                about=names.get(id_, ""),
                notice_to=str(row["notice_to"]),
                address=str(row["address"]),
            )
            own = facts.model_copy(update={"covered_entity": str(row["covered_entity"])})
            letters.append(Letter(id_, to.address, write("individual", story, own, to=to, form=form)))
    return Batch(tuple(letters), tuple(held))


def write_batch(batch: Batch, folder: Path, *, form: Literal["text", "html"] = "text") -> Path:
    """One file a letter, named by a running number and not by a member, and `held.csv`. Raises InputError."""
    with drafted(folder, rule=KEPT) as draft:
        for name, text in _files(batch, "txt" if form == "text" else "html"):
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


def _files(batch: Batch, ending: str) -> Iterator[tuple[str, str]]:
    for i, letter in enumerate(batch.letters, 1):
        yield f"letter-{i:05}.{ending}", letter.text
    rows = pd.DataFrame([(h.member_id, h.why) for h in batch.held], columns=["member_id", "why"])
    yield "held.csv", rows.to_csv(index=False)


def _names(insurer: Company, ids: set[str]) -> dict[str, str]:
    members = insurer.members
    some = members[members["member_id"].isin(ids)]
    full = some["name_given"].astype("str") + " " + some["name_family"].astype("str")
    return dict(zip(some["member_id"].astype("str"), full, strict=True))
