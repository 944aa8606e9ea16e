"""How a water model is trained: emulate from scratch, then nowcast from its weights."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from floodmark.learning import seeds
from floodmark.learning.device import pick_device
from floodmark.learning.history import write_history
from floodmark.learning.trainer import Schedule, fit
from floodmark.progress import say
from floodmark.storage import write_json, write_text
from floodmark.water import splits, verification
from floodmark.water.dataset import Windows
from floodmark.water.losses import FloodLoss
from floodmark.water.models.registry import build, parameters, require_model
from floodmark.water.moments import EMULATE, NOWCAST
from floodmark.water.prediction import WaterModel, predict
from floodmark.water.sampling import Sampler

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.train_water import TrainWater

SCORE = "critical_success_index"


def train_water(model: str, windows_folder: Path, folder: Path, settings: TrainWater, seed: int) -> None:
    """Train one model for both tasks.

    Args:
        model: Its name.
        windows_folder: What make_windows wrote.
        folder: Where model.safetensors, history.csv, history_nowcast.csv and train.json go.
        settings: The params.
        seed: Of every draw.

    Raises:
        UserError: if no model has that name.
    """
    require_model(model)
    windows, device = Windows(windows_folder), pick_device()
    loss = FloodLoss(settings.wet_depths, settings.wet_weight, settings.overlap_share, settings.depth_weight)
    own = getattr(settings, model).model_dump()
    groups = own.pop("inputs")
    config = {"model": model, "channels": windows.channel_names(groups), "outputs": loss.outputs, **own}
    seeds.fix(seed, "train_water", model)
    network = build(config).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    networks: dict[str, torch.nn.Module] = {}
    histories: dict[str, list[dict[str, float]]] = {}
    thresholds: dict[str, list[float]] = {}
    summary: dict[str, Any] = {"parameters": parameters(network)}
    for task in (EMULATE, NOWCAST):
        histories[task] = _train_task(task, network, loss, windows, groups, settings, seed, model, device)
        thresholds[task], indices = choose_thresholds(network, windows, groups, task, settings.wet_depths)
        networks[task] = copy.deepcopy(network)
        best = max(histories[task], key=lambda row: np.nan_to_num(row[SCORE], nan=-1.0), default={"epoch": 0})
        summary[task] = {
            "epochs": len(histories[task]),
            "best_epoch": int(best["epoch"]),
            "validation": {
                f"{depth:g}": {SCORE: index, "threshold": threshold}
                for depth, index, threshold in zip(settings.wet_depths, indices, thresholds[task], strict=True)
            },
        }
    config |= {
        "inputs": groups, "wet_depths": list(settings.wet_depths), "thresholds": thresholds,
        "statistics": windows.statistics,
    }  # fmt: skip
    trained = WaterModel(networks, config)
    trained.save(folder / "model.safetensors")
    for name, task in (("history.csv", EMULATE), ("history_nowcast.csv", NOWCAST)):
        if histories[task]:
            write_history(folder / name, histories[task])
        else:
            write_text(folder / name, f"epoch,loss,{SCORE}\n")
    write_json(folder / "train.json", summary)


def _train_task(
    task: str,
    network: torch.nn.Module,
    loss: FloodLoss,
    windows: Windows,
    groups: list[str],
    settings: TrainWater,
    seed: int,
    model: str,
    device: torch.device,
) -> list[dict[str, float]]:
    """Train `network` in place; its history, empty where there is nothing to learn from."""
    rows = windows.select(task, splits.TRAIN)
    if rows.height == 0:
        say(f"no training windows for {task}: the model stays as it began")
        network.eval()
        return []
    first = task == EMULATE
    schedule = Schedule(
        epochs=settings.epochs if first else settings.nowcast_epochs,
        learning_rate=settings.learning_rate if first else settings.nowcast_learning_rate,
        weight_decay=settings.weight_decay,
        steps_per_epoch=settings.steps_per_epoch,
        patience=settings.patience,
    )
    purpose = f"train_water/{model}/{task}"
    sampler = Sampler(windows, groups, rows, settings.batch_size, settings.steps_per_epoch, seed, purpose, device)
    frames = _validation_frames(windows, task, settings.validation_frames)

    def evaluate() -> dict[str, float]:
        tables = _tables(network, windows, groups, task, frames, settings.wet_depths[:1])
        _, index = verification.best_threshold(tables[0], verification.PROBABILITIES)
        return {SCORE: index}

    return fit(network, lambda batch: loss(network(batch[0]), batch[1]), sampler, evaluate, schedule, SCORE)


def _validation_frames(windows: Windows, task: str, count: int) -> NDArray[np.int64]:
    """(source, target) of at most `count` validation maps, spread evenly; of training maps where there are none."""
    rows = windows.select(task, splits.VALIDATION)
    if rows.height == 0:
        say(f"no validation windows for {task}: the best epoch is chosen on training storms")
        rows = windows.select(task, splits.TRAIN)
    pairs: NDArray[np.int64] = rows.select("source", "target").unique(maintain_order=True).to_numpy()
    chosen = np.unique(np.linspace(0, len(pairs) - 1, min(count, len(pairs))).astype(int))
    return np.asarray(pairs[chosen])


def _tables(
    network: torch.nn.Module,
    windows: Windows,
    groups: Sequence[str],
    task: str,
    frames: NDArray[np.int64],
    wet_depths: list[float],
) -> NDArray[np.int64]:
    """Tables over seen ground, shape (wet depths, thresholds, 3)."""
    seen = windows.region == splits.SEEN
    tables = np.zeros((len(wet_depths), len(verification.PROBABILITIES), 3), np.int64)
    for source, target in frames:
        chances, _ = predict(network, windows, groups, task, int(source))
        depth = windows.depth_whole(int(target))[seen]
        for level, limit in enumerate(wet_depths):
            wet, chance = depth >= np.float32(limit), chances[level][seen]
            tables[level] += verification.contingency_by_threshold(wet, chance, verification.PROBABILITIES)
    return tables


def choose_thresholds(
    network: torch.nn.Module, windows: Windows, groups: Sequence[str], task: str, wet_depths: list[float]
) -> tuple[list[float], list[float]]:
    """Probabilities that decide best on all validation maps, and the critical success index there, per wet depth."""
    if windows.select(task, splits.TRAIN).height == 0:
        return [0.5] * len(wet_depths), [float("nan")] * len(wet_depths)
    tables = _tables(network, windows, groups, task, _validation_frames(windows, task, 10**9), wet_depths)
    chosen = [verification.best_threshold(table, verification.PROBABILITIES) for table in tables]
    return [threshold for threshold, _ in chosen], [index for _, index in chosen]
