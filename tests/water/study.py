"""A study small enough to know by heart: valleys that drain south, storms, and depth that follows the rain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from floodmark.grid import Grid
from floodmark.settings.base import read_params, read_section
from floodmark.settings.evaluate_water import EvaluateWater
from floodmark.settings.make_water import MakeWater
from floodmark.settings.make_windows import MakeWindows
from floodmark.settings.train_water import TrainWater
from floodmark.storage import write_netcdf
from floodmark.terrain.raster import write_raster
from floodmark.terrain.routing import Drainage, drainage

CRS = "EPSG:32616"
FINE = Grid(CRS, 700_000.0, 4_000_000.0, 100.0, 64, 80)
COARSE = FINE.coarser(8)
MINUTES = np.timedelta64(60, "s")

WINDOWS = {
    "pattern": [4, 2, 1], "routed_pattern": [7, 2], "snapshot_minutes": 30, "lead_minutes": 30, "wet_depth": 0.1,
    "patch_cells": 16, "least_seen_share": 1, "stride_cells": 8, "dry_weight": 0.1, "min_events": 6, "test_share": 0.25,
    "validation_share": 0.2, "independence_hours": 6, "block_cells": 24, "unseen_one_in": 4, "guard_cells": 3,
    "reducer": "mean", "rain_scaling": "log", "fold": 2, "guard_upstream": 1, "shard_mib": 256,
    "coarse_factors": [2, 4],
    "split": {
        "by": "events", "dates": {"train": [], "validation": [], "test": []}, "block_hours": 168,
        "block_turns": ["train", "validation", "train", "test"],
    },
}  # fmt: skip
LEARNING = {
    "inputs": ["terrain", "rain", "routed"], "loss": "soft_index", "epochs": 6, "nowcast_epochs": 1,
    "learning_rate": 0.01,
}  # fmt: skip
TEMPORAL = {**LEARNING, "inputs": ["heightmap", "rain"], "width": 4, "depth": 2, "heightmap": "upright", "relief": True}
TRAINING = {
    "wet_depths": [0.1, 0.3], "steps_per_epoch": 20, "batch_size": 8, "nowcast_learning_rate": 0.003,
    "weight_decay": 0.01, "patience": 4, "validation_frames": 4, "threshold_frames": 1000, "mixed_precision": False,
    "losses": {
        "soft_index": {"wet_weight": 3, "overlap_share": 0.5, "depth_weight": 0.1},
        "cross_entropy_dice": {"wet_weight": 3, "dice_share": 0.5, "depth_weight": 0.1},
        "focal": {"focus": 2, "wet_share": 0.75, "depth_weight": 0.1},
        "tversky": {"false_alarm_weight": 0.5, "miss_weight": 0.5, "depth_weight": 0.1},
        "log_depth": {"wet_weight": 5, "entropy_weight": 0.5, "depth_weight": 1},
    },
    "temporal_cnn": TEMPORAL,
    "temporal_cnn_vae": {**TEMPORAL, "code": 4, "halvings": 1, "divergence_weight": 0.01, "ground_seen": True},
    "contrastive_decoder": {**LEARNING, "depths": [1], "dims": [8], "layer_scale": 0.1, "widths": [8],
                            "start": "scratch"},
    "deeplabv3plus": {
        **LEARNING, "upsample": 2, "widths": [8, 12], "blocks": [1, 1], "dilations": [1, 2], "pyramid_width": 8,
        "skip_width": 4, "pooled_cells": 16,
    },
    "unet": {**LEARNING, "widths": [8, 16]},
    "guided_unet": {**LEARNING, "inputs": ["terrain", "rain", "routed", "simulated"], "widths": [8, 16]},
}  # fmt: skip
EVALUATION = {
    "models": ["unet"], "moments": 100, "resamples": 200,
    "climatology_classes": 4, "rain_frames": 3, "rain_bins": [4, 7],
    "min_wet_cells": 20, "min_storms": 3, "calibration_maps": 4, "maps": 1,
}  # fmt: skip


def water_settings() -> MakeWater:
    """How water runs in the demonstration."""
    return read_section(read_params(Path("params.yaml")), "make_water", MakeWater, "params.yaml")


def window_settings(**changes) -> MakeWindows:
    return MakeWindows(**{**WINDOWS, **changes})


def train_settings(**changes) -> TrainWater:
    """With changes; those of what every model has, such as its epochs, are made to all models."""
    shared = {name: changes.pop(name) for name in LEARNING if name in changes}
    training = {name: {**value, **shared} if "loss" in value else value for name, value in _sections().items()}
    return TrainWater(**{**TRAINING, **training, **changes})


def _sections() -> dict[str, dict]:
    return {name: value for name, value in TRAINING.items() if isinstance(value, dict)}


def evaluate_settings(**changes) -> EvaluateWater:
    return EvaluateWater(**{**EVALUATION, **changes})


def valley() -> np.ndarray:
    """Ground that falls southwards, with a channel every 16 columns."""
    rows, columns = np.mgrid[: FINE.height, : FINE.width]
    rough = np.random.default_rng(3).uniform(0, 0.2, FINE.shape)
    return (300 - 0.5 * rows + np.abs(columns % 16 - 8) + rough).astype(np.float32)


def write_terrain(outputs: Path, elevation: np.ndarray) -> Drainage:
    folder = outputs / "terrain"
    folder.mkdir(parents=True, exist_ok=True)
    network = drainage(elevation)
    write_raster(folder / "terrain.tif", elevation, FINE)
    network.save(folder / "drainage")
    return network


def write_event(
    outputs: Path,
    name: str,
    origin: str,
    start: str,
    rain: np.ndarray,
    depth: np.ndarray,
    minutes: int = 5,
    initial: np.ndarray | None = None,
) -> None:
    """Rain of shape (frames, coarse), a frame every few minutes; depth of shape (snapshots, fine), one every 30 min."""
    folder = "radar" if origin == "radar" else "storms"
    first = np.datetime64(start, "ns")
    frames = first + np.arange(len(rain)) * minutes * MINUTES
    snapshots = first + (1 + np.arange(len(depth))) * 30 * MINUTES
    attributes = {"event": name, "origin": origin, "rain_file": f"{folder}/{name}.nc"}
    for path, variable, units, values, times, grid in (
        (outputs / folder, "rainfall_rate", "mm h-1", rain, frames, COARSE),
        (outputs / "water" / "depth", "depth", "m", depth, snapshots, FINE),
    ):
        path.mkdir(parents=True, exist_ok=True)
        dataset = xr.Dataset(
            {
                variable: (("time", "y", "x"), values.astype(np.float32), {"units": units, "grid_mapping": "crs"}),
                "crs": ((), np.int32(0), {"crs_wkt": CRS}),
            },
            coords={"time": times, "y": grid.y, "x": grid.x},
            attrs=attributes,
        )
        if variable == "depth" and initial is not None:
            dataset["initial_depth"] = (("y", "x"), initial.astype(np.float32), {"units": "m"})
        write_netcdf(path / f"{name}.nc", dataset)


def storm(network: Drainage, seed: int, frames: int = 18) -> tuple[np.ndarray, np.ndarray]:
    """Rain with a wet spot somewhere, and the depth that its routed sum so far stands for."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: COARSE.height, : COARSE.width]
    centre = rng.uniform(0, 1, 2) * COARSE.shape
    spot = np.exp(-((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2) / 8) * rng.uniform(20, 60)
    rain = np.repeat(spot[None], frames, 0) * rng.uniform(0.5, 1, (frames, 1, 1))
    depth = []
    for end in range(6, frames + 1, 6):
        fine = (rain[:end].sum(0) / 12).repeat(8, 0).repeat(8, 1).astype(np.float32)
        depth.append(np.maximum(network.route(fine) / 1500 - 0.05, 0))
    return rain, np.stack(depth)


def write_study(outputs: Path, radar: int = 10, generated: int = 3) -> Drainage:
    """Storms of radar, half of them in each of two years, and generated ones."""
    network = write_terrain(outputs, valley())
    (outputs / "water" / "depth").mkdir(parents=True, exist_ok=True)
    for index in range(radar):
        year, day = 2012 + (index >= (radar + 1) // 2), 1 + 2 * index
        write_event(outputs, f"r{index:02}", "radar", f"{year}-03-{day:02}T06:00", *storm(network, index))
    for index in range(generated):
        write_event(outputs, f"g{index:02}", "generated", f"2000-01-{index + 1:02}T00:00", *storm(network, 100 + index))
    return network
