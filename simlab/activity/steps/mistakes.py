"""Mistakes without an intruder: the wrong address, the wrong envelope, a page that shows too much."""

from __future__ import annotations

from simlab import clock
from simlab.activity import portal
from simlab.activity.incident import Fact, Step
from simlab.activity.steps.register import Count, step
from simlab.activity.steps.scene import Row, Scene, purpose, read


@step(None, over=6 * clock.HOUR)
def misdirected_mail(scene: Scene, *, who: str = "", records: Count = 40) -> Step:
    """A letter with a list of members goes to somebody who should not have it.

    Leaves: in `claims-core` the export of the list, in `mail` one letter sent; later the sender's report
    and its receipt by the privacy officer.
    Leaves no trace of: the address it went to, and what was attached: a letter's row holds neither.
    """
    person = scene.staff("sends", who, system="claims-core")
    members = tuple(scene.pick("on the list", scene.insurer.members, records)["member_id"].astype(str))
    first, second = scene.moments("send", 2, 0, scene.over // 2)
    listed = read("claims-core", "claims", members[0], records, "Export") | {"purpose": purpose(person)}
    rows = [scene.desk(person, first) | listed, scene.letter(person, second, "Send")]
    fact = Fact("a list sent to the wrong address", (person.actor,), members, records, device=person.device)
    return scene.made(rows, fact, scene.report(person))


@step(None, over=8 * clock.HOUR)
def misdirected_fax(scene: Scene, *, who: str = "") -> Step:
    """One member's papers are faxed to a number that is one digit off.

    Leaves: in `claims-core` one read of the member; a disclosure told, as the sender noted it; in `mail`
    the letter of the one who got the fax, received by the privacy officer.
    Leaves no trace of: the number, which the note does not hold, and who picked the paper up.
    """
    person = scene.staff("faxes", who, system="claims-core")
    member = str(scene.pick("papers", scene.insurer.members)["member_id"].iloc[0])
    first, second = scene.moments("fax", 2, 0, scene.over // 2)
    why = {"purpose": purpose(person)}
    told = {"class_name": "Disclosure", "activity_name": "Tell", "data_class": "claims"}
    rows = [scene.desk(person, first) | read("claims-core", "claims", member) | why]
    rows.append(scene.desk(person, second) | told | {"member": member, "record_count": 1} | why)
    fact = Fact("faxed to a wrong number", (person.actor,), (member,), 1, site=person.site)
    return scene.made(rows, fact, scene.report(None))


@step(None, over=10 * clock.DAY)
def wrong_envelope(scene: Scene, *, letters: Count = 30, calls: Count = 3) -> Step:
    """Printed letters slip by one: each member gets the next one's.

    Leaves: in `call-notes` a note about each member who calls, under whoever took the call.
    Leaves no trace of: the printing and the post, which have no log here; those who got a wrong letter
    and do not call.
    """
    members = tuple(scene.pick("letters", scene.insurer.members, letters)["member_id"].astype(str))
    able, rows = scene.able("call-notes", ["member_services"]), []
    for n, time in enumerate(scene.moments("call", min(calls, letters), scene.over // 2)):
        person = scene.person(int(scene.pick(f"call {n}", able).index[0]))
        note = read("call-notes", "demographic", members[n], activity="Update")
        rows.append(scene.desk(person, time) | note | {"purpose": purpose(person)})
    printer = scene.insurer.vendors[scene.insurer.vendors["service"].str.contains("print")]
    vendor = str(printer["vendor_id"].iloc[0]) if len(printer) else ""
    return scene.made(rows, Fact("each got the next one's letter", (), members, letters, vendor=vendor))


@step(None, over=12 * clock.HOUR)
def portal_mixup(scene: Scene, *, visits: Count = 15) -> Step:
    """After a change the portal shows members somebody else's record.

    Leaves: in `member-portal` reads whose `actor` and `member` differ, in ordinary sessions.
    Leaves no trace of: the change that caused it, and how much of the page the visitor read.
    """
    adults = scene.insurer.members.query("not is_minor and not is_deceased")
    drawn = scene.pick("visitors", adults, 2 * visits)
    people = drawn["member_id"].astype(str).tolist()
    seen, homes = tuple(people[visits:]), portal.homes(scene.seed, drawn.index.to_numpy())
    rows: list[Row] = []
    for n, time in enumerate(scene.moments("visit", visits)):
        place: Row = {"actor": people[n], "role": "member", "src_ip": homes[n], "time": time}
        own = {"session": scene.session(people[n]), "purpose": "member request"}
        rows.append(place | read("member-portal", "claims", seen[n]) | own)
    return scene.made(rows, Fact("another member's record on the page", tuple(people[:visits]), seen, visits))


@step(None, over=60 * clock.DAY)
def tracking_pixel(scene: Scene, *, visitors: Count = 250) -> Step:
    """A picture of one dot on the portal's pages tells another company who looked at what.

    Leaves: in `member-portal` what a few visitors' browsers report by themselves, since the pages name the
    addresses that they may call; in `mail` the letter of somebody who noticed, received by the privacy officer.
    Leaves no trace of: anything sent: the visitor's own browser sends it, past the company's systems;
    most visits, since few browsers report. The portal's visits are those of ordinary days.
    """
    adults = scene.insurer.members.query("not is_minor and not is_deceased")
    drawn = scene.pick("visitors", adults, visitors)
    members = tuple(drawn["member_id"].astype(str))
    # One browser in four reports, once.
    some = drawn.head(max(1, visitors // 4))
    homes = portal.homes(scene.seed, some.index.to_numpy())
    rows: list[Row] = [
        {"actor": who, "role": "member", "src_ip": home, "time": time} | _REPORT
        for who, home, time in zip(members, homes, scene.moments("report", len(some)), strict=False)
    ]
    return scene.made(rows, Fact("visits told to another company", (), members, visitors), scene.report(None))


# A Content-Security-Policy lets browsers post what a page calls that it may not.
_REPORT: Row = {"class_name": "HTTP Activity", "activity_name": "Post", "system": "member-portal"} | {
    "status_detail": "policy report: pixel.example.net"
}
