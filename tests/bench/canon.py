"""pycanon beside our own measures, in an environment of its own: it is no dependency of the project.

uv venv /tmp/canon && uv pip install --python /tmp/canon pycanon
SIMLAB_PYCANON=/tmp/canon/bin/python make bench
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import pandas as pd

PYTHON = os.environ.get("SIMLAB_PYCANON", "")
_SCRIPT = """
import json, sys, time
import pandas
from pycanon import anonymity
file, secret, *quasi = sys.argv[1:]
table = pandas.read_csv(file, dtype=str, keep_default_na=False)
out = {}
for name, act in (("k", lambda: anonymity.k_anonymity(table, quasi)), ("l", lambda: anonymity.l_diversity(table, quasi, [secret]))):
    start = time.process_time()
    out[name] = int(act())
    out[f"{name}_seconds"] = time.process_time() - start
print(json.dumps(out))
"""


class Measured(TypedDict):
    k: int
    l: int  # noqa: E741 - the measure's name
    k_seconds: float
    l_seconds: float


def measure(table: pd.DataFrame, quasi: Sequence[str], secret: str) -> Measured:
    """k and l of a table by pycanon, and the CPU seconds of each."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        table[[*quasi, secret]].to_csv(file, index=False)
        command = [PYTHON, "-c", _SCRIPT, str(file), secret, *quasi]
        said = subprocess.run(command, capture_output=True, check=True, text=True)
    found: Measured = json.loads(said.stdout)
    return found
