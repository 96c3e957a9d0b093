"""`import simlab` beside a bare interpreter."""

from __future__ import annotations

import resource
import subprocess
import sys


def _cpu(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def bench() -> list[tuple[str, float, str]]:
    """CPU seconds that the import adds, and the ratio to starting Python alone (medians of 5)."""
    bare, ours = (sorted(_cpu(code) for _ in range(5))[2] for code in ("pass", "import simlab"))
    return [
        ("import simlab (target < 0.3)", ours - bare, "CPU s"),
        ("python -c 'import simlab' over python -c pass", ours / bare, "ratio"),
    ]
