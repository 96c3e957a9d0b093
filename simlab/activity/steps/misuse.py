"""Accounts that should not work any more, are used by two, or may do more than they should."""

from __future__ import annotations

import pandas as pd

from simlab import clock
from simlab.activity.incident import Fact, Step
from simlab.activity.steps.register import Count, step
from simlab.activity.steps.scene import Person, Row, Scene, logon, purpose, read


@step("T1078", over=2 * clock.HOUR)
def dormant_account(scene: Scene, *, reads: Count = 4) -> Step:
    """An account that nobody has used for long is used: of somebody who has left, else of a member who has died.

    Leaves: for staff in `identity` a log-in from an unknown address and no device, and in `claims-core`
    reads; for a member in `member-portal` a log-in, and reads of that member's own record.
    Leaves no trace of: that the account's owner is gone; no earlier log-in of the account is there to compare.
    """
    gone = scene.gone
    (source,), session = scene.outside(), scene.session("dormant")
    first, *times = scene.moments("use", reads + 1)
    if len(gone):
        person = scene.person(int(scene.pick("gone", gone).index[0]))
        members = _members(scene, reads)
        rows = [scene.elsewhere(person, first, source, session) | logon("identity")]
        rows += [
            scene.elsewhere(person, t, source, session) | read("claims-core", "claims", m)
            for m, t in zip(members, times, strict=True)
        ]
        return scene.made(rows, Fact("the account of one who has left", (person.actor,), members, reads, src_ip=source))
    deceased = scene.insurer.members.query("is_deceased")
    before = deceased[deceased["death_date"] < pd.Timestamp(scene.day) - pd.Timedelta(days=1)]
    # Early in the year of a small insurer nobody has died: then whoever will.
    dead = scene.pick("deceased members", before if len(before) else deceased)["member_id"].iloc[0]
    place: Row = {"actor": str(dead), "role": "member", "src_ip": source, "session": session}
    rows = [place | logon("member-portal") | {"time": first}]
    own = {"purpose": "member request"}
    rows += [place | read("member-portal", "claims", str(dead)) | own | {"time": t} for t in times]
    return scene.made(rows, Fact("the account of a member who has died", (str(dead),), (str(dead),), 1, src_ip=source))


@step("T1078", over=5 * clock.DAY)
def leavers_access(scene: Scene, *, who: str = "", reads: Count = 12) -> Step:
    """Somebody who has left still gets in from home: the account was never disabled.

    Leaves: in `identity` a log-in from home with its second factor, in `claims-core` reads in that
    session. One who has left the books is chosen; where nobody has, one of the active staff.
    Leaves no trace of: the last day of work (it stands in the staff table alone), and no
    `Account Change` that disables the account: it is missing, which is the finding.
    """
    gone = scene.gone
    left = not who and len(gone) > 0
    person = scene.person(int(scene.pick("gone", gone).index[0])) if left else scene.staff("leaver", who)
    session, home = scene.session("leaver"), scene.insurer.sites.query("kind == 'remote'").iloc[0]
    first, second, *times = scene.moments("use", reads + 2)
    place = {"site": str(home["site_id"]), "device": person.device}
    members = _members(scene, reads)
    done = [logon("identity"), logon("identity", "code accepted", "MFA Challenge")]
    done += [read("claims-core", "demographic", m) | {"purpose": purpose(person)} for m in members]
    rows = [
        scene.elsewhere(person, t, str(home["egress_ip"]), session) | place | what
        for t, what in zip([first, second, *times], done, strict=True)
    ]
    says = "has left, and the account still works" if left else "nobody has left yet: this one's last day is over"
    return scene.made(rows, Fact(says, (person.actor,), members, reads, device=person.device, site="remote"))


@step(None, over=3 * clock.HOUR)
def shared_login(scene: Scene, *, who: str = "", reads: Count = 16) -> Step:
    """Two of the staff work under one account, each at their own desk, at the same time.

    Leaves: in `identity` a second log-in of the account on another device, and in `claims-core` reads
    under the one account that alternate between two devices and sessions.
    Leaves no trace of: who the second person is: every row names the account's owner. The device does.
    """
    owner = scene.staff("owner", who, system="claims-core")
    others = scene.able("claims-core").query("staff_id != @owner.actor")
    guest = scene.person(int(scene.pick("guest", others).index[0]))
    first, second, *times = scene.moments("use", reads + 2)
    second_desk = {name: scene.desk(guest, first)[name] for name in ("device", "site", "src_ip")}
    second_desk["session"] = scene.session("guest")
    rows = [scene.desk(owner, first) | second_desk | logon("identity")]
    rows.append(scene.desk(owner, second) | second_desk | logon("identity", "code accepted", "MFA Challenge"))
    members = _members(scene, reads)
    for n, (member, time) in enumerate(zip(members, times, strict=True)):
        desk = scene.desk(owner, time) | (second_desk if n % 2 else {})
        rows.append(desk | read("claims-core", "claims", member) | {"purpose": purpose(owner)})
    fact = Fact("one account, two people", (owner.actor, guest.actor), members, reads, device=guest.device)
    return scene.made(rows, fact)


@step("T1098", over=8 * clock.HOUR)
def privilege_escalation(scene: Scene, *, who: str = "", reads: Count = 10) -> Step:
    """An ordinary account is given rights that its work does not need, and uses them.

    Leaves: in `identity` one right granted, by the account itself; in `data-warehouse` reads by a role
    whose work never leads there.
    Leaves no trace of: a request or an approval for the right; the flaw that let the account grant it.
    """
    person = _without(scene, who, "data-warehouse")
    first, *times = scene.moments("use", reads + 1)
    grant: Row = {"class_name": "Account Change", "activity_name": "Grant", "system": "identity"}
    rows = [scene.desk(person, first) | grant]
    counts = scene.below("found", reads, 40)
    found = [read("data-warehouse", "financial", "", 20 + n) | {"purpose": purpose(person)} for n in counts]
    rows += [scene.desk(person, t) | what | {"technique": "T1213"} for t, what in zip(times, found, strict=True)]
    many = sum(row["record_count"] for row in found)
    return scene.made(rows, Fact("a right that nobody approved", (person.actor,), records=many, device=person.device))


def _without(scene: Scene, who: str, system: str) -> Person:
    """The one asked for, or one whose work does not need a system."""
    if who:
        return scene.staff("escalates", who)
    everybody = scene.able()
    without = everybody[~everybody.index.isin(scene.able(system).index)]
    return scene.person(int(scene.pick("escalates", without).index[0]))


def _members(scene: Scene, many: int) -> tuple[str, ...]:
    return tuple(scene.pick("read", scene.insurer.members, many)["member_id"].astype(str))
