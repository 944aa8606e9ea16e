"""Takes the results of a finished study into `results/<name>`, where the docs read them.

`PYTHONPATH=src python -m tests.house.collect studies/pennines`, then `make docs`. Only tables of scores and figures are
taken, nothing of a tweet.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from floodmark.dag import RESULTS, read_stages

JUDGED = ("human.csv", "comparisons.csv")


def collect(study: Path) -> list[Path]:
    """Copy the tables and figures; what was written.

    Raises:
        FileNotFoundError: if the study lacks one: run `make results` for it first.
    """
    folder = Path("results") / study.name
    sources = [study / out for stage in read_stages(study, RESULTS).values() for out in stage.outs]
    sources += [study / "outputs/sentiment" / name for name in JUDGED]
    missing = [str(path) for path in sources if not path.is_file()]
    if missing:
        raise FileNotFoundError(f"{', '.join(missing)}: run `make results DATA=<its folder>` first")
    folder.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copyfile(path, folder / path.name)) for path in sources]


if __name__ == "__main__":
    print(*collect(Path(sys.argv[1])), sep="\n")
