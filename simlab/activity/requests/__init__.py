"""Labelled requests: at the gate by staff (`access_requests`), at the sharing gateway from outside (`sharing_requests`).

What is true of each follows from the company's own books and from the law, and never from a policy or a
rule of ours, so that these can be scored by it.
"""

from __future__ import annotations

from simlab.activity.requests.access import access_requests
from simlab.activity.requests.sharing import Asked, registry, sharing_requests

__all__ = ["Asked", "access_requests", "registry", "sharing_requests"]
