"""Takes the results of a finished study into `results/<name>/<wing>`, where the docs read them.

`PYTHONPATH=src python -m tests.house.collect studies/pennines`, then `make docs`. Only tables of scores and figures are
taken, nothing of a tweet.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from floodmark.dag import RESULTS, read_stages

OUTPUTS = ("sentiment/human.csv", "sentiment/comparisons.csv")
"""Of the first pipeline, beside all that the second writes."""


def collect(study: Path) -> list[Path]:
    """Copy the tables and figures; what was written.

    Raises:
        FileNotFoundError: if the study lacks one: run `make results` for it first.
    """
    folder, results = Path("results") / study.name, study / "results"
    taken = {Path(name): study / "outputs" / name for name in OUTPUTS}
    for stage in read_stages(study, RESULTS).values():
        taken |= {(study / out).relative_to(results): study / out for out in stage.outs}
    missing = [str(path) for path in taken.values() if not path.is_file()]
    if missing:
        raise FileNotFoundError(f"{', '.join(missing)}: run `make results DATA=<its folder>` first")
    for name in taken:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copyfile(path, folder / name)) for name, path in taken.items()]


if __name__ == "__main__":
    print(*collect(Path(sys.argv[1])), sep="\n")
