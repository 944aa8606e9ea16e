"""Radar files become one archive of unbroken sequences on the study's grid."""

from pathlib import Path

from floodmark.settings.grid import GridSettings
from floodmark.settings.ingest_radar import IngestRadar
from floodmark.stage import stage


@stage(grid=GridSettings, ingest_radar=IngestRadar)
def main(grid: GridSettings, ingest_radar: IngestRadar) -> None:
    """Radar files become one archive of unbroken sequences on the study's grid."""
    from floodmark.radar.archive import ingest
    from floodmark.storage import outputs
    from floodmark.terrain.extent import rain_grid

    with outputs("outputs/radar", "outputs/radar.json") as (archive, metrics):
        radar = Path("data/radar")
        ingest(radar, archive, metrics, rain_grid(radar, Path("data/heightmap"), grid), ingest_radar)


if __name__ == "__main__":
    main()
