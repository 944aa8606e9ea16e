"""Emoji label tweets; duplicates collapse; splits share no author, conversation, photo or text."""

from pathlib import Path

from floodmark.settings.label_tweets import LabelTweets
from floodmark.settings.random import Random
from floodmark.stage import stage


@stage(label_tweets=LabelTweets, random=Random)
def main(label_tweets: LabelTweets, random: Random) -> None:
    """Emoji label tweets; duplicates collapse; splits share no author, conversation, photo or text."""
    from floodmark.sentiment.labelling import label
    from floodmark.storage import outputs

    folder = Path("outputs/tweets")
    inputs = (folder / "tweets.parquet", folder / "human.parquet", Path("outputs/media/manifest.parquet"))
    with outputs(*(folder / name for name in ("labelled.parquet", "judged.parquet", "labels.json"))) as paths:
        label(inputs, paths, label_tweets, random.seed)


if __name__ == "__main__":
    main()
