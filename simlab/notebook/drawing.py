"""Pictures as images with words beside them: bars, and who sends what to whom."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from typing import Any

Rows = Sequence[tuple[str, int]]
INK, BLUE, PALE = "#1b1b1b", "#0b5394", "#767676"


def bars(rows: Rows, title: str, axis: str) -> str:
    """A bar for each row, the first on top, its number at its end; an `<img>` whose alternative text says them all."""
    figure, axes = _blank(8, 0.9 + 0.3 * len(rows))
    labels, numbers = [label for label, _ in rows], [number for _, number in rows]
    drawn = axes.barh(range(len(rows)), numbers, color=BLUE)
    axes.bar_label(drawn, labels=[f"{n:,}" for n in numbers], padding=3, color=INK)
    axes.set_yticks(range(len(rows)), labels)
    axes.invert_yaxis()
    axes.set_xlabel(axis)
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_formatter(lambda n, _: f"{n:,.0f}")
    return image(figure, f"{title}. " + ", ".join(f"{label}: {number:,}" for label, number in rows))


def arrows(columns: Sequence[Sequence[str]], lines: Sequence[tuple[str, str, bool]], said: str) -> str:
    """Names in columns, and an arrow for each line (from, to, is protected): whole where it is, else dashed."""
    tall = max(len(column) for column in columns)
    figure, axes = _blank(12, 0.9 + 0.5 * tall)
    at = {n: (x, -(i + 0.5) * tall / len(names)) for x, names in enumerate(columns) for i, n in enumerate(names)}
    box = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": PALE}
    drawn = {n: axes.text(*at[n], n, ha="center", va="center", fontsize=9, color=INK, bbox=box, zorder=5) for n in at}
    figure.canvas.draw()  # a box has its size, at which arrows end, once it is drawn
    for source, target, protected in lines:
        style = {"color": BLUE, "linestyle": "-"} if protected else {"color": INK, "linestyle": (0, (4, 3))}
        bend = "arc3,rad=0.35" if at[source][0] == at[target][0] else "arc3,rad=0.04"
        ends = {"patchA": drawn[source].get_bbox_patch(), "patchB": drawn[target].get_bbox_patch()}
        arrow = {"arrowstyle": "-|>", "connectionstyle": bend, "linewidth": 1.2, "mutation_scale": 11, **ends, **style}
        axes.annotate("", xy=at[target], xytext=at[source], arrowprops=arrow)
    axes.set_xlim(-0.4, len(columns) - 0.6)
    axes.set_ylim(-tall, 0)
    axes.set_axis_off()
    return image(figure, said)


def image(figure: Any, said: str) -> str:
    """A figure as an `<img>` that needs no other file, with its alternative text."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110, facecolor="white", bbox_inches="tight", metadata={"Software": None})
    data = base64.b64encode(out.getvalue()).decode("ascii")
    return f"<img style='max-width:100%' alt='{escape(said)}' src='data:image/png;base64,{data}'>"


def _blank(wide: float, high: float) -> tuple[Any, Any]:
    # Without pyplot: nothing is kept of a figure that has been drawn, and no window is looked for.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, high))
    return figure, figure.add_subplot()
