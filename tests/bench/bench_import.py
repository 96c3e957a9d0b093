"""`import simlab` beside a bare interpreter."""

from __future__ import annotations

import os
import subprocess
import sys


def _cpu(code: str) -> float:
    before = os.times()
    subprocess.run([sys.executable, "-c", code], check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def bench() -> list[tuple[str, float, str]]:
    """CPU seconds that the import adds, and the ratio to starting Python alone (medians of 5)."""
    bare, ours = (sorted(_cpu(code) for _ in range(5))[2] for code in ("pass", "import simlab"))
    return [
        ("import simlab (target < 0.3)", ours - bare, "CPU s"),
        ("python -c 'import simlab' over python -c pass", ours / bare, "ratio"),
    ]
