"""What can the thief read? Three choices, answered from Larkspur's own tables each time."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets

from simlab.controls import Controls
from simlab.tabletop.consequences import Exposure, company, exposure

SEED, MEMBERS = 2, 10_000
MAY_OPEN = 214  # the files that a claims examiner's session may open
STOLEN = {"an open session": "session", "last night's backup": "backup", "a drive of the data warehouse": "drive"}
WORDS = {
    "none": "", "demographic": "names and addresses", "claims": "claims", "sensitive": "sensitive diagnoses",
    "financial": "bank details", "credential": "passwords",
}  # fmt: skip


def theft() -> widgets.VBox:
    """Three lists to choose from, and below them who could be read, by State."""
    stolen = _list("Stolen:", list(STOLEN))
    sealed = _list("Columns:", ["not sealed", "sealed"])
    keys = _list("Keys:", ["beside the data", "in the key store, apart"])
    said = widgets.HTML()

    def answer(change: object = None) -> None:
        controls = Controls(sealed_fields=sealed.value == "sealed", keys_apart=keys.value.endswith("apart"))
        said.value = _page(_exposed(STOLEN[stolen.value], controls))

    for each in (stolen, sealed, keys):
        each.observe(answer, names="value")
    answer()
    return widgets.VBox([stolen, sealed, keys, said])


def _list(label: str, options: list[str]) -> widgets.Dropdown:
    return widgets.Dropdown(
        options=options, description=label, layout={"width": "26rem"}, style={"description_width": "6rem"}
    )


def _exposed(path: str, controls: Controls) -> Exposure:
    larkspur = company(SEED, MEMBERS)
    if path == "session":  # the claims screen on the café table
        return exposure(larkspur, controls, path, system="claims-core", read=MAY_OPEN)
    return exposure(larkspur, controls, path)


def _page(found: Exposure) -> str:
    """The answer as HTML: a sentence, then a table whose bars only repeat its numbers."""
    if not found.count:
        lead = "<strong>The thief reads nothing.</strong>"
        return f'<div role="status">{lead} {escape(found.reason.capitalize())}.</div>'
    kinds = ", ".join(w for c in found.data_classes if (w := WORDS.get(c, c)))
    lead = f"<strong>The thief reads {found.count:,} members' data</strong>: {escape(kinds)}."
    most = max(found.by_state.values())
    rows = "".join(_row(s, n, most) for s, n in sorted(found.by_state.items(), key=lambda x: (-x[1], x[0])))
    table = (
        '<table style="margin-top:.5rem"><caption style="text-align:left">Members by State</caption>'
        '<thead><tr><th scope="col">State</th><th scope="col">Members</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    return f'<div role="status">{lead} {escape(found.reason.capitalize())}.</div>{table}'


def _row(state: str, count: int, most: int) -> str:
    bar = f"display:inline-block;height:.7rem;width:{max(1, round(12 * count / most, 1))}rem;background:#0b76c5"
    return (
        f'<tr><th scope="row">{escape(state)}</th><td style="text-align:left">'
        f'<span aria-hidden="true" style="{bar}"></span> {count:,}</td></tr>'
    )
