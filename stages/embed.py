"""Every photo and every text of a labelled tweet through CLIP, once."""

from pathlib import Path

from floodmark.settings.embed import Embed
from floodmark.stage import stage


@stage(embed=Embed)
def main(embed: Embed) -> None:
    """Every photo and every text of a labelled tweet through CLIP, once."""
    from floodmark.sentiment.embeddings import embed as write_embeddings
    from floodmark.storage import outputs, work_folder

    tweets = Path("outputs/tweets")
    with outputs("outputs/embeddings") as (folder,):
        write_embeddings(
            tweets / "labelled.parquet",
            tweets / "judged.parquet",
            Path("outputs/media"),
            Path("outputs/clip"),
            folder,
            embed,
            work_folder("embed"),
        )


if __name__ == "__main__":
    main()
