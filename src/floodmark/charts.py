"""Charts as SVG whose bytes depend on the numbers alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
"""Okabe and Ito's palette, told apart by colour-blind readers."""


def svg(figure: Figure) -> str:
    """The SVG of a figure, from its `<svg` on: no date, no random ids, text as text."""
    import matplotlib as mpl

    buffer = io.StringIO()
    # Ids inside an SVG are random, and its metadata dated, unless told otherwise.
    with mpl.rc_context({"svg.hashsalt": "floodmark", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    text = buffer.getvalue()
    return text[text.index("<svg") :]
