"""Firewalls and transfer gateways: what may reach what, by rules that are data.

`decide` names the rule and the reason, what no rule names is refused; `faults` finds rules that are expired,
shadowed, too wide or a vendor's who has gone; `Gateway.open` and `.close` turn a rule, and the switch
`vendor_link` of `Controls` turns the vendors' links in a scenario.
"""

from __future__ import annotations

from simlab.controls.network.deciding import Decision, Fault, Flow, decide, faults, require, shadows
from simlab.controls.network.linking import stranger_gets_in, under, vendor_gets_in
from simlab.controls.network.rules import Gateway, Rule, gateway, gateways, read_file

__all__ = [
    "Decision",
    "Fault",
    "Flow",
    "Gateway",
    "Rule",
    "decide",
    "faults",
    "gateway",
    "gateways",
    "read_file",
    "require",
    "shadows",
    "stranger_gets_in",
    "under",
    "vendor_gets_in",
]
