"""How data leave in quantity: at once, a little every day, as a whole database."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simlab import clock, draw
from simlab.activity.incident import Fact, Step
from simlab.activity.steps.register import Count, step
from simlab.activity.steps.scene import Person, Row, Scene, purpose, read, shares

Few = Annotated[int, Field(ge=1, le=50)]


@step("T1213", over=clock.HOUR)
def bulk_export(scene: Scene, *, who: str = "", records: Count = 800, files: Few = 3) -> Step:
    """One of the staff exports far more members' records than a report needs.

    Leaves: in `data-warehouse` a few exports that say how many records each holds, from the usual desk.
    Leaves no trace of: whose records they are, and what became of the files.
    """
    scene.at_most(records, files)
    person = scene.staff("exports", who, system="data-warehouse")
    rows = [
        scene.desk(person, t) | read("data-warehouse", "claims", "", n, "Export") | {"purpose": purpose(person)}
        for n, t in zip(shares(records, files), scene.moments("export", files), strict=True)
    ]
    return scene.made(rows, Fact("more than the work needs", (person.actor,), records=records, device=person.device))


@step("T1048", over=21 * clock.DAY)
def slow_exfiltration(scene: Scene, *, who: str = "", daily: Count = 120, pieces: Few = 4) -> Step:
    """A little every day, under what any rule about an hour would notice, for weeks.

    Leaves: in `data-warehouse` a few small exports on each weekday that never add up to more than
    `daily` in a day counted from `at`, and after each day's last a connection opened from the same device.
    Leaves no trace of: the sum, which no single day shows; what went over the connection.
    """
    scene.at_most(daily, pieces)
    person = scene.staff("takes", who, system="data-warehouse")
    length = min(scene.over, 8 * clock.HOUR)
    rows: list[Row] = []
    for day in _workdays(scene, person):
        *times, last = scene.moments(f"day {day}", pieces + 1, day * clock.DAY, length)
        less = draw.one(scene.seed, scene.label("less"), day, max(1, daily // 5))
        for n, time in zip(shares(max(pieces, daily - less), pieces), times, strict=True):
            export = read("data-warehouse", "claims", "", n, "Export") | {"purpose": purpose(person)}
            rows.append(scene.desk(person, time) | export | {"technique": "T1213"})
        rows.append(scene.desk(person, last) | {"class_name": "Network Activity", "activity_name": "Open"})
    taken = sum(row.get("record_count", 0) for row in rows)
    return scene.made(rows, Fact("a little every day", (person.actor,), records=taken, device=person.device))


@step("T1005", over=2 * clock.HOUR)
def database_dump(scene: Scene, *, who: str = "", parts: Few = 6) -> Step:
    """The whole claims database is written into files by an administrator's account, and they are fetched.

    Leaves: in `claims-core` a few files created and then read, which together hold every member.
    Leaves no trace of: a single record read: rules about reads see nothing. Where the files went.
    """
    person = scene.staff("dumps", who, roles=["it_admin"])
    held = shares(scene.insurer.size, parts)
    rows: list[Row] = []
    for verb, begin in (("Create", 0), ("Read", scene.over // 2)):
        file = {"class_name": "File Activity", "activity_name": verb, "system": "claims-core", "data_class": "claims"}
        times = scene.moments(verb, len(held), begin, scene.over // 2)
        rows += [scene.desk(person, t) | file | {"record_count": n} for n, t in zip(held, times, strict=True)]
    says = "the whole database, as files"
    return scene.made(rows, Fact(says, (person.actor,), records=scene.insurer.size, device=person.device))


def _workdays(scene: Scene, person: Person) -> list[int]:
    """Which days of the time are no weekend; all of them where there is nothing else."""
    days = range(max(1, scene.over // clock.DAY))
    dates = [clock.local_date(clock.instant(scene.at + day * clock.DAY), person.zone) for day in days]
    return [day for day, date in zip(days, dates, strict=True) if date.weekday() < 5] or list(days)
