"""How vendors are linked, as a scenario sets it: the switch `vendor_link`, turned into rules of firewall and gateway."""

from __future__ import annotations

import datetime as dt

from simlab.controls.inforce import Controls
from simlab.controls.network.deciding import Flow, decide
from simlab.controls.network.rules import Gateway, Rule, gateways
from simlab.insurer import pools

PORTAL, EDGE = "vendor-portal", "edge-firewall"
ELSEWHERE = "203.0.113.77"  # a stranger's address


def under(controls: Controls) -> dict[str, Gateway]:
    """Every gateway of the company with the vendors' links as the switch says: open, own address, or closed.

    `own address` leaves open what goes out to a vendor; `closed` shuts that as well.
    """
    return {g.id: g.model_copy(update={"rules": tuple(_linked(r, controls) for r in g.rules)}) for g in gateways()}


def stranger_gets_in(controls: Controls, vendor: str, at: dt.date) -> bool:
    """Whether somebody with a vendor's log-in, at an address that is not the vendor's, reaches the portal."""
    return bool(decide(Flow(vendor, PORTAL, "https", ELSEWHERE), under(controls)[EDGE], at))


def vendor_gets_in(controls: Controls, vendor: str, at: dt.date) -> bool:
    """Whether the vendor itself, at its own address, still reaches the portal: its work for members goes on."""
    return bool(decide(Flow(vendor, PORTAL, "https", _address(vendor)), under(controls)[EDGE], at))


def _linked(rule: Rule, controls: Controls) -> Rule:
    if not rule.vendor or rule.action == "deny":
        return rule
    if controls.vendor_link == "closed":
        return rule.model_copy(update={"is_on": False})
    if rule.source != rule.vendor:
        return rule
    address = "" if controls.vendor_link == "open" else _address(rule.vendor)
    return rule.model_copy(update={"address": address})


def _address(vendor: str) -> str:
    return next((v.egress_ip for v in pools.company().vendors if v.id == vendor), "")
