"""Rain history, terrain and depth become windows to learn from, with whole storms and blocks of ground held out."""

from pathlib import Path

from floodmark.settings.make_water import MakeWater
from floodmark.settings.make_windows import MakeWindows
from floodmark.stage import stage


@stage(make_water=MakeWater, make_windows=MakeWindows)
def main(make_water: MakeWater, make_windows: MakeWindows) -> None:
    """Rain history, terrain and depth become windows to learn from, with whole storms and blocks of ground held out."""
    from floodmark.storage import outputs
    from floodmark.water import windows

    with outputs("outputs/windows", "outputs/windows.json") as (folder, metrics):
        windows.make_windows(Path("outputs"), Path("data/water"), folder, metrics, make_windows, make_water)


if __name__ == "__main__":
    main()
