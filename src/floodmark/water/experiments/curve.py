"""How the score grows with the number of storms learnt from: whether more of them would still help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.charts import save_svg
from floodmark.learning.resampling import percentile_interval
from floodmark.learning.tables import write_csv
from floodmark.progress import say
from floodmark.water import splits
from floodmark.water.dataset import Windows
from floodmark.water.experiments.scores import trial_scores
from floodmark.water.experiments.trials import Trial, run_trials, with_budget
from floodmark.water.moments import EMULATE
from floodmark.water.views import UNSEEN_STORMS, UNSEEN_TERRAIN
