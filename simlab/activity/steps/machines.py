"""Machines: files encrypted, backups and logs deleted, a drive lost, a copier thrown away."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simlab import clock
from simlab.activity.incident import Fact, Step
from simlab.activity.steps.register import Count, step
from simlab.activity.steps.scene import Row, Scene

Device = Literal["laptop", "phone", "usb drive", "backup drive"]
Few = Annotated[int, Field(ge=1, le=200)]


@step("T1486", over=90 * clock.MINUTE)
def ransomware(scene: Scene, *, who: str = "", files: Count = 120) -> Step:
    """An administrator's account, in other hands, encrypts what the systems hold.

    Leaves: in `claims-core`, `data-warehouse` and `mail` one row for each file encrypted, one after
    the other, under the account from an unknown address; last, a letter received by the privacy officer.
    Leaves no trace of: whether data were copied before; a file that is encrypted was not thereby read.
    """
    person = scene.staff("account", who, roles=["it_admin"])
    (source,), session = scene.outside(), scene.session("encrypts")
    systems = ("claims-core", "data-warehouse", "mail")
    times = scene.moments("encrypt", files, 0, scene.over // 2)
    rows = [
        scene.elsewhere(person, t, source, session) | _file("Encrypt", systems[min(2, 3 * n // files)], "claims", 40)
        for n, t in enumerate(times)
    ]
    fact = Fact("files encrypted for money", (person.actor,), records=scene.insurer.size, src_ip=source)
    return scene.made(rows, fact, scene.report(None))


@step("T1490", over=clock.HOUR)
def backup_deletion(scene: Scene, *, who: str = "", backups: Few = 14) -> Step:
    """The backups are deleted, mostly before something else happens.

    Leaves: in `backup-store` one file deleted for each backup, the latest nights' among them, under an
    administrator's account, from an unknown address.
    Leaves no trace of: the copies that are kept offline, if there are any: the store does not know them.
    """
    person = scene.staff("account", who, roles=["it_admin"])
    (source,), session = scene.outside(), scene.session("deletes")
    rows = [
        scene.elsewhere(person, t, source, session) | _file("Delete", "backup-store", "demographic", scene.insurer.size)
        for t in scene.moments("delete", backups)
    ]
    return scene.made(rows, Fact("nothing to restore from", (person.actor,), src_ip=source))


@step("T1070", over=30 * clock.MINUTE)
def log_tampering(scene: Scene, *, who: str = "", files: Few = 3) -> Step:
    """One with the rights deletes a system's own log files, to hide what was done before.

    Leaves: in `identity` a few files deleted by an administrator, from the usual desk.
    Leaves no trace of: what stood in the files. The one log of the company is elsewhere, and keeps its
    rows: who takes rows out of it breaks its chain, which `activity.verify` shows.
    """
    person = scene.staff("hides", who, roles=["it_admin"])
    rows = [scene.desk(person, t) | _file("Delete", "identity", "none", 0) for t in scene.moments("delete", files)]
    return scene.made(rows, Fact("log files deleted", (person.actor,), device=person.device, site=person.site))


@step(None, over=2 * clock.DAY)
def lost_device(
    scene: Scene, *, kind: Device = "backup drive", who: str = "", encrypted: Literal["any", "yes", "no"] = "any"
) -> Step:
    """A laptop, a phone or a drive is left somewhere, or taken.

    Leaves: in `mail` the report alone, sent by the one who had the device and received by the privacy officer.
    Leaves no trace of: the loss, what is on the device, whether anybody has looked. Whether it is
    encrypted stands in the devices table.
    """
    devices = scene.insurer.devices
    fits = devices[devices["kind"] == kind]
    if encrypted != "any":
        fits = fits[fits["is_encrypted"] == (encrypted == "yes")]
    owners = scene.insurer.staff.query("is_active")["staff_id"]
    held = fits[fits["staff_id"].isin([who] if who else owners)]
    row = scene.pick(f"{kind} of the active staff, encrypted: {encrypted}", held).iloc[0]
    person = scene.staff("owner", str(row["staff_id"]))
    sealed = "encrypted" if row["is_encrypted"] else "not encrypted"
    fact = Fact(f"{kind} lost, {sealed}", (person.actor,), device=str(row["device_id"]), site=person.site)
    return scene.made([], fact, scene.report(person))


@step(None, over=20 * clock.DAY)
def improper_disposal(scene: Scene, *, what: Literal["drives", "paper"] = "drives", records: Count = 900) -> Step:
    """Drives or paper go out with the rubbish, whole, and somebody finds them.

    Leaves: in `mail` the finder's letter alone, received by the privacy officer.
    Leaves no trace of: the disposal, and whose records were on what was found, until somebody looks.
    """
    where = scene.pick("site", scene.insurer.sites.query("kind != 'remote'")).iloc[0]
    shredder = scene.insurer.vendors[scene.insurer.vendors["service"].str.contains("disposal")]
    vendor = str(shredder["vendor_id"].iloc[0]) if len(shredder) else ""
    members = tuple(scene.pick("on it", scene.insurer.members, records)["member_id"].astype(str))
    fact = Fact(f"{what} put out whole", (), members, records, site=str(where["site_id"]), vendor=vendor)
    return scene.made([], fact, scene.report(None))


def _file(verb: str, system: str, data: str, records: int) -> Row:
    done = {"class_name": "File Activity", "activity_name": verb, "system": system}
    return done | {"data_class": data, "record_count": records}
