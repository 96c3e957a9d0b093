"""Steps of an incident by name: `get("phishing")(insurer, at=..., seed=..., incident=...)`.

A step is a function in one of the modules here, marked with `@step`; the register walks them. What
it gives is placed among ordinary days by `activity.place`, its truth apart.
"""

from __future__ import annotations

from simlab.activity.steps.register import Maker, get, names

__all__ = ["Maker", "get", "names"]
