"""Windows split another way are those that would have been cut anew."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.water import splits
from floodmark.water.experiments.derived import OWN, derive_windows, with_raw_numbers
from floodmark.water.experiments.folds import derive_folds
from floodmark.water.leakage import leakage
from tests.water import study
from tests.water.conftest import cut
from tests.water.experiments.test_stages import repeat_settings


def contents(folder):
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


DATES = {"train": [["2012-01-01", "2012-12-31"]], "validation": [["2013-01-01", "2013-03-06"]],
         "test": [["2013-03-08", "2013-12-31"]]}  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {
            "fold": 1,
            "block_cells": 32,
            "guard_cells": 5,
            "guard_upstream": 0.5,
            "least_seen_share": 0.7,
            "rain_scaling": "none",
            "test_share": 0.4,
            "stride_cells": 16,
        },
        {"split": {**study.WINDOWS["split"], "by": "dates", "dates": DATES}},
    ],
)
def test_derived_windows_have_the_bytes_of_windows_cut_anew(small, tmp_path, changes):
    study.write_study(tmp_path / "anew")
    anew = cut(tmp_path / "anew", **changes).folder
    derived = derive_windows(small, tmp_path / "derived", small.changed(**changes))
    assert leakage(derived) == []
    wanted, found = contents(anew), contents(derived.folder)
    linked = {path.name for path in derived.folder.iterdir() if path.is_symlink()}
    assert set(OWN) & linked == set()
    assert {name for name in wanted if "/" not in name} == {name for name in found if "/" not in name}
    for name, path in wanted.items():
        assert (derived.folder / name).read_bytes() == path.read_bytes(), name


def test_a_folder_that_is_there_is_taken_as_it_is(small, tmp_path):
    first = derive_windows(small, tmp_path / "fold", small.changed(fold=0))
    stamp = (first.folder / "index.parquet").stat().st_mtime_ns
    derive_windows(small, tmp_path / "fold", small.changed(fold=0))
    assert (first.folder / "index.parquet").stat().st_mtime_ns == stamp
    assert [path.name for path in tmp_path.iterdir()] == ["fold"]


def test_what_moments_hold_cannot_be_changed(small):
    with pytest.raises(ValueError, match="lead_minutes would change"):
        small.changed(lead_minutes=60)


def test_folds_hold_out_every_block_once(small, tmp_path):
    folds = list(derive_folds(small, tmp_path, repeat_settings()).values())
    held = [np.unique(fold.block[fold.region == splits.UNSEEN]) for fold in folds]
    seen = [np.unique(fold.block[fold.region == splits.SEEN]) for fold in folds]
    assert sorted(np.concatenate(held)) == list(range(int(folds[0].block.max()) + 1))
    for out, kept in zip(held, seen, strict=True):
        assert set(out) & set(kept) == set()
    storms = [set(fold.select("emulate", splits.TEST)["storm"]) for fold in folds]
    assert all(names == storms[0] for names in storms)


def test_a_fold_without_ground_held_out_is_left_out(small, tmp_path, capsys):
    assert derive_folds(small, tmp_path, repeat_settings(block_cells=200)) == {}
    assert "fold 1 has no ground to learn from or none held out" in capsys.readouterr().err


def test_raw_numbers_are_metres_and_millimetres_an_hour(small, tmp_path):
    raw = with_raw_numbers(derive_windows(small, tmp_path / "w", small.settings), tmp_path / "raw")
    row = raw.select("emulate", splits.TRAIN).row(0, named=True)
    height, *rain, _ = raw.inputs(["heightmap", "rain"], "emulate", row["source"], 0, 0, *raw.grid.shape)
    assert height == pytest.approx(np.asarray(raw.elevation))
    coarse = np.asarray(raw._rain[row["source"]])[:-1]
    assert np.stack(rain)[:, ::8, ::8] == pytest.approx(coarse)
