"""Says what the tests need of the machine and how to get it: `python -m tests.needs`."""

from __future__ import annotations

import shutil
import sys

from simlab import doctor

NEEDS = {"bwrap": "bubblewrap", "chromium": "chromium"}


def faults() -> list[str]:
    """What keeps the tests from running here, each with how to mend it; a box is tried, not only looked for."""
    missing = [package for program, package in NEEDS.items() if not shutil.which(program)]
    if missing:
        return [f"The tests need: {', '.join(missing)}. On Debian: sudo apt install {' '.join(missing)}"]
    box = doctor.bubblewrap()
    return [] if box.state == "ok" else [f"The tests need bubblewrap, but {box.said}. To mend: {box.mend}"]


def main() -> int:
    """0 when all is there; otherwise 1, with a line that mends it."""
    found = faults()
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
