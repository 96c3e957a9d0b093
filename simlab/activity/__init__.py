"""What happens at the company, and its trace: ordinary days, incident steps, the tamper-evident log."""

from __future__ import annotations

from simlab.activity import steps
from simlab.activity.checkpoint import Checkpoint
from simlab.activity.incident import Step, bulk_read, exfiltrate, extortion_mail, place, stolen_vendor_login
from simlab.activity.log import Log, chain, head
from simlab.activity.ordinary import ordinary, queue
from simlab.activity.proof import verify
from simlab.activity.year import truth_folder, write_year

__all__ = [
    "Checkpoint", "Log", "Step", "bulk_read", "chain", "exfiltrate", "extortion_mail", "head", "ordinary", "place", "queue",
    "steps", "stolen_vendor_login", "truth_folder", "verify", "write_year",
]  # fmt: skip
