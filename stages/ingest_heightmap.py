"""Heightmap tiles become elevation and drainage on the study's grid."""

from pathlib import Path

from floodmark.settings.grid import GridSettings
from floodmark.settings.ingest_heightmap import IngestHeightmap
from floodmark.stage import stage


@stage(grid=GridSettings, ingest_heightmap=IngestHeightmap)
def main(grid: GridSettings, ingest_heightmap: IngestHeightmap) -> None:
    """Heightmap tiles become elevation and drainage on the study's grid."""
    from floodmark.storage import outputs
    from floodmark.terrain.ingest import ingest

    with outputs("outputs/terrain", "outputs/terrain.json") as (terrain, metrics):
        ingest(Path("data/heightmap"), Path("data/radar"), terrain, metrics, grid, ingest_heightmap)


if __name__ == "__main__":
    main()
