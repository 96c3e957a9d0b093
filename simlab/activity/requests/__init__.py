"""Labelled requests: at the gate by staff (`access_requests`), at the sharing gateway from outside (`sharing_requests`).

What is true of each follows from the company's own books and never from a policy: a policy set can be
scored by them.
"""

from __future__ import annotations

from simlab.activity.requests.access import access_requests

__all__ = ["access_requests"]
