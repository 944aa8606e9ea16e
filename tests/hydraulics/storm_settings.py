"""Settings of storms as a test wants them."""

from __future__ import annotations

from floodmark.settings.generate_storms import Fitted, GenerateStorms

FITTED = {
    "count": 0, "least_events": 10, "wet_rate": 0.3, "dry_gap": 30, "quantiles": (0.1, 0.9), "smoothing": 3,
    "motion_lag": 15, "fastest": 30, "spread": 0.6, "corrections": 6, "simulated": 24,
}  # fmt: skip


def fitted(**changes):
    return Fitted(**{**FITTED, **changes})


def storm_settings(**changes):
    return GenerateStorms(
        **{"time_step": 5, "least_events": 0, "climates": {}, "fitted": FITTED, "design_storms": {}, **changes}
    )
