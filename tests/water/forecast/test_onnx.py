from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from floodmark.cli import main
from floodmark.water.forecast.onnx import TOLERANCE
from floodmark.water.models.registry import MODELS
from floodmark.water.prediction import WaterModel, decode
from tests.water import study
from tests.water.forecast.conftest import GROUPS, untrained


def export(model, output, *arguments):
    return CliRunner().invoke(main, ["export-onnx", "--model", str(model), "-o", str(output), *map(str, arguments)])


def compare(path, model, task, *shapes):
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    network = WaterModel.load(model / "model.safetensors", torch.device("cpu")).networks[task]
    for shape in shapes:
        channels = np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)
        chances, depth = session.run(["probability", "depth"], {"channels": channels})
        with torch.inference_mode():
            right = decode(network(torch.from_numpy(channels)))
        np.testing.assert_allclose(chances, right[0], atol=TOLERANCE)
        np.testing.assert_allclose(depth, right[1], atol=TOLERANCE, rtol=TOLERANCE)
        assert chances.std() > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_graph_agrees_with_torch_on_any_ground_and_says_how_to_feed_it(place, tmp_path, name):
    onnx = pytest.importorskip("onnx")
    model = untrained(place.windows, tmp_path / name, study.TRAINING[name]["inputs"], name)
    done = export(model, tmp_path / "a.onnx", "--task", "nowcast")
    assert done.exit_code == 0, done.output
    config = WaterModel.load(model / "model.safetensors", torch.device("cpu")).config
    graph = onnx.load(tmp_path / "a.onnx")
    facts = {item.key: json.loads(item.value) for item in graph.metadata_props}
    assert facts["channels"] == config["channels"]
    assert facts["statistics"] == config["statistics"]
    assert (facts["wet_depths"], facts["task"]) == ([0.1, 0.3], "nowcast")
    assert facts["thresholds"] == config["thresholds"]["nowcast"]
    written = (tmp_path / "a.onnx").read_bytes()
    for trace in (b"/site-packages/", b"floodmark/water", str(tmp_path).encode()):
        assert trace not in written
    multiple, count = facts["multiple"], len(config["channels"])
    compare(
        tmp_path / "a.onnx", model, "nowcast", (1, count, 5 * multiple, 3 * multiple),
        (2, count, 8 * multiple, 9 * multiple),
    )  # fmt: skip


@pytest.mark.slow
def test_a_fixed_size_is_held_to_and_equal_models_are_equal_bytes(place, tmp_path):
    pytest.importorskip("onnx")
    for name in ("a.onnx", "b.onnx"):
        done = export(place.model, tmp_path / name, "--size", 32, 48)
        assert done.exit_code == 0, done.output
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()
    count = len(place.windows.channel_names(GROUPS))
    compare(tmp_path / "a.onnx", place.model, "emulate", (1, count, 32, 48), (3, count, 32, 48))


def test_mistakes_are_one_line(place, tmp_path):
    pytest.importorskip("onnx")
    for arguments, said in (
        ((tmp_path / "a.txt",), "let its name end in .onnx"),
        ((tmp_path / "a.onnx", "--size", 31, 48), "both must be multiples of 2"),
        ((tmp_path / "nowhere" / "a.onnx",), "does not exist: make it first"),
    ):
        done = export(place.model, *arguments)
        assert (done.exit_code, said in done.output) == (2, True), done.output
        assert len(done.output.strip().splitlines()) == 1


def test_without_the_packages_it_says_what_to_install(place, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    done = export(place.model, tmp_path / "a.onnx")
    assert done.exit_code == 2
    assert "needs the extra onnx" in done.output
    assert len(done.output.strip().splitlines()) == 1
