"""A network of water as ONNX, for programs without torch."""

from __future__ import annotations

import io
import json
import logging
import warnings
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from floodmark.errors import UserError
from floodmark.hydraulics.alone.defaults import VERSION
from floodmark.water.forecast.files import check_targets, whole_or_none
from floodmark.water.forecast.model import load
from floodmark.water.prediction import decode

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.water.prediction import WaterModel

TOLERANCE = 1e-4
"""Largest difference from torch: of probabilities, and of depths in m or, beyond 1 m, relative to them."""

OPSET = 20


class Decoded(nn.Module):
    """A network whose maps have become probabilities and depth; its sides must be multiples of its coarsest cell."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, channels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Map (batch, channels, height, width) to what `decode` gives."""
        return decode(self.network(channels))


def export(model: Path, output: Path, task: str, size: tuple[int, int] | None) -> tuple[float, int]:
    """Write the network of a task, whole or not at all.

    Args:
        model: A folder with model.safetensors, or that file.
        output: ONNX file to write.
        task: emulate or nowcast.
        size: Height and width, cells; None: any that the coarsest cell divides.

    Returns:
        The largest difference from torch, as TOLERANCE counts it, and the side of the coarsest cell, cells.

    Raises:
        UserError: if the packages of the extra `onnx` are absent, or a path or size is wrong.
    """
    onnx = _require_packages()
    if output.suffix != ".onnx":
        raise UserError(f"--output {output}: is written as ONNX: let its name end in .onnx")
    loaded, path = load(model)
    check_targets([output], [path])
    network = loaded.networks[task].cpu().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    multiple = int(network.multiple)
    if size is not None and any(side % multiple for side in size):
        raise UserError(f"--size {size[0]} {size[1]}: both must be multiples of {multiple}, the coarsest cell's side")
    # Sides are multiples already, and padding to them would be a branch on a size that the graph leaves open.
    network.padded = lambda channels: channels
    decoded = Decoded(network).eval()
    graph = _graph(decoded, len(loaded.config["channels"]), size, multiple)
    clean(graph)
    onnx.helper.set_model_props(graph, metadata(loaded, task))
    onnx.checker.check_model(graph, full_check=True)
    with whole_or_none([output]) as (partial,):
        onnx.save(graph, partial)
        sides = size or (4 * multiple, 6 * multiple)
        difference = disagreement(decoded, partial, len(loaded.config["channels"]), sides)
        if difference > TOLERANCE:
            raise UserError(
                f"{output}: differs from torch by {difference:.1e}, allowed {TOLERANCE:g}: not written; see that "
                "torch, onnx and onnxruntime are the versions of pyproject.toml"
            )
    return difference, multiple


def _require_packages() -> Any:
    try:
        import onnx
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"floodmark export-onnx needs the extra onnx ({error}): .venv/bin/pip install --constraint constraints.txt "
            "onnx onnxruntime onnxscript"
        ) from error
    return onnx


def _graph(decoded: nn.Module, channels: int, size: tuple[int, int] | None, multiple: int) -> Any:
    """The traced graph, an onnx.ModelProto."""
    example = torch.zeros(2, channels, *(size or (4 * multiple, 6 * multiple)))
    # The batch is open in any case.
    dynamic: Any = ({0: "batch", **({2: "height", 3: "width"} if size is None else {})},)
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with redirect_stdout(io.StringIO()), warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                decoded, (example,), None, dynamo=True, verbose=False, opset_version=OPSET, dynamic_shapes=dynamic,
                input_names=["channels"], output_names=["probability", "depth"],
            )  # fmt: skip
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    return program.model_proto


def clean(graph: Any) -> None:
    """Take out what the exporter notes of its own doing: lines of code and paths of this machine."""
    body = graph.graph
    nodes = [*body.node, *(node for function in graph.functions for node in function.node)]
    values = [*body.input, *body.output, *body.value_info, *body.initializer]
    for item in (graph, body, *graph.functions, *nodes, *values):
        item.doc_string = ""
        del item.metadata_props[:]


def metadata(model: WaterModel, task: str) -> dict[str, str]:
    """What a program needs to feed the graph and to read what it gives, as JSON by key."""
    network = model.networks[task]
    facts: dict[str, Any] = {
        "model": model.config["model"],
        "task": task,
        "channels": model.config["channels"],
        "wet_depths": model.wet_depths,
        "thresholds": model.config["thresholds"][task],
        "statistics": model.config.get("statistics", {}),
        "multiple": network.multiple,
        "reach": network.reach,
        "source": f"floodmark {VERSION} export-onnx",
    }
    return {key: json.dumps(value, sort_keys=True) for key, value in facts.items()}


def disagreement(decoded: nn.Module, path: Path, channels: int, size: tuple[int, int]) -> float:
    """The largest difference of ONNX Runtime from torch on channels drawn at random."""
    import onnxruntime

    drawn = np.random.default_rng(0).standard_normal((1, channels, *size), np.float32)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(["probability", "depth"], {"channels": drawn})
    with torch.inference_mode():
        right = [maps.numpy() for maps in decoded(torch.from_numpy(drawn))]
    return max(float((np.abs(a - b) / np.maximum(np.abs(b), 1)).max()) for a, b in zip(found, right, strict=True))
