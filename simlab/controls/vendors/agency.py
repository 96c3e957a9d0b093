"""Agent or contractor: what moves the breach clock, and what a contract's label does not settle.

45 CFR 164.404(a)(2): a plan knows what its agent knows, by the federal common law of agency. The plan's
right to control the work is the test that HHS has named; where nobody has looked, the earlier clock is taken.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from simlab.controls.vendors.contract import Contract
from simlab.errors import InputError

DAYS = 60
CITE = "45 CFR 164.404(a)(2)"


@dataclasses.dataclass(frozen=True)
class Standing:
    """Whether a vendor is treated as an agent, whether that is settled, and why."""

    is_agent: bool
    is_settled: bool
    reason: str
    cite: str = CITE


@dataclasses.dataclass(frozen=True)
class Clock:
    """The days of one breach at a vendor: when the plan is taken to have known, and what is due by when."""

    known: dt.date
    members_by: dt.date
    vendor_tells_by: dt.date
    contract_tells_by: dt.date
    reason: str
    cite: str = "45 CFR 164.404(a)(2); 45 CFR 164.404(b); 45 CFR 164.410(b)"


def standing(of: Contract) -> Standing:
    """Agent or contractor, by who may direct the work."""
    if of.plan_directs is None:
        return Standing(True, False, "nobody has looked who may direct the work: until then the earlier clock counts")
    doing = "may direct how the work is done" if of.plan_directs else "may not direct how the work is done"
    agrees = of.plan_directs == (of.called == "agent")
    tail = "" if agrees else f", although the contract says {of.called}: ask counsel"
    return Standing(of.plan_directs, agrees, f"the plan {doing}{tail}")


def clock(of: Contract, vendor_knew: dt.date, told: dt.date) -> Clock:
    """The clock of a breach that the vendor knew of on one day and told the plan on another. Raises InputError."""
    if told < vendor_knew:
        raise InputError(f"told on {told}, before the vendor knew of it on {vendor_knew}: the other way round?")
    found = standing(of)
    known = vendor_knew if found.is_agent else told
    return Clock(
        known,
        known + dt.timedelta(days=DAYS),
        vendor_knew + dt.timedelta(days=DAYS),
        vendor_knew + dt.timedelta(days=min(of.tells_within, DAYS)),
        found.reason,
    )
