"""Room 1, who and what exists: people, cover, claims, staff, vendors, devices, systems, sites.

`Insurer.build(seed, members)` gives Larkspur Health Plan as pandas tables; `digest` fingerprints one.
"""

from __future__ import annotations

from simlab.insurer.digest import digest
from simlab.insurer.insurer import NAME, TABLES, Insurer

__all__ = ["NAME", "TABLES", "Insurer", "digest"]
