"""Photos that tweets refer to become pixels under pseudonyms, every reference with its fate."""

from pathlib import Path

from floodmark.settings.ingest_media import IngestMedia
from floodmark.stage import stage


@stage(ingest_media=IngestMedia)
def main(ingest_media: IngestMedia) -> None:
    """Photos that tweets refer to become pixels under pseudonyms, every reference with its fate."""
    from floodmark.storage import outputs
    from floodmark.tweets.key import load_key
    from floodmark.tweets.media import ingest

    with outputs("outputs/media", "outputs/media.json") as (folder, metrics):
        tweets = Path("outputs/tweets/tweets.parquet")
        ingest(Path("data/media"), tweets, load_key(Path()), folder, metrics, ingest_media)


if __name__ == "__main__":
    main()
