"""Says what the tests need of the machine and how to get it: `python -m tests.needs`."""

from __future__ import annotations

import shutil
import sys

NEEDS = {"bwrap": "bubblewrap", "chromium": "chromium"}


def main() -> int:
    """0 when all is there; otherwise 1, with the one line that mends it."""
    missing = [package for program, package in NEEDS.items() if not shutil.which(program)]
    if missing:
        print(f"The tests need: {', '.join(missing)}. On Debian or Ubuntu: sudo apt install {' '.join(missing)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
