"""Rain runs over the terrain: water depths of every event, with a mass ledger."""

from pathlib import Path

from floodmark.settings.make_water import MakeWater
from floodmark.stage import stage


@stage(make_water=MakeWater)
def main(make_water: MakeWater) -> None:
    """Rain runs over the terrain: water depths of every event, with a mass ledger."""
    from floodmark.hydraulics.make import make_water as make
    from floodmark.storage import outputs

    paths = ("outputs/water/depth", "outputs/water/ledger.csv", "outputs/water/ledger.json")
    with outputs(*paths) as (depth, table, metrics):
        rain, ground = (Path("outputs/radar"), Path("outputs/storms")), Path("outputs/terrain")
        make(Path("data/water"), *rain, ground, depth, table, metrics, make_water)


if __name__ == "__main__":
    main()
