from __future__ import annotations

import numpy as np

from floodmark.water import splits
from floodmark.water.contrastive.nulls import means
from floodmark.water.moments import EMULATE
from tests.water import study
from tests.water.conftest import cut


def test_mean_rain_is_the_same_whether_channels_hold_sums_or_means_of_frames(tmp_path):
    """Channels of different lengths: a sum that was weighed by its frames again would count long ones twice."""
    study.write_study(tmp_path)
    found = []
    for reducer in ("mean", "sum"):
        windows = cut(tmp_path, reducer=reducer, pattern=[6, 2, 1])
        rows = windows.select(EMULATE, splits.TRAIN)[::7]
        found.append(means(windows, rows))
    assert np.ptp(found[0][:, 0]) > 0.5
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)
