"""What happens at the company, and its trace: ordinary days, incident steps, the tamper-evident log."""

from __future__ import annotations

from simlab.activity.checkpoint import Checkpoint
from simlab.activity.log import Log, chain, head
from simlab.activity.proof import verify

__all__ = ["Checkpoint", "Log", "chain", "head", "verify"]
