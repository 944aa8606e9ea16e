"""How a water model is trained: emulate from scratch, then nowcast from its weights."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning import seeds
from floodmark.learning.device import pick_device
from floodmark.learning.history import write_history
from floodmark.learning.trainer import Schedule, fit
from floodmark.progress import say
from floodmark.storage import write_json, write_text
from floodmark.water import splits, verification
from floodmark.water.choosing import choose_thresholds, tables_by_threshold, validation_maps
from floodmark.water.dataset import Windows
from floodmark.water.losses import make_loss
from floodmark.water.models.contrastive_decoder import ContrastiveDecoder, load_encoder
from floodmark.water.models.registry import build, parameters, require_model
from floodmark.water.moments import EMULATE, NOWCAST
from floodmark.water.prediction import WaterModel
from floodmark.water.sampling import Sampler

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    import torch

    from floodmark.settings.train_water import Model, TrainWater
    from floodmark.water.models.base import WaterNetwork

SCORE = "critical_success_index"


@dataclass(frozen=True)
class Pupil:
    """A network on its way, and all that its training goes by.

    Attributes:
        model: Its name.
        network: Trained in place.
        config: What rebuilds it.
        windows: What it learns from.
        settings: The params.
        seed: Of every draw.
        work: Folder of unfinished work; None where a training that is cut off begins anew.
    """

    model: str
    network: WaterNetwork
    config: dict[str, Any]
    windows: Windows
    settings: TrainWater
    seed: int
    work: Path | None = None

    @property
    def own(self) -> Model:
        """The params of the model itself."""
        section: Model = getattr(self.settings, self.model)
        return section

    @property
    def groups(self) -> list[str]:
        """Groups of channels that the network reads."""
        return list(self.own.inputs)


def new_pupil(
    model: str, windows: Windows, encoders: Path, settings: TrainWater, seed: int, work: Path | None = None
) -> Pupil:
    """A network before its first lesson, on the device that there is.

    Args:
        model: Its name.
        windows: What it will learn from.
        encoders: What pretrain_contrastive wrote; only contrastive_decoder looks there.
        settings: The params.
        seed: Of weights and draws.
        work: Folder of unfinished work.

    Raises:
        UserError: if the encoders do not fit.
    """
    own: Model = getattr(settings, model)
    outputs = len(settings.wet_depths) + 1
    config = {"model": model, "channels": windows.channel_names(own.inputs), "outputs": outputs, **own.network}
    seeds.fix(seed, "train_water", model)
    network = build(config)
    if isinstance(network, ContrastiveDecoder) and windows.select(EMULATE, splits.TRAIN).height:
        load_encoder(network, encoders)
    import torch

    network.to(pick_device(), memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Pupil(model, network, config, windows, settings, seed, work)


def train_water(
    model: str, windows_folder: Path, encoders: Path, folder: Path, settings: TrainWater, seed: int, work: Path | None
) -> None:
    """Train one model for both tasks.

    Args:
        model: Its name.
        windows_folder: What make_windows wrote.
        encoders: What pretrain_contrastive wrote.
        folder: Where model.safetensors, history.csv, history_nowcast.csv and train.json go.
        settings: The params.
        seed: Of every draw.
        work: Folder of unfinished work, from which a training that was cut off goes on.

    Raises:
        UserError: if no model has that name, or the encoders do not fit.
    """
    require_model(model)
    pupil = new_pupil(model, Windows(windows_folder), encoders, settings, seed, work)
    networks: dict[str, torch.nn.Module] = {}
    thresholds: dict[str, list[float]] = {}
    summary: dict[str, Any] = {"parameters": parameters(pupil.network)}
    for task, name in ((EMULATE, "history.csv"), (NOWCAST, "history_nowcast.csv")):
        history = teach(pupil, task, pupil.windows.select(task, splits.TRAIN))
        thresholds[task], indices = choose_thresholds(
            pupil.network, pupil.windows, pupil.groups, task, settings.wet_depths, settings.threshold_frames
        )
        networks[task] = copy.deepcopy(pupil.network)
        summary[task] = _summary(history, thresholds[task], indices, settings.wet_depths)
        if history:
            write_history(folder / name, history)
        else:
            write_text(folder / name, f"epoch,loss,{SCORE}\n")
    config = pupil.config | {
        "inputs": pupil.groups, "wet_depths": list(settings.wet_depths), "thresholds": thresholds,
        "statistics": pupil.windows.statistics,
    }  # fmt: skip
    WaterModel(networks, config).save(folder / "model.safetensors")
    write_json(folder / "train.json", summary)


def _summary(
    history: list[dict[str, float]], thresholds: list[float], indices: list[float], wet_depths: list[float]
) -> dict[str, Any]:
    best = max(history, key=lambda row: np.nan_to_num(row[SCORE], nan=-1.0), default={"epoch": 0})
    return {
        "epochs": len(history),
        "best_epoch": int(best["epoch"]),
        "validation": {
            f"{depth:g}": {SCORE: index, "threshold": threshold}
            for depth, index, threshold in zip(wet_depths, indices, thresholds, strict=True)
        },
    }


def teach(pupil: Pupil, task: str, rows: pl.DataFrame) -> list[dict[str, float]]:
    """Train a network for one task, in place.

    Args:
        pupil: Whose network.
        task: ``emulate`` or ``nowcast``.
        rows: Of the index, to draw windows from.

    Returns:
        A row per epoch; none where there is nothing to learn from.
    """
    network, settings, windows = pupil.network, pupil.settings, pupil.windows
    if rows.height == 0:
        say(f"no training windows for {task}: the model stays as it began")
        network.eval()
        return []
    first, own = task == EMULATE, pupil.own
    schedule = Schedule(
        epochs=own.epochs if first else own.nowcast_epochs,
        learning_rate=own.learning_rate if first else settings.nowcast_learning_rate,
        weight_decay=settings.weight_decay,
        steps_per_epoch=settings.steps_per_epoch,
        patience=settings.patience,
    )
    purpose, device = f"train_water/{pupil.model}/{task}", next(network.parameters()).device
    sampler = Sampler(
        windows, pupil.groups, rows, settings.batch_size, settings.steps_per_epoch, pupil.seed, purpose, device
    )
    loss = make_loss(own.loss, settings.wet_depths, settings.losses)
    maps = validation_maps(windows, task, settings.validation_frames)

    def of_batch(batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        inputs, depth, known = batch
        foretold, penalty = network.penalised(inputs)
        return loss(foretold, depth, known) + penalty

    def evaluate() -> dict[str, float]:
        tables = tables_by_threshold(network, windows, pupil.groups, task, maps, settings.wet_depths[:1])
        return {SCORE: verification.best_threshold(tables[0], verification.PROBABILITIES)[1]}

    work = None if pupil.work is None else pupil.work / task
    return fit(
        network, of_batch, sampler, evaluate, schedule, SCORE,
        work=work, mixed=settings.mixed_precision, whole=settings.batch_size,
    )  # fmt: skip
