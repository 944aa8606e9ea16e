from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from floodmark.grid import Grid
from floodmark.radar.archive import ingest
from floodmark.radar.sequence import SequenceReader
from floodmark.settings.ingest_radar import IngestRadar
from floodmark.water import history
from tests.radar.files import write_radar
from tests.water.study import window_settings

patterns = st.lists(st.integers(1, 6), min_size=1, max_size=5)
STEP = np.timedelta64(300, "s")
GRID = Grid("EPSG:27700", 400000.0, 308000.0, 1000.0, 3, 4)
FRAMES = np.datetime64("2012-01-01T00:00", "s") + np.arange(10) * STEP


@pytest.mark.parametrize(
    ("minutes", "expected"), [(-5, -2), (0, -1), (4, -1), (5, 0), (9, 0), (10, 1), (50, 9), (60, 11)]
)
def test_a_frame_is_known_once_the_time_it_holds_for_is_over(minutes, expected):
    moment = FRAMES[0] + np.timedelta64(minutes * 60, "s")
    assert history.last_frame(FRAMES, STEP, moment) == expected


@given(st.integers(-8, 20), st.integers(1, 12))
def test_recent_frames_are_the_ones_before_and_absent_ones_are_missing(last, length):
    rain = np.arange(10, dtype=np.float32)[:, None, None] * np.ones((1, 2, 3), np.float32)
    frames = history.recent(rain, last, length)
    wanted = [index if 0 <= index < 10 else np.nan for index in range(last - length + 1, last + 1)]
    np.testing.assert_array_equal(frames[:, 1, 2], wanted)


@given(st.integers(0, 8), st.integers(1, 12), st.integers(0, 2**31))
def test_what_falls_later_changes_nothing(last, length, seed):
    rain = np.random.default_rng(seed).random((10, 2, 2)).astype(np.float32)
    later = rain.copy()
    later[last + 1 :] = 999
    np.testing.assert_array_equal(history.recent(rain, last, length), history.recent(later, last, length))


@pytest.mark.parametrize(
    ("last", "wanted"),
    # Frames 2, 3 and 4 are made of frames 1 and 5, so none of them is known before frame 5 is.
    [(1, [0, 1]), (2, [0, 1]), (4, [0, 1]), (5, [0, 1, 2, 3, 4, 5]), (7, [0, 1, 2, 3, 4, 5, 6, 7])],
)
def test_interpolated_frames_are_known_once_the_frame_after_them_is(last, wanted):
    rain = np.arange(8, dtype=np.float32)[:, None, None]
    interpolated = np.isin(np.arange(8), [2, 3, 4])
    frames = history.recent(rain, last, 8, interpolated)[:, 0, 0]
    assert frames[np.isfinite(frames)].tolist() == wanted


@pytest.mark.parametrize("last", range(8))
def test_what_radar_measures_later_changes_nothing_known_before(tmp_path, last):
    """From raw files on, with gaps that the archive fills."""
    known = []
    for later in (0.0, 90.0):
        folder = tmp_path / f"{later:g}"
        (folder / "in").mkdir(parents=True)
        (folder / "out").mkdir()
        marks = [0, 1, 4, 5, 7]
        rates = np.array([(later if mark > last else 10.0 + mark) for mark in marks])[:, None, None] * np.ones(
            (1, 3, 4)
        )
        write_radar(folder / "in" / "a.nc", rates, minutes=[5 * mark for mark in marks])
        options = IngestRadar(time_step=5, max_gap=15, max_rainfall_rate=300)
        ingest(folder / "in", folder / "out", folder / "radar.json", GRID, options)
        (path,) = (folder / "out").iterdir()
        rain = SequenceReader(path)
        assert rain.interpolated.tolist() == [mark not in marks for mark in range(8)]
        known.append(history.recent(rain, last, 8, rain.interpolated))
    np.testing.assert_array_equal(*known)


@pytest.mark.parametrize(
    ("reducer", "plain"), [("mean", lambda group: sum(group) / len(group)), ("max", max), ("sum", sum)]
)
@given(patterns, st.data())
@settings(max_examples=30)
def test_pooling_and_missing_share_equal_plain_sums(reducer, plain, pattern, data):
    values = st.one_of(st.floats(0, 200, width=32), st.just(float("nan")))
    frames = data.draw(hnp.arrays(np.float32, (sum(pattern), 2, 2), elements=values))
    pooled, share = history.pool(frames, pattern, reducer), history.missing_share(frames)
    for row, column in np.ndindex(2, 2):
        series = [float(value) for value in frames[:, row, column]]
        assert share[row, column] == pytest.approx(sum(value != value for value in series) / len(series))
        start = 0
        for channel, size in enumerate(pattern):
            group = [0.0 if value != value else value for value in series[start : start + size]]
            assert pooled[channel, row, column] == pytest.approx(plain(group), rel=1e-5)
            start += size


@pytest.mark.parametrize(("routed_pattern", "wanted"), [([1, 2, 4], [2.0, 3.0, 3.5]), ("channels", [0.5, 1.0, 2.0])])
def test_accumulated_rain_is_rate_times_time_of_the_newest_frames_or_of_each_channel(routed_pattern, wanted):
    frames = np.array([6.0, np.nan, 12.0, 24.0], np.float32)[:, None, None]
    spans = window_settings(pattern=[2, 1, 1], routed_pattern=routed_pattern).routed_spans
    np.testing.assert_allclose(history.accumulate(frames, spans, 1 / 12).ravel(), wanted)
