"""Draws docs/optimizer.svg: `python -m benchmarks.optimizer.plot`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from benchmarks.optimizer.contest import Outcome, contest, tuned
from benchmarks.optimizer.world import PIECES

PICTURE = Path(__file__).parents[2] / "docs" / "optimizer.svg"
STEP = 20
"""Pieces between two points of a line."""
COLOURS = ("#9a9a9a", "#d1762f", "#22618f")


def rows(outcomes: Sequence[Outcome]) -> Iterator[dict[str, Any]]:
    """Mean over the worlds and its standard error, each STEP pieces."""
    for outcome in outcomes:
        for piece in range(STEP - 1, PIECES, STEP):
            at = outcome.lost[piece]
            error = float(at.std(ddof=1) / np.sqrt(len(at)))
            mean = float(at.mean())
            yield {"policy": outcome.name, "pieces": piece + 1, "lost": mean, "low": mean - error, "high": mean + error}


def chart(outcomes: Sequence[Outcome]) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(alt.Data(values=list(rows(outcomes)))).encode(
        x=alt.X("pieces:Q", title="pieces published", scale=alt.Scale(domain=[0, PIECES])),
        color=alt.Color(
            "policy:N",
            title=None,
            sort=[o.name for o in outcomes],
            scale=alt.Scale(domain=[o.name for o in outcomes], range=list(COLOURS)),
            legend=alt.Legend(orient="top-left", labelLimit=400, fillColor="white", symbolOpacity=1),
        ),
    )
    band = base.mark_area(opacity=0.2).encode(y=alt.Y("low:Q", title=""), y2="high:Q")
    line = base.mark_line(strokeWidth=2).encode(
        y=alt.Y("lost:Q", title="money lost against the best fixed offer", axis=alt.Axis(format=",d"))
    )
    return alt.layer(band, line).properties(
        width=620,
        height=340,
        title="Regret: mean of 20 worlds, and its standard error",
    )


if __name__ == "__main__":
    chart(list(contest(tuned()[0]))).save(PICTURE)
