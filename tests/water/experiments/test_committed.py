"""What the committed tables of `make results` must bear out, for README and docs say it."""

import pytest

from tests.house.findings import committed, read

BEST, SEED_MODELS = "guided_unet", ("temporal_cnn", "temporal_cnn_vae", "contrastive_decoder")
LEAST = {"unseen_storms": 0.65, "unseen_terrain": 0.55}
LEAD = 0.10


def rows(name, **wanted):
    found = read(f"results/water/{name}.csv", committed)
    return [row for row in found if all(row[key] == value for key, value in wanted.items())]


@pytest.mark.parametrize("split", sorted(LEAST))
def test_the_best_leads_every_baseline_on_ground_that_was_held_out_strictly(split):
    of_all = {row["model"]: row for row in rows("folds", fold="all", split=split, wet_depth=0.1)}
    best = of_all.pop(BEST)
    assert len(of_all) >= 9
    assert best["critical_success_index"] >= LEAST[split]
    assert max(row["critical_success_index"] for row in of_all.values()) <= best["critical_success_index"] - LEAD
    assert best["difference"] >= LEAD
    assert best["difference_low"] > 0


@pytest.mark.parametrize("split", sorted(LEAST))
def test_five_seeds_of_it_score_as_much(split):
    (seeds,) = rows("seeds", model=BEST, split=split, wet_depth=0.1)
    assert seeds["seeds"] == 5
    assert seeds["low"] >= LEAST[split]
    assert seeds["difference_low"] > 0


@pytest.mark.parametrize("model", SEED_MODELS)
@pytest.mark.parametrize("baseline", ["climatology", "routed_rain"])
def test_the_models_of_the_seed_beat_climatology_and_routed_rain(model, baseline):
    (found,) = rows("comparisons", model=model, baseline=baseline, split="unseen_storms", wet_depth=0.1)
    assert found["low"] > 0


def test_every_model_has_passed_its_checks_and_stands_beside_every_baseline():
    found = rows("scores", task="emulate", split="unseen_storms", wet_depth=0.1)
    checked = {row["model"]: row["checked"] for row in found}
    assert {name for name, said in checked.items() if said == "passed"} == {BEST, "unet", "deeplabv3plus", *SEED_MODELS}
    reckoned = {"settled_rain", "coarse_simulator_2", "coarse_simulator_3", "coarse_simulator_4"}
    learnt = {"climatology", "rain_threshold", "routed_rain", "routed_logistic", "hand_logistic"}
    assert {"all_dry", *learnt, *reckoned} <= set(checked)
