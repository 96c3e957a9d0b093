"""Staff who look at records that their work gives them no reason to open.

No technique: ATT&CK describes intruders, and these accounts do what they may (45 CFR 164.502(b),
minimum necessary, is what they break).
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from simlab import clock
from simlab.activity.incident import Fact, Step
from simlab.activity.steps.register import Count, step
from simlab.activity.steps.scene import Person, Scene, purpose, read
from simlab.errors import InputError

Whom = Callable[[Scene, Person], tuple[pd.DataFrame, str]]
_OPENS = ("demographic", "claims", "sensitive")


@step(None, over=clock.HOUR)
def snooping_vip(scene: Scene, *, who: str = "", times: Count = 6) -> Step:
    """One of the staff opens the record of a well-known member.

    Leaves: in `claims-core` reads of one member, from the usual desk and session, with the usual purpose.
    Leaves no trace of: a case or a call that leads to this member, and the reason: no column holds it.
    """
    return _snoops(scene, _insider(scene, who), _vip, times)


@step(None, over=clock.HOUR)
def snooping_relative(scene: Scene, *, who: str = "", times: Count = 6) -> Step:
    """One of the staff opens the record of somebody in their own household.

    Leaves: in `claims-core` reads of one member, from the usual desk and session, with the usual purpose.
    The household shows only when the staff and member tables are joined.
    Leaves no trace of: the relation; a relative who is not insured here, or lives elsewhere, shows nowhere.
    """
    person = _insider(scene, who, _with_family(scene))
    return _snoops(scene, person, _relative, times)


@step(None, over=clock.HOUR)
def snooping_coworker(scene: Scene, *, who: str = "", times: Count = 6) -> Step:
    """One of the staff opens the record of another, who is a member of the plan too.

    Leaves: in `claims-core` reads of one member, from the usual desk and session, with the usual purpose.
    The staff table tells that the member works here.
    Leaves no trace of: what is between the two, and what was told on afterwards.
    """
    return _snoops(scene, _insider(scene, who), _coworker, times)


@step(None, over=clock.HOUR)
def snooping_neighbor(scene: Scene, *, who: str = "", times: Count = 6) -> Step:
    """One of the staff opens the record of somebody who lives near them.

    Leaves: in `claims-core` reads of one member, from the usual desk and session, with the usual purpose.
    City and ZIP area show the neighborhood when the tables are joined.
    Leaves no trace of: that the two know each other; many members share a city, and most reads of them are work.
    """
    homes = scene.insurer.staff.query("member_id != ''").index
    return _snoops(scene, _insider(scene, who, homes), _neighbor, times)


def _insider(scene: Scene, who: str, fit: pd.Index | None = None) -> Person:
    """The one asked for, or one whose work is in the claims system; of those who `fit`, if any do."""
    if who:
        return scene.staff("insider", who)
    able = scene.able("claims-core")
    fitting = able if fit is None else able[able.index.isin(fit)]
    return scene.person(int(scene.pick("insider", fitting if len(fitting) else able).index[0]))


def _snoops(scene: Scene, person: Person, whom: Whom, times: int) -> Step:
    among, why = whom(scene, person)
    if not len(among):
        raise InputError(f"{scene.name}: {why}: take a larger insurer")
    member = str(scene.pick("whom", among)["member_id"].iloc[0])
    what = [_OPENS[n % len(_OPENS)] for n in range(times)]
    rows = [
        scene.desk(person, time) | read("claims-core", data, member) | {"purpose": purpose(person)}
        for time, data in zip(scene.moments("opens", times), what, strict=True)
    ]
    return scene.made(rows, Fact(why, (person.actor,), (member,), 1, device=person.device, site=person.site))


def _vip(scene: Scene, person: Person) -> tuple[pd.DataFrame, str]:
    members = scene.insurer.members
    known = members[members["is_vip"]]
    return (known, "well known") if len(known) else (_strangers(scene, person), "nobody is well known here: anybody")


def _relative(scene: Scene, person: Person) -> tuple[pd.DataFrame, str]:
    members, own = scene.insurer.members, _own(scene, person)
    others = members[(members["household_id"] == _household(scene, own)) & (members["member_id"] != own)]
    if len(others):
        return others, "in the same household"
    name = str(scene.insurer.staff["name_family"].iloc[person.number])
    namesakes = members[(members["name_family"].astype(str) == name) & (members["member_id"] != own)]
    if len(namesakes):
        return namesakes, "no household of theirs in the tables: the same family name"
    return _strangers(scene, person), "no household and no namesake of theirs in the tables: anybody"


def _coworker(scene: Scene, person: Person) -> tuple[pd.DataFrame, str]:
    staff, members = scene.insurer.staff, scene.insurer.members
    here = set(staff[staff["is_active"] & (staff["staff_id"] != person.actor)]["member_id"]) - {""}
    return members[members["member_id"].isin(here)], "works here too"


def _neighbor(scene: Scene, person: Person) -> tuple[pd.DataFrame, str]:
    homes, members, own = scene.insurer.households, scene.insurer.members, _own(scene, person)
    mine = homes[homes["household_id"] == _household(scene, own)]
    site = scene.insurer.sites.query("site_id == @person.site")["state"].iloc[0]
    if len(mine):
        near = homes[(homes["zip3"].astype(str) == str(mine["zip3"].iloc[0])) & ~homes.index.isin(mine.index)]
        found, why = near, "lives in the same ZIP area"
    else:
        found, why = (
            homes[homes["state"].astype(str) == str(site)],
            "no household of theirs: in the State of their site",
        )
    among = members[members["household_id"].isin(set(found["household_id"]))]
    return (among, why) if len(among) else (_strangers(scene, person), "nobody near them in the tables: anybody")


def _with_family(scene: Scene) -> pd.Index:
    """The staff whose household has somebody else in it."""
    members = scene.insurer.members
    many = members.groupby("household_id")["member_id"].transform("size")
    return scene.insurer.staff.index[scene.insurer.staff["member_id"].isin(members["member_id"][many > 1])]


def _own(scene: Scene, person: Person) -> str:
    return str(scene.insurer.staff["member_id"].iloc[person.number])


def _household(scene: Scene, member: str) -> str:
    found = scene.insurer.members.query("member_id == @member")["household_id"]
    return str(found.iloc[0]) if len(found) else ""


def _strangers(scene: Scene, person: Person) -> pd.DataFrame:
    members = scene.insurer.members
    return members[members["member_id"] != _own(scene, person)]
