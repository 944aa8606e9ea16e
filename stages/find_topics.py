"""What the tweets are about: topics by their words, and the topic of every tweet."""

from pathlib import Path

from floodmark.settings.find_topics import FindTopics
from floodmark.settings.random import Random
from floodmark.stage import stage


@stage(random=Random, find_topics=FindTopics)
def main(random: Random, find_topics: FindTopics) -> None:
    """What the tweets are about: topics by their words, and the topic of every tweet."""
    from floodmark.sentiment.topics import find_topics as find
    from floodmark.storage import outputs

    with outputs("outputs/topics") as (folder,):
        find(Path("outputs/tweets/labelled.parquet"), folder, find_topics, random.seed)


if __name__ == "__main__":
    main()
