"""`make bench`: every bench_*.py beside this file, ratios beside a baseline of the same run."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table


def main(only: list[str]) -> int:
    """Run the named benches (all without a name) and print one table."""
    table = Table("room", "measure", "value", "unit")
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        room = path.stem.removeprefix("bench_")
        if only and room not in only:
            continue
        for name, value, unit in importlib.import_module(f"tests.bench.{path.stem}").bench():
            table.add_row(room, name, f"{value:,.3g}" if value < 1000 else f"{value:,.0f}", unit)
    Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
