"""What the names in the tables of water mean to a reader, and which of them are models."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MODELS = {
    "temporal_cnn": "Temporal CNN",
    "temporal_cnn_vae": "Temporal CNN with the decoder half of a variational autoencoder",
    "contrastive_decoder": "Decoder on the encoder of the contrast",
    "deeplabv3plus": "DeepLabV3+",
    "unet": "U-Net with routed rain",
    "guided_unet": "U-Net that corrects settled rain and a coarse simulation (ours)",
}
"""Water models, in the order of the params; what else has a score is a baseline."""

ORACLE = "_oracle"
"""How the names of those end that know the simulation: they are shown, and are no baselines."""

SCORE = "critical_success_index"
SPLITS = ("unseen_storms", "unseen_terrain", "predicted_events")
TASKS = ("emulate", "nowcast")
Row = dict[str, Any]


def words(name: str) -> str:
    """A name as a reader writes it, oracles marked as such."""
    plain = name.removesuffix(ORACLE).replace("_", " ")
    return f"{plain} (oracle)" if name.endswith(ORACLE) else plain


def known(value: Any) -> bool:
    """Whether a cell of a table holds a number."""
    return isinstance(value, (int, float)) and math.isfinite(value)


def present(values: Iterable[Any], order: Sequence[str]) -> list[str]:
    """The names that occur, those of an order first and in it, others after them by name."""
    found = set(values)
    return [name for name in order if name in found] + sorted(found - set(order))


def baselines(rows: Iterable[Row]) -> list[str]:
    """Names that are neither models nor oracles, in the order of their first row."""
    names = dict.fromkeys(str(row["model"]) for row in rows)
    return [name for name in names if name not in MODELS and not name.endswith(ORACLE)]


def strongest(rows: Sequence[Row]) -> str | None:
    """The baseline with the highest score among rows of one task, split and wet depth; None without any."""
    honest = set(baselines(rows))
    scored = [row for row in rows if row["model"] in honest and known(row[SCORE])]
    best = max(scored, key=lambda row: float(row[SCORE]), default=None)
    return None if best is None else str(best["model"])
