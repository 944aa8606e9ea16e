"""The stage pretrain_contrastive: two encoders, whether unseen pairs are found by them, and a map of what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch

from floodmark import ranks
from floodmark.learning import seeds
from floodmark.learning.device import pick_device
from floodmark.learning.history import write_history
from floodmark.learning.tables import write_csv
from floodmark.learning.trainer import Schedule, fit
from floodmark.learning.weights import save_weights
from floodmark.progress import say
from floodmark.storage import write_json, write_text
from floodmark.water import splits
from floodmark.water.contrastive.figure import draw_embeddings
from floodmark.water.contrastive.gallery import embed, gallery, others
from floodmark.water.contrastive.judging import COLUMNS, Similarities, judge
from floodmark.water.contrastive.nulls import MeanRain, means
from floodmark.water.contrastive.pairs import PairSampler, distinct, with_content
from floodmark.water.contrastive.retrieval import anywhere
from floodmark.water.contrastive.towers import Towers
from floodmark.water.dataset import Windows
from floodmark.water.models.contrastive_decoder import ENCODERS
from floodmark.water.moments import EMULATE

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.settings.pretrain_contrastive import PretrainContrastive

SCORE = "recall_at_1"
FITTED = 2000
"""Training windows, evenly spread, that the line from rain to depth is fitted on: more would not move it."""


def pretrain(
    windows_folder: Path, folder: Path, settings: PretrainContrastive, seed: int, work: Path | None = None
) -> None:
    """Train both encoders, judge them on unseen storms, draw their embeddings.

    Args:
        windows_folder: What make_windows wrote.
        folder: Where encoders.safetensors, history.csv, retrieval.csv, retrieval.json and embedding_map.png go.
        settings: The params.
        seed: Of every draw.
        work: Folder of unfinished work, from which a training that was cut off goes on.
    """
    windows, device = Windows(windows_folder), pick_device()
    channels = windows.channel_names(settings.inputs)
    size = {
        "depths": settings.depths, "dims": settings.dims, "layer_scale": settings.layer_scale,
        "pooled_cells": settings.pooled_cells, "embedding": settings.embedding,
    }  # fmt: skip
    seeds.fix(seed, "pretrain_contrastive")
    towers = Towers(channels, **size).to(device, memory_format=torch.channels_last)  # type: ignore[arg-type,call-overload]
    rows = distinct(with_content(windows, windows.select(EMULATE, splits.TRAIN)))
    history = _train(towers, windows, rows, settings, seed, device, work)
    save_weights(folder / ENCODERS, towers.state_dict(), {"channels": channels, "inputs": settings.inputs, **size})
    if history:
        write_history(folder / "history.csv", history)
    else:
        write_text(folder / "history.csv", f"epoch,loss,{SCORE}\n")
    if ranks.first():
        _judge(towers, windows, rows, folder, settings, seed)


def _train(
    towers: Towers,
    windows: Windows,
    rows: pl.DataFrame,
    settings: PretrainContrastive,
    seed: int,
    device: torch.device,
    work: Path | None,
) -> list[dict[str, float]]:
    """Train in place; the history, empty where there is nothing to contrast."""
    if rows.height < 2 or settings.epochs == 0:
        say(f"{rows.height} wet training windows and {settings.epochs} epochs: the encoders stay as they began")
        towers.eval()
        return []
    sampler = PairSampler(windows, settings.inputs, rows, settings.batch_size, settings.steps_per_epoch, seed, device)
    schedule = Schedule(
        epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        steps_per_epoch=settings.steps_per_epoch,
        patience=settings.patience,
    )
    shown = gallery(windows, splits.VALIDATION)
    if shown.height == 0:
        say("no wet validation windows: the best epoch is chosen on training storms")
        shown = gallery(windows, splits.TRAIN)

    def evaluate() -> dict[str, float]:
        found = embed(towers, windows, settings.inputs, shown, shown["source"].to_numpy())
        similarity = found.rain @ found.water.T
        candidates = anywhere(shown["storm"].to_list())
        hits = [candidates.hits(one, (1,)).mean() for one in (similarity, similarity.T)]
        return {SCORE: float(np.mean(hits)) if shown.height else float("nan")}

    return fit(
        towers, lambda batch: towers(*batch), sampler, evaluate, schedule, SCORE, work=work, whole=sampler.batch_size
    )


def _judge(
    towers: Towers, windows: Windows, rows: pl.DataFrame, folder: Path, settings: PretrainContrastive, seed: int
) -> None:
    """Retrieval among unseen storms, and their map."""
    shown = gallery(windows, splits.TEST)
    if shown.height == 0:
        say("no wet test windows: whether there is a relation stays undecided")
    rng = seeds.generator(seed, "pretrain_contrastive", "judge")
    found = embed(towers, windows, settings.inputs, shown, shown["source"].to_numpy())
    swapped = embed(towers, windows, settings.inputs, shown, others(shown, rng))
    spread = np.unique(np.linspace(0, max(rows.height - 1, 0), min(FITTED, rows.height)).astype(int))
    line = MeanRain.fitted(means(windows, rows[spread]))
    similarities = Similarities(
        found.rain @ found.water.T, swapped.rain @ found.water.T, line.similarity(means(windows, shown))
    )
    table, summary = judge(similarities, shown["storm"].to_list(), shown["place"].to_list(), rng, settings.resamples)
    write_csv(folder / "retrieval.csv", COLUMNS, table)
    write_json(folder / "retrieval.json", summary)
    say(f"a relation between rain with terrain and water that a model can learn: {summary['verdict']}")
    order = _by_rain(windows, shown)
    events = shown["event"].to_numpy()[order].tolist()
    draw_embeddings(folder / "embedding_map.png", type(found)(found.rain[order], found.water[order]), events, seed)


def _by_rain(windows: Windows, shown: pl.DataFrame) -> list[int]:
    """Windows in an order that puts events of little rain first, and leaves each event together."""
    rain = pl.Series("rain", means(windows, shown)[:, 0])
    table = shown.select("event").with_columns(rain, pl.int_range(pl.len()).alias("number"))
    mean = pl.col("rain").mean().over("event")
    return table.sort(mean, "event", "number")["number"].to_list()
