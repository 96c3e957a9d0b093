"""What requests for a record are made of: who works here, whose record it is, and what the tables know of the two."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from simlab import draw
from simlab.dialogue.facts import company
from simlab.insurer import Insurer, pools


class House:
    """The company as the requests see it."""

    def __init__(self, insurer: Insurer) -> None:
        self.staff = insurer.staff[insurer.staff["is_active"]].set_index("staff_id", drop=False)
        self.members = insurer.members.set_index("member_id", drop=False)
        self.claims = insurer.claims["member_id"].astype(str).value_counts()
        self.relations = insurer.table("relations").astype(str)
        self.sites = insurer.sites.set_index("site_id")["name"].astype(str)
        self.known = frozenset(zip(self.relations["staff_id"], self.relations["member_id"], strict=True))
        self.works_here = frozenset(self.staff["member_id"].astype(str)) - {""}
        self.titles = {r.id: r.name.lower() for r in pools.roles()}

    def name(self, staff: str) -> str:
        row = self.staff.loc[staff]
        return f"{row['name_given']} {row['name_family']}"

    def job(self, staff: str) -> str:
        return self.titles[str(self.staff.loc[staff, "role"])]

    def site(self, staff: str) -> str:
        return str(self.sites.loc[str(self.staff.loc[staff, "site_id"])])

    def place(self, staff: str) -> str:
        """From where they work: a site, or home."""
        return "remote" if self.staff.loc[staff, "site_id"] == "remote" else "site"

    def people(self, actor: str, member: str) -> set[str]:
        """The staff who are in a request: who asks, and whose record it is if they work here."""
        return {actor, *map(str, self.staff.index[self.staff["member_id"].astype(str) == member])}

    def member(self, member: str) -> str:
        row = self.members.loc[member]
        return f"{row['name_given']} {row['name_family']}"

    def entries(self, member: str) -> int:
        """How many claims are on file for a member."""
        return int(self.claims.get(member, 0))

    def of_role(self, role: str, seed: int, taken: Iterable[str], *, like: str = "") -> list[str]:
        """Active staff of a role, in drawn order, without those who are in another request already."""
        ids = self.staff.index[self.staff["role"].astype(str) == role]
        return _ranked((s for s in map(str, ids) if s not in set(taken)), seed, f"who/{role}{like}")

    def tied(self, role: str, relation: str, seed: int, taken: Iterable[str]) -> list[tuple[str, str]]:
        """Pairs of somebody of a role and a member whom they know so, in drawn order."""
        rows = self.relations[self.relations["relation"] == relation]
        fit = set(self.of_role(role, seed, taken))
        pairs = [
            (s, m)
            for s, m in zip(rows["staff_id"], rows["member_id"], strict=True)
            if s in fit and m in self._fit
        ]  # fmt: skip
        return sorted(pairs, key=lambda p: (draw.one(seed, f"requests/{relation}", "|".join(p), 2**31), p))

    def stranger(self, staff: str, seed: int, label: str, *, famous: bool) -> str:
        """A member with claims on file whom one of the staff does not know."""
        rows = self._fit_famous[famous]
        order = draw.bits(seed, f"requests/{label}", range(len(rows))).argsort(kind="stable")
        return next(rows[i] for i in order if (staff, rows[i]) not in self.known and rows[i] not in self.works_here)

    def co_worker(self, staff: str, seed: int, label: str) -> str:
        """A member who works here too, is not of this person's family, and has claims on file."""
        fit = (m for m in self.works_here if (staff, m) not in self.known)
        return _ranked((m for m in fit if m in self._fit), seed, label)[0]

    @functools.cached_property
    def _fit(self) -> frozenset[str]:
        """Living grown-ups with something on file."""
        rows = self.members[~self.members["is_deceased"] & ~self.members["is_minor"]]
        return frozenset(m for m in map(str, rows.index) if self.entries(m) >= 2)

    @functools.cached_property
    def _fit_famous(self) -> dict[bool, list[str]]:
        """Those, in the order of the table: well known, and not."""
        famous = self.members["is_vip"]
        return {side: [str(m) for m in famous.index[famous == side] if m in self._fit] for side in (True, False)}


@functools.lru_cache(maxsize=1)
def house() -> House:
    """The house, made once."""
    return House(company())


def pick(seed: int, label: str, low: int, high: int) -> int:
    """A whole number from low to high, drawn under a label."""
    return low + draw.one(seed, f"requests/{label}", 0, high - low + 1)


def _ranked(ids: Iterable[str], seed: int, label: str) -> list[str]:
    return sorted(ids, key=lambda s: (draw.one(seed, f"requests/{label}", s, 2**31), s))
