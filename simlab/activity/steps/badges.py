"""Badges and log-ins that do not belong together: somebody at a desk who came through no door, or through another."""

from __future__ import annotations

from simlab import clock
from simlab.activity.incident import Fact, Step
from simlab.activity.presence import WEEKDAYS
from simlab.activity.steps.register import Count, step
from simlab.activity.steps.scene import Person, Row, Scene, logon, purpose, read

_DOOR: Row = {"class_name": "Physical Access", "system": "badge-system"}
IN: Row = _DOOR | {"activity_name": "Swipe", "status_detail": "in"}
OUT: Row = _DOOR | {"activity_name": "Swipe", "status_detail": "out"}


@step("T1078", over=2 * clock.HOUR)
def unbadged_login(scene: Scene, *, who: str = "", reads: Count = 8) -> Step:
    """Somebody who walked in behind others sits down at the desk of one who works from home that day, and logs in.

    Leaves: in `identity` a log-in of an absent person's account at their site, on no device of theirs, and
    in `claims-core` reads in that session. No swipe of their badge: that is what is missing.
    Leaves no trace of: who sat there; how the password was come by; the door, which others had opened.
    """
    person = _absent(scene, who)
    first, second, *times = scene.moments("use", reads + 2)
    place = _desk(scene, person, scene.session("unbadged"))
    rows = [place | logon("identity") | {"time": first}]
    rows.append(place | logon("identity", "code accepted", "MFA Challenge") | {"time": second})
    members = tuple(scene.pick("read", scene.insurer.members, reads)["member_id"].astype(str))
    for member, time in zip(members, times, strict=True):
        rows.append(place | read("claims-core", "claims", member) | {"purpose": purpose(person), "time": time})
    fact = Fact("a stranger at an empty desk", (person.actor,), members, reads, site=person.site)
    return scene.made(rows, fact)


@step("T1078", over=2 * clock.HOUR)
def login_elsewhere(scene: Scene, *, who: str = "", reads: Count = 8) -> Step:
    """While one of the staff is inside their site, their account is used at another site.

    Leaves: in `badge-system` their own swipe in; later in `identity` a log-in of the account at the other
    site, and in `claims-core` reads in that session; at the end their swipe out.
    Leaves no trace of: who sat at the other site. No swipe there names the account.
    """
    person = _with_a_door(scene, "is elsewhere", who)
    others = scene.insurer.sites.query("kind == 'office' and site_id != @person.site")
    other = scene.pick("other site", others).iloc[0]
    came, first, *times, went = scene.moments("use", reads + 3)
    door: Row = {"actor": person.actor, "role": person.role, "site": person.site}
    place = _desk(scene, person, scene.session("elsewhere"))
    place |= {"site": str(other["site_id"]), "src_ip": str(other["egress_ip"])}
    rows = [door | IN | {"time": came}, place | logon("identity") | {"time": first}, door | OUT | {"time": went}]
    members = tuple(scene.pick("read", scene.insurer.members, reads)["member_id"].astype(str))
    for member, time in zip(members, times, strict=True):
        rows.append(place | read("claims-core", "claims", member) | {"purpose": purpose(person), "time": time})
    fact = Fact("here by badge, there by log-in", (person.actor,), members, reads, site=str(other["site_id"]))
    return scene.made(rows, fact)


@step(None, over=20 * clock.MINUTE)
def lent_badge(scene: Scene, *, who: str = "") -> Step:
    """A badge is handed back through the door, and a second person comes in with it.

    Leaves: in `badge-system` the same badge in twice within minutes, and nowhere out in between.
    Leaves no trace of: who came in second.
    """
    person = _with_a_door(scene, "lends it", who)
    door: Row = {"actor": person.actor, "role": person.role, "site": person.site}
    rows = [door | IN | {"time": time} for time in scene.moments("in", 2)]
    return scene.made(rows, Fact("one badge, in twice", (person.actor,), site=person.site))


@step("T1078", over=4 * clock.HOUR)
def leavers_badge(scene: Scene, *, who: str = "") -> Step:
    """The badge of somebody who has left still opens the door.

    Leaves: in `badge-system` a swipe in and one out. One who has left the books is chosen; where nobody
    has, one of the active staff.
    Leaves no trace of: the last day, which stands in the staff table alone, and of whose hand holds the badge.
    """
    gone = scene.gone
    gone = gone[gone["site_id"].astype(str) != "remote"]
    left = not who and len(gone) > 0
    person = scene.person(int(scene.pick("gone", gone).index[0])) if left else _with_a_door(scene, "leaver", who)
    door: Row = {"actor": person.actor, "role": person.role, "site": person.site}
    came, went = scene.moments("swipe", 2)
    rows = [door | IN | {"time": came}, door | OUT | {"time": went}]
    says = "has left, and the badge still opens" if left else "nobody has left yet: this one's last day is over"
    return scene.made(rows, Fact(says, (person.actor,), site=person.site))


@step(None, over=15 * clock.MINUTE)
def door_held(scene: Scene, *, who: str = "", times: Count = 3) -> Step:
    """A door is held open, again and again, while people carry things in: anybody may walk along.

    Leaves: in `badge-system` a swipe in, and then that the door stands open, `times` times.
    Leaves no trace of: who walked in.
    """
    person = _with_a_door(scene, "holds it", who)
    first, *held = scene.moments("door", times + 1)
    door: Row = {"actor": person.actor, "role": person.role, "site": person.site}
    rows = [door | IN | {"time": first}]
    stood = _DOOR | {"activity_name": "Hold", "status": "Failure"}
    rows += [door | stood | {"time": time} for time in held]
    return scene.made(rows, Fact("a door that everybody may pass", (person.actor,), site=person.site))


def _desk(scene: Scene, person: Person, session: str) -> Row:
    """A desk at somebody's site, whoever sits there; their own machine is with them."""
    site = scene.insurer.sites.set_index("site_id").loc[person.site]
    where = {"site": person.site, "src_ip": str(site["egress_ip"])}
    return {"actor": person.actor, "role": person.role, "session": session, **where}


def _with_a_door(scene: Scene, what: str, who: str) -> Person:
    """The one asked for, or one of those who come to a site with a door on that day."""
    if who:
        return scene.staff(what, who)
    staff = scene.able("claims-core")
    sites = staff[staff["site_id"].astype(str) != "remote"]
    comes = sites[sites["on_site_days"].astype(str).str.contains(WEEKDAYS[scene.day.weekday()])]
    return scene.person(int(scene.pick(what, comes if len(comes) else sites).index[0]))


def _absent(scene: Scene, who: str) -> Person:
    """The one asked for, or one who has a desk and works from home that day."""
    if who:
        return scene.staff("is away", who)
    staff = scene.able("claims-core")
    sites = staff[staff["site_id"].astype(str) != "remote"]
    stays = sites[~sites["on_site_days"].astype(str).str.contains(WEEKDAYS[scene.day.weekday()])]
    return scene.person(int(scene.pick("is away", stays if len(stays) else sites).index[0]))
