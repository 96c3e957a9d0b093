"""Who looks from outside what is there, and which door is not locked: nothing but refusals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simlab import clock
from simlab.activity.incident import Fact, Step
from simlab.activity.steps.register import Count, step
from simlab.activity.steps.scene import Row, Scene

_TRIES = 3  # at each system
_ANSWERED = 60  # one call in so many is
Portal = Literal["member-portal", "vendor-portal", "file-exchange"]


@step("T1595", over=8 * clock.MINUTE)
def network_probing(scene: Scene, *, systems: Annotated[int, Field(ge=1, le=10)] = 5) -> Step:
    """From one address somebody knocks at one system after the other, to see which of them answer.

    Leaves: connections that fail at system after system, within minutes, from an unknown address.
    Leaves no trace of: who it is, as nobody logs in; what was learned; a search that takes weeks.
    """
    (source,) = scene.outside()
    facing = scene.insurer.systems.sort_values("is_internet_facing", ascending=False, kind="stable")
    names = facing["system_id"].astype(str).tolist()[:systems]
    failed: Row = {"class_name": "Network Activity", "activity_name": "Open", "status": "Failure", "src_ip": source}
    times = scene.moments("knock", _TRIES * len(names))
    rows = [failed | {"system": names[n // _TRIES], "time": time} for n, time in enumerate(times)]
    return scene.made(rows, Fact("somebody looked which systems answer", src_ip=source))


@step("T1190", over=10 * clock.MINUTE)
def web_probing(scene: Scene, *, system: Portal = "member-portal", calls: Count = 300) -> Step:
    """A program asks a system that faces the internet for page after page, in search of one with a flaw.

    Leaves: in the system named calls from an unknown address, nearly all of them refused.
    Leaves no trace of: what was asked for, as no address of a page is kept; whether an answer held data.
    """
    (source,) = scene.outside()
    asked: Row = {"class_name": "HTTP Activity", "activity_name": "Get", "system": system, "src_ip": source}
    rows = [
        asked | {"time": time, "status": "Success" if n % _ANSWERED == _ANSWERED - 1 else "Failure"}
        for n, time in enumerate(scene.moments("call", calls))
    ]
    return scene.made(rows, Fact("pages tried one after the other", src_ip=source))
