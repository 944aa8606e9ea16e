"""Raw tweets and human labels become scrubbed, pseudonymous tables; nothing after this stage reads them raw."""

from pathlib import Path

from floodmark.settings.anonymise import Anonymise
from floodmark.stage import stage


@stage(anonymise=Anonymise)
def main(anonymise: Anonymise) -> None:
    """Raw tweets and human labels become scrubbed, pseudonymous tables; nothing after this stage reads them raw."""
    from floodmark.tweets.memory import return_freed_memory

    return_freed_memory()  # before polars is imported
    from floodmark.storage import outputs
    from floodmark.tweets.anonymise import anonymise as run
    from floodmark.tweets.key import load_key

    names = ("tweets.parquet", "users.parquet", "places.parquet", "human.parquet", "audit.json")
    with outputs(*(f"outputs/tweets/{name}" for name in names)) as paths:
        run(Path("data/tweets"), Path("data/labels"), load_key(Path()), paths, anonymise)


if __name__ == "__main__":
    main()
