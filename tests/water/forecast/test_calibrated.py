from __future__ import annotations

import json

import numpy as np
import pytest
import torch
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from floodmark.water.calibration import calibrated_threshold
from floodmark.water.forecast.calibrated import calibrated
from floodmark.water.prediction import WaterModel


def record_of(place, *temperatures):
    """What evaluate_water would write."""
    model = WaterModel.load(place.model / "model.safetensors", torch.device("cpu"))
    entries = {
        f"{depth:g}": {
            "temperature": temperature,
            "threshold": calibrated_threshold(model.threshold("emulate", level), temperature),
        }
        for level, (depth, temperature) in enumerate(zip(model.wet_depths, temperatures, strict=True))
    }
    return {"unet": {"emulate": entries}}


def test_probabilities_change_and_what_is_wet_does_not(place, predict, tmp_path):
    (tmp_path / "calibration.json").write_text(json.dumps(record_of(place, 0.4, 2.5)))
    for name, arguments in (("raw.nc", ()), ("calibrated.nc", ("--calibration", tmp_path / "calibration.json"))):
        done = predict("--no-preview", *arguments, output=name)
        assert done.exit_code == 0, done.output
    with xr.open_dataset(tmp_path / "raw.nc") as raw, xr.open_dataset(tmp_path / "calibrated.nc") as warmed:
        assert (raw.attrs["calibrated"], warmed.attrs["calibrated"]) == ("no", "yes")
        np.testing.assert_array_equal(raw["depth"], warmed["depth"])
        first, second = (item["probability"].values[:, 0].astype(float) for item in (raw, warmed))
        np.testing.assert_allclose(second, 1 / (1 + ((1 - first) / first) ** 2.5), atol=1e-6)
        assert np.abs(first - second).max() > 0.01
        before, after = raw.attrs["thresholds"], warmed.attrs["thresholds"]
        assert before[0] != after[0]
        np.testing.assert_array_equal(first >= np.float32(before[0]), second >= np.float32(after[0]))
        assert (np.diff(warmed["probability"], axis=1) <= 0).all()


@given(
    st.lists(st.floats(0, 1, width=32), min_size=2, max_size=2),
    st.lists(st.floats(0.05, 20), min_size=2, max_size=2),
    st.floats(0.02, 0.98),
)
def test_order_and_decisions_stay_and_no_depth_is_likelier_than_a_lower_one(chances, temperatures, threshold):
    raw = np.array(sorted(chances, reverse=True), np.float32)[:, None, None]
    found = calibrated(raw, temperatures)
    assert found.dtype == np.float32
    assert ((found >= 0) & (found <= 1)).all()
    assert found[1] <= found[0]
    np.testing.assert_allclose(calibrated(raw, [1.0, 1.0]), raw, atol=1e-6)
    if abs(float(raw[0, 0, 0]) - threshold) > 1e-6:
        warmed = calibrated_threshold(threshold, temperatures[0])
        wet = found[0, 0, 0] >= np.float32(warmed)
        assert wet == (raw[0, 0, 0] >= threshold) or abs(found[0, 0, 0] - warmed) < 1e-6


def test_a_file_that_does_not_fit_is_refused(place, predict, tmp_path):
    path = tmp_path / "calibration.json"
    other = record_of(place, 0.4, 2.5)
    other["unet"]["emulate"]["0.3"]["threshold"] = 0.123
    for text, said in (
        ("no json", "cannot be read"),
        ("[]", "holds no temperatures of unet for emulate at 0.1, 0.3 m"),
        (json.dumps({"unet": {}}), "holds no temperatures of unet for emulate"),
        (json.dumps(other), "was fitted to another training of unet"),
        (json.dumps(record_of(place, 0.4, 2.5)).replace("2.5", "-1"), "was fitted to another training of unet"),
    ):
        path.write_text(text)
        done = predict("--calibration", path)
        assert (done.exit_code, said in done.output) == (2, True), done.output
        assert len(done.output.strip().splitlines()) == 1


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 7)])
def test_each_depth_has_its_own_temperature(shape):
    chances = np.full(shape, 0.5, np.float32)
    np.testing.assert_array_equal(calibrated(chances, np.linspace(1, 3, shape[0])), chances)
