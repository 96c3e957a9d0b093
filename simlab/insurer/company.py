"""Staff, their devices and roles; vendors, systems and sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.people import People
from simlab.insurer.text import Objects, blank_where, category, column, objects

FIRST = 40  # the staff who are there at every size
_KINDS = ("laptop", "phone", "usb drive", "backup drive")


@dataclass(frozen=True, eq=False)
class Crew:
    """Whole numbers behind the staff, one entry a person; `member` is -1 for those not insured here."""

    role: I64
    member: I64
    given: I64
    family: I64
    active: np.ndarray
    staff_id: Objects


def build(people: People) -> Crew:
    """The staff of an insurer of this size: one for every hundred members, at least forty."""
    number = np.arange(max(FIRST, len(people.household) // 100), dtype=np.int64)
    seed, roles = people.seed, pools.roles()
    fixed = np.repeat(np.arange(len(roles)), [r.of_forty for r in roles])
    role = draw.weighted(seed, "role", number, [r.weight for r in roles])
    role[:FIRST] = fixed
    member = _memberships(people, number)
    given, family = _names(people, number, member)
    # The first forty stay, so that each role has someone at every size.
    active = draw.chance(seed, "active", number, 950_000) | (number < FIRST)
    return Crew(role, member, given, family, active, objects([f"S{n + 1:04d}" for n in number]))


def _memberships(people: People, number: I64) -> I64:
    """The subscriber that each member of staff is, -1 for none.

    Each has a household of their own to be found in, by number alone, so that none is taken
    twice and growth moves nobody.
    """
    home = np.where(number < FIRST, number, number * 6 + draw.below(people.seed, "own household", number, 6))
    insured = draw.chance(people.seed, "insured here", number, 550_000) & (home < len(people.first))
    found = people.first[np.minimum(home, len(people.first) - 1)]
    return np.where(insured & (people.died[found] > 10**5), found, -1)


def _names(people: People, number: I64, member: I64) -> tuple[I64, I64]:
    given, family = pools.given_names(), pools.family_names()
    culture = draw.weighted(people.seed, "staff culture", number, [c.weight for c in pools.cultures()])
    which = culture * 2 + draw.below(people.seed, "staff list", number, 2)
    first = given.start[which] + draw.below(people.seed, "staff given", number, given.size[which])
    last = family.start[culture] + draw.below(people.seed, "staff family", number, family.size[culture])
    mine = member >= 0
    return np.where(mine, people.given[member], first), np.where(mine, people.family[member], last)


def site(people: People, crew: Crew) -> I64:
    """Index of each one's site: the one in the member's own State, else remote; others by chance."""
    sites = pools.company().sites
    offices = [i for i, s in enumerate(sites) if s.kind == "office"]
    remote = [s.kind for s in sites].index("remote")
    near = np.array([next((i for i in offices if sites[i].state == s.id), remote) for s in pools.places().states])
    number = np.arange(len(crew.role))
    pick = np.array([*offices, remote])[draw.below(people.seed, "site", number, len(offices) + 1)]
    return np.where(crew.member >= 0, near[people.state[crew.member]], pick)


def staff_table(people: People, crew: Crew) -> pd.DataFrame:
    """One row a person; shift hours are local, a night shift ends at a smaller hour than it starts.

    Role and `is_active` are as the year ends: who left in the course of it is not active. The columns of
    `careers.columns` follow.
    """
    roles, number = pools.roles(), np.arange(len(crew.role))
    size = np.array([len(r.shifts) for r in roles])
    flat = np.array([s for r in roles for s in r.shifts])
    shift = (np.cumsum(size) - size)[crew.role] + draw.below(people.seed, "shift", number, size[crew.role])
    departments = sorted({r.department for r in roles})
    return pd.DataFrame(
        {
            "staff_id": column(crew.staff_id),
            "name_given": column(pools.given_names().words[crew.given]),
            "name_family": column(pools.family_names().words[crew.family]),
            "role": category(crew.role, [r.id for r in roles]),
            "department": category(np.array([departments.index(r.department) for r in roles])[crew.role], departments),
            "shift_start_hour": flat[shift, 0],
            "shift_end_hour": flat[shift, 1],
            "site_id": category(site(people, crew), [s.id for s in pools.company().sites]),
            "member_id": column(blank_where(crew.member < 0, people.member_id[crew.member])),
            "is_active": crew.active,
        }
    )


def devices_table(people: People, crew: Crew) -> pd.DataFrame:
    """One row a device: a laptop each, a phone for some, drives for few; not all are encrypted.

    The first systems administrator's backup drive is never encrypted and the second's always is,
    so a lost drive can be told both ways at every size.
    """
    number, seed = np.arange(len(crew.role)), people.seed
    role_of = {r.id: i for i, r in enumerate(pools.roles())}
    admins = np.flatnonzero(crew.role == role_of["it_admin"])
    has = np.ones((len(number), len(_KINDS)), dtype=bool)
    has[:, 1] = draw.chance(seed, "has phone", number, 350_000)
    has[:, 2] = draw.chance(seed, "has usb", number, np.where(crew.role == role_of["analyst"], 400_000, 60_000))
    has[:, 3] = crew.role == role_of["it_admin"]
    sealed = draw.chance(
        seed, "encrypted", number[:, None] * 4 + np.arange(4), np.array([970_000, 930_000, 550_000, 800_000])
    )
    sealed[admins[0], 3], sealed[admins[1], 3] = False, True
    who, kind = np.nonzero(has)
    ids = objects([f"D{n + 1:04d}-{k + 1}" for n, k in zip(who.tolist(), kind.tolist(), strict=True)])
    return pd.DataFrame(
        {
            "device_id": column(ids),
            "kind": category(kind, _KINDS),
            "staff_id": column(crew.staff_id[who]),
            "is_encrypted": sealed[who, kind],
        }
    )


def roles_table() -> pd.DataFrame:
    """One row a role, with its department and the systems its work needs, joined by `|`."""
    roles = pools.roles()
    return pd.DataFrame(
        {
            "role": [r.id for r in roles],
            "name": [r.name for r in roles],
            "department": [r.department for r in roles],
            "systems": ["|".join(r.systems) for r in roles],
        },
        dtype="str",
    )


def vendors_table() -> pd.DataFrame:
    """One row a vendor; `portal_login` and `portal_system` are "" for those without a log-in."""
    return _rows([{"vendor_id": v.id, **v.model_dump(exclude={"id"})} for v in pools.company().vendors])


def systems_table() -> pd.DataFrame:
    """One row a system, with the data classes that it holds, joined by `|`."""
    return _rows([{"system_id": s.id, **s.model_dump(exclude={"id"})} for s in pools.company().systems])


def sites_table() -> pd.DataFrame:
    """One row a site; the site `remote` stands for homes."""
    return _rows([{"site_id": s.id, **s.model_dump(exclude={"id"})} for s in pools.company().sites])


def _rows(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame([{k: "|".join(v) if isinstance(v, tuple) else v for k, v in row.items()} for row in rows])
