"""What the company's own tables say of a request: what they know, the asker does not get to say.

A request as it arrives says who asks for what and why. Role, kinship, work, death, accepted requests for
another address, and who represents whom come from the company's tables, whatever the request says of them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import Any

import numpy as np
import pandas as pd

from simlab.clock import instant
from simlab.controls.access.request import WORDS, Request
from simlab.errors import InputError
from simlab.insurer import Insurer

_PARENT = "parent"


@dataclasses.dataclass(frozen=True)
class Known:
    """The company's tables, as the insurer has them; what is not given, a request may say itself.

    `staff` (staff_id, role, member_id, is_active), `members` (member_id, is_deceased, death_date), `kin`
    (staff_id, member_id, relation), `work` (staff_id, member_id, relation: claim, call, case, project),
    `representatives` (member_id, represented_by, name, kind, from, is_honored), `own_care` (member_id,
    sensitive, from), `confidential` (member_id, answered, is_granted). Raises InputError for a column missing.
    """

    staff: pd.DataFrame
    members: pd.DataFrame
    kin: pd.DataFrame | None = None
    work: pd.DataFrame | None = None
    representatives: pd.DataFrame | None = None
    own_care: pd.DataFrame | None = None
    confidential: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        for name, wanted in _COLUMNS.items():
            table = getattr(self, name)
            lacking = [] if table is None else [c for c in wanted if c not in table]
            if lacking:
                raise InputError(f"the table {name} lacks {', '.join(lacking)}")

    @classmethod
    def of(cls, insurer: Insurer, work: pd.DataFrame | None = None) -> Known:
        """What an insurer's own tables know."""
        return cls(
            insurer.staff,
            insurer.members,
            insurer.table("relations"),
            work,
            insurer.table("representatives"),
            insurer.table("own_care"),
            insurer.table("confidential_requests"),
        )

    def __contains__(self, member: object) -> bool:
        """Whether the plan knows the member: what a gate takes as `members`."""
        return member in self._ids

    @functools.cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(self.members["member_id"].astype("str"))

    def seen(self, request: Request, at: int, *, by: str = "", care: str = "") -> Request:
        """The request with what the tables know at a time (microseconds UTC).

        `by` is who asks to be told: a member's id, or the name of somebody who is not insured here. `care` is
        the kind of care that it is about, one of `own_care.sensitive`.
        """
        day = np.datetime64(instant(at).replace(tzinfo=None), "s")
        facts: dict[str, Any] = {"role": self._role(request.actor), "kin": self._kin(request.actor, request.member)}
        facts["years_dead"] = self._years_dead(request.member, instant(at).date())
        if self.work is not None:
            facts["relation"] = request.relation if self._works(request) else "none"
        if self.confidential is not None:
            granted = self.confidential[self.confidential["is_granted"] & (self.confidential["answered"] <= day)]
            facts["is_confidential"] = bool((granted["member_id"] == request.member).any())
        if self.own_care is not None:
            own = self.own_care[(self.own_care["member_id"] == request.member) & (self.own_care["from"] <= day)]
            facts["is_minor_private"] = bool((own["sensitive"].astype("str") == care).any())
        if by and self.representatives is not None:
            facts |= self._asker(request.member, by, day)
        return dataclasses.replace(request, **facts)

    def fill(self, requests: pd.DataFrame) -> pd.DataFrame:
        """A table of requests with `role` and `kin` as the company knows them: `seen` for millions.

        Who does not work here now has no role, which the twin refuses as unknown.
        """
        staff = pd.Index(self.staff["staff_id"].astype("str"))
        actor, member = _places(requests["actor"], staff), _places(requests["member"], self._member_index)
        active = self.staff["is_active"].to_numpy(dtype=bool)
        roles = self.staff["role"].astype(pd.CategoricalDtype(list(WORDS["role"]))).cat.codes.to_numpy()
        role = np.where((actor >= 0) & active[actor], roles[actor], -1)
        return requests.assign(
            role=pd.Categorical.from_codes(role, pd.Index(WORDS["role"])),
            kin=pd.Categorical.from_codes(self.kin_codes(actor, member), pd.Index(WORDS["kin"])),
        )

    def kin_codes(self, actor: np.ndarray, member: np.ndarray) -> np.ndarray:
        """What each member is to the actor, as codes of `WORDS["kin"]`; both are rows of their tables, -1 for none."""
        kinds = {word: i for i, word in enumerate(WORDS["kin"])}
        own, works_here = self._insured_staff
        kin = np.where(works_here[member], kinds["co-worker"], kinds["none"])
        key, relation = self._pairs
        if len(key):
            asked = actor * len(self._member_index) + member
            at = np.minimum(np.searchsorted(key, asked), len(key) - 1)
            kin = np.where((actor >= 0) & (member >= 0) & (key[at] == asked), relation[at], kin)
        is_self = (actor >= 0) & (member >= 0) & (own[actor] == member)
        return np.where(is_self, kinds["self"], kin).astype(np.int8)

    @functools.cached_property
    def _insured_staff(self) -> tuple[np.ndarray, np.ndarray]:
        """The member that each of the staff is (-1: none), and of each member whether they work here."""
        own = _places(self.staff["member_id"], self._member_index)
        works_here = np.zeros(len(self._member_index) + 1, dtype=bool)  # the last place is for no member
        works_here[own[own >= 0]] = True
        return own, works_here

    @functools.cached_property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Each pair of staff and member of `kin` as one number, in order, and what they are to each other."""
        if self.kin is None or not len(self.kin):
            return np.empty(0, np.int64), np.empty(0, np.int8)
        staff = pd.Index(self.staff["staff_id"].astype("str"))
        member = _places(self.kin["member_id"], self._member_index)
        key = _places(self.kin["staff_id"], staff) * len(self._member_index) + member
        # Of one pair the first row counts, as in `seen`.
        key, first = np.unique(key, return_index=True)
        kinds = {word: i for i, word in enumerate(WORDS["kin"])}
        return key, self.kin["relation"].astype("str").map(kinds).to_numpy()[first]

    @functools.cached_property
    def _member_index(self) -> pd.Index:
        return pd.Index(self.members["member_id"].astype("str"))

    def _role(self, actor: str) -> str:
        """The role of somebody who works here now, "" for anybody else: which every gate refuses."""
        found = self.staff.loc[(self.staff["staff_id"] == actor) & self.staff["is_active"], "role"]
        return str(found.iloc[0]) if len(found) else ""

    def _kin(self, actor: str, member: str) -> str:
        if not member:
            return "none"
        there = self.staff[self.staff["member_id"] == member]
        if (there["staff_id"] == actor).any():
            return "self"
        if self.kin is not None:
            found = self.kin[(self.kin["staff_id"] == actor) & (self.kin["member_id"] == member)]
            if len(found):
                return str(found["relation"].iloc[0])
        return "co-worker" if len(there) else "none"

    def _works(self, request: Request) -> bool:
        assert self.work is not None
        pair = (self.work["staff_id"] == request.actor) & (self.work["member_id"] == request.member)
        return bool((self.work.loc[pair, "relation"].astype("str") == request.relation).any())

    def _years_dead(self, member: str, today: dt.date) -> int:
        """Whole years since death, -1 for the living and for who is not known."""
        found = self.members.loc[(self.members["member_id"] == member) & self.members["is_deceased"], "death_date"]
        if not len(found) or pd.isna(found.iloc[0]):
            return -1
        died = found.iloc[0]
        return max(-1, today.year - died.year - ((today.month, today.day) < (died.month, died.day)))

    def _asker(self, member: str, by: str, day: np.datetime64) -> dict[str, Any]:
        """What the register of representatives makes of who asks; nobody's word is taken for it."""
        assert self.representatives is not None
        if by == member:
            return {"asker": "member"}
        of = self.representatives[self.representatives["member_id"] == member]
        found = of[((of["represented_by"] == by) | (of["name"] == by)) & (of["from"] <= day)]
        if not len(found):
            return {"is_in_scope": False}
        kind, honored = str(found["kind"].iloc[0]), bool(found["is_honored"].all())
        asker = _PARENT if kind == _PARENT else "representative"
        return {"asker": asker, "is_in_scope": True, "is_endangered": not honored}


def _places(values: pd.Series, index: pd.Index) -> np.ndarray:
    """Where each value stands in an index, -1 where it does not; each distinct value is looked up once."""
    values = values.astype("category")
    found = index.get_indexer(pd.Index(values.cat.categories.astype("str")))
    return np.append(found, -1)[values.cat.codes.to_numpy()].astype(np.int64)


_COLUMNS = {
    "staff": ("staff_id", "role", "member_id", "is_active"),
    "members": ("member_id", "is_deceased", "death_date"),
    "kin": ("staff_id", "member_id", "relation"),
    "work": ("staff_id", "member_id", "relation"),
    "representatives": ("member_id", "represented_by", "name", "kind", "from", "is_honored"),
    "own_care": ("member_id", "sensitive", "from"),
    "confidential": ("member_id", "answered", "is_granted"),
}
