"""The assessment itself: every weakness that stands in a company's settings, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from simlab.controls.assessment.company import Company
from simlab.controls.assessment.weakness import weakness, weaknesses

# One finding: its place in the list, what kind, which thing (its id), how bad (a word, and points), in
# words, what mends it, and on what that rests.
FINDINGS = ("rank", "kind", "where", "severity", "score", "says", "remedy", "cite", "basis", "note")


def assess(company: Company, kinds: Iterable[str] | None = None) -> pd.DataFrame:
    """What is weak in a company's settings, the worst first; columns: FINDINGS. `kinds`: look for these alone.

    Points say which to mend first and nothing else: 45 CFR 164.308(a)(1)(ii)(A) asks for an accurate and
    thorough risk analysis and gives no weights. It sees the settings alone, never what was planted.
    Raises UnknownName.
    """
    rows: list[dict[str, Any]] = []
    for name, of in (weaknesses() if kinds is None else {name: weakness(name) for name in kinds}).items():
        for row in of.found(company.table(of.table)).to_dict("records"):
            settings = {str(key): value for key, value in row.items()}
            rows.append(
                {
                    "kind": name, "where": str(settings["id"]), "severity": of.severity, "score": of.score(settings),
                    "says": of.says.format(**{k: _shown(v) for k, v in settings.items()}), "remedy": of.remedy.strip(),
                    "cite": of.cite, "basis": of.basis, "note": of.note.strip(),
                }
            )  # fmt: skip
    rows.sort(key=lambda row: (-row["score"], row["kind"], row["where"]))
    ranked = [{"rank": n, **row} for n, row in enumerate(rows, start=1)]
    return pd.DataFrame(ranked, columns=list(FINDINGS)).astype({"rank": "int64", "score": "int64"})


def _shown(value: object) -> str:
    return ", ".join(value.split("|")) if isinstance(value, str) else str(value)
