"""Steps at a vendor's log-in: the plain ones of `activity.incident` by name, and what is made of them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import pandas as pd
from pydantic import Field

from simlab import clock
from simlab.activity import incident
from simlab.activity.incident import UNFAMILIAR, Fact, Step
from simlab.activity.steps.register import Count, step
from simlab.activity.steps.scene import Row, Scene, shares

Percent = Annotated[int, Field(ge=1, le=100)]


@step("T1078", over=clock.MINUTE)
def stolen_login(scene: Scene, *, vendor: str = "") -> Step:
    """A vendor's log-in used by somebody else: the right password, and nothing more asked.

    Leaves: in `vendor-portal` one log-in with the right password, from an unknown address.
    Leaves no trace of: how the password was come by; no try fails.
    """
    who = _vendor(scene, vendor)
    made = incident.stolen_vendor_login(scene.insurer, who, at=_at(scene), seed=scene.seed, incident=scene.incident)
    return made._replace(fact=Fact("somebody else's log-in", vendor=who, src_ip=UNFAMILIAR))


@step("T1213", over=4 * clock.HOUR)
def bulk_read(scene: Scene, *, vendor: str = "", records: Count = 300) -> Step:
    """One account opens members' records, one after the other.

    Leaves: in `vendor-portal` one read for each member, in one session, from an unknown address.
    Leaves no trace of: whether what was read was also kept.
    """
    return _reading(scene, _vendor(scene, vendor), records, scene.at, scene.over)


@step("T1567", over=clock.MINUTE)
def exfiltration(scene: Scene, *, vendor: str = "", records: Count = 300) -> Step:
    """What was read is taken along in one export.

    Leaves: in `vendor-portal` one export that says how many records it holds.
    Leaves no trace of: whose records they are, and where the file went.
    """
    return _taking(scene, _vendor(scene, vendor), records, scene.at, scene.at)


@step("T1657", over=clock.MINUTE)
def extortion(scene: Scene, *, role: str = "privacy_officer") -> Step:
    """A letter that asks for money.

    Leaves: in `mail` one more letter received by one of the staff.
    Leaves no trace of: what stands in it, and who wrote it.
    """
    made = incident.extortion_mail(
        scene.insurer, at=_at(scene), seed=scene.seed, incident=scene.incident, role=role
    )  # fmt: skip
    return made._replace(fact=Fact("money is asked for", (str(made.events["actor"].iloc[0]),)))


@step("T1199", over=8 * clock.HOUR)
def vendor_account_abuse(scene: Scene, *, vendor: str = "", records: Count = 400, taken_percent: Percent = 100) -> Step:
    """A trusted vendor's log-in is used from outside: log-in, one record after the other, and an export.

    Leaves: in `vendor-portal` a log-in with the right password, one read for each member, and one
    export, in one session, from an unknown address.
    Leaves no trace of: a failed try; anything at the vendor's own computers, which have no log here.
    """
    who, tenth = _vendor(scene, vendor), scene.over // 10
    first = incident.stolen_vendor_login(scene.insurer, who, at=_at(scene), seed=scene.seed, incident=scene.incident)
    reading = _reading(scene, who, records, scene.at + tenth, 8 * tenth)
    taken = max(1, records * taken_percent // 100)
    last = _taking(scene, who, taken, scene.at + 9 * tenth, scene.at)
    fact = Fact("a trusted log-in, misused", members=_members(reading), records=taken, vendor=who, src_ip=UNFAMILIAR)
    return _joined(scene, [first, reading, last], fact)


@step("T1190", over=6 * clock.HOUR)
def file_transfer_zero_day(scene: Scene, *, files: Count = 8, records: Count = 900) -> Step:
    """A flaw in the file exchange, known to nobody yet, lets anybody fetch what lies there.

    Leaves: in `file-exchange` one call from an unknown address, and then files read by the exchange's
    own service account from that address, with how many records each holds.
    Leaves no trace of: a log-in, since none is asked for; whose records the files hold.
    """
    scene.at_most(records, files)
    (source,) = scene.outside()
    place: Row = {"actor": "svc-transfers", "role": "service_account", "src_ip": source, "system": "file-exchange"}
    first, *times = scene.moments("fetch", files + 1)
    rows = [place | {"time": first, "class_name": "API Activity", "activity_name": "Create"}]
    fetched = {"class_name": "File Activity", "activity_name": "Read", "data_class": "claims"}
    rows += [
        place | fetched | {"time": t, "record_count": n} for t, n in zip(times, shares(records, files), strict=True)
    ]
    served = scene.insurer.vendors.query("has_contract and portal_login != ''")
    whose = str(scene.pick("whose files", served)["vendor_id"].iloc[0])
    return scene.made(rows, Fact("a flaw that nobody knew", records=records, vendor=whose, src_ip=source))


def _vendor(scene: Scene, vendor: str) -> str:
    """The one asked for, or one of those whose password alone logs in."""
    open_ = scene.insurer.vendors.query("portal_login != '' and not has_mfa")
    return vendor or str(scene.pick("vendor without a second factor", open_)["vendor_id"].iloc[0])


def _reading(scene: Scene, who: str, records: int, begin: int, length: int) -> Step:
    members = scene.pick("read", scene.insurer.members, records)["member_id"].astype(str).tolist()
    made = incident.bulk_read(
        scene.insurer, who, members, at=clock.instant(begin), over=dt.timedelta(microseconds=length),
        seed=scene.seed, incident=scene.incident, session_from=_at(scene),
    )  # fmt: skip
    return made._replace(fact=Fact("read one by one", (), tuple(members), records, vendor=who, src_ip=UNFAMILIAR))


def _taking(scene: Scene, who: str, records: int, begin: int, session_from: int) -> Step:
    made = incident.exfiltrate(
        scene.insurer, who, records, at=clock.instant(begin), seed=scene.seed, incident=scene.incident,
        session_from=clock.instant(session_from),
    )  # fmt: skip
    return made._replace(fact=Fact("taken along", records=records, vendor=who, src_ip=UNFAMILIAR))


def _joined(scene: Scene, parts: list[Step], fact: Fact) -> Step:
    """Steps that follow each other, as one of this scene's name; rows after the log-in keep their technique."""
    table, truth = incident.place(parts[0].events, parts[1:])
    first = parts[0].truth.assign(technique=scene.technique)
    whole = pd.concat([first, truth], ignore_index=True).assign(step=scene.name)
    return Step(table, whole.sort_values("event", kind="stable", ignore_index=True), fact)


def _members(reading: Step) -> tuple[str, ...]:
    return reading.fact.members if reading.fact else ()


def _at(scene: Scene) -> dt.datetime:
    return clock.instant(scene.at)
