"""Doors and cabinets: what a badge reader sees, and what nothing sees."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simlab import clock
from simlab.activity.incident import Fact, Step
from simlab.activity.presence import WEEKDAYS
from simlab.activity.steps.register import Count, step
from simlab.activity.steps.scene import Person, Scene
from simlab.errors import InputError


@step(None, over=3 * clock.HOUR)
def tailgating(scene: Scene, *, who: str = "") -> Step:
    """Somebody walks in behind one of the staff, who holds the door.

    Leaves: in `badge-system` the swipe of the one who held the door; in `mail` a colleague's report,
    if another works at that site.
    Leaves no trace of: the one who walked in: a door counts badges, not people.
    """
    person = _on_site(scene, "holds the door", who)
    (time,) = scene.moments("in", 1, 0, scene.over // 2)
    swipe = {"class_name": "Physical Access", "activity_name": "Swipe", "system": "badge-system", "status_detail": "in"}
    # A door knows neither a session nor a device.
    rows = [{"actor": person.actor, "role": person.role, "site": person.site, "time": time} | swipe]
    fact = Fact("one badge, two people", (person.actor,), site=person.site)
    return scene.made(rows, fact, _colleague(scene, person))


@step(None, over=3 * clock.DAY)
def unlocked_cabinet(scene: Scene, *, who: str = "", records: Count = 60) -> Step:
    """A cabinet with members' papers stands open over night.

    Leaves: in `mail` the report of a colleague who finds it, if another works at that site.
    Leaves no trace of: the cabinet, who passed it, and whether a paper was read or is missing.
    """
    person = _on_site(scene, "leaves it open", who)
    members = tuple(scene.pick("in it", scene.insurer.members, records)["member_id"].astype(str))
    fact = Fact("a cabinet left open", (person.actor,), members, records, site=person.site)
    return scene.made([], fact, _colleague(scene, person))


@step(None, over=20 * clock.MINUTE)
def lost_badge(scene: Scene, *, who: str = "", tries: Annotated[int, Field(ge=1, le=200)] = 9) -> Step:
    """A badge that its owner has lost is tried at the doors of the data center, which it does not open.

    Leaves: in `badge-system` one refusal after the other, under the owner's name, at the data center.
    Leaves no trace of: who holds the badge; when it was lost, and whether it opened a door elsewhere.
    """
    person = scene.staff("loses it", who)
    where = str(scene.insurer.sites.query("kind == 'data center'")["site_id"].iloc[0])
    refused = {
        "class_name": "Physical Access",
        "activity_name": "Refuse",
        "status": "Failure",
        "system": "badge-system",
    }
    place = {"actor": person.actor, "role": person.role, "site": where} | refused
    rows = [place | {"time": time} for time in scene.moments("tries", tries)]
    return scene.made(rows, Fact("a badge in other hands", (person.actor,), site=where))


def _on_site(scene: Scene, what: str, who: str) -> Person:
    """The one asked for, or one of those who work at a site with a door."""
    if not who:
        staff = scene.able()
        comes = staff["on_site_days"].str.contains(WEEKDAYS[scene.day.weekday()])
        # On a weekend nobody's pattern has a day: then anybody may come, who has a site.
        fits = staff[comes] if comes.any() else staff[staff["site_id"] != "remote"]
        return scene.person(int(scene.pick(what, fits).index[0]))
    person = scene.staff(what, who)
    if person.site == "remote":
        raise InputError(f"{scene.name}: who: {who} works from home, where the company has no door: name another")
    return person


def _colleague(scene: Scene, person: Person) -> list[dict[str, object]]:
    """The report of another who works at that site, if there is one."""
    staff = scene.able()
    others = staff[(staff["site_id"] == person.site) & (staff["staff_id"] != person.actor)]
    return scene.report(scene.person(int(scene.pick("reports", others).index[0]))) if len(others) else []
