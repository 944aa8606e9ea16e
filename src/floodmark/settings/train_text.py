"""Section `train_text`: classifiers of the text alone, on word vectors."""

from typing import Annotated

from pydantic import Field

from floodmark.settings.base import Section


class Training(Section):
    """How long and how fast a model is trained."""

    epochs: int = Field(ge=1, le=1000, description="at most this many passes over the training tweets, 1 to 1000")
    patience: int = Field(ge=1, le=1000, description="stop after this many epochs without a better score, 1 to 1000")
    batch_size: int = Field(ge=1, le=65536, description="tweets of one step, 1 to 65536")
    learning_rate: float = Field(gt=0, le=0.1, description="peak rate of AdamW, above 0 to 0.1")
    weight_decay: float = Field(ge=0, le=1, description="decoupled weight decay, 0 to 1")


class Words(Section):
    """What both models read."""

    max_tokens: int = Field(ge=4, le=1024, description="tokens of a tweet, longer ones are cut at the end, 4 to 1024")
    common_words: int = Field(
        ge=0, le=5_000_000, description="most frequent words of the vectors kept beside those of the tweets, 0 to 5e6"
    )


class Lstm(Training):
    """A stack of LSTM layers."""

    units: tuple[Annotated[int, Field(ge=1, le=4096)], ...] = Field(
        min_length=1, max_length=8, description="units of each layer and direction, 1 to 4096 each, of 1 to 8 layers"
    )
    bidirectional: bool = Field(description="read the tweet from both ends")
    batch_norm: bool = Field(description="normalise each layer's features over the batch")
    dropout: float = Field(ge=0, lt=1, description="share of features dropped in training, 0 to below 1")


class Transformer(Training):
    """A pre-norm transformer encoder."""

    width: int = Field(ge=8, le=4096, description="width of the encoder, a multiple of heads, 8 to 4096")
    layers: int = Field(ge=1, le=48, description="encoder layers, 1 to 48")
    heads: int = Field(ge=1, le=64, description="attention heads, 1 to 64")
    feed_forward: int = Field(ge=8, le=16384, description="width of the feed-forward layers, 8 to 16384")
    dropout: float = Field(ge=0, lt=1, description="share of features dropped in training, 0 to below 1")


class TrainText(Section):
    """The text models by name."""

    words: Words = Field(description="tokens and vectors, the same for every model")
    lstm: Lstm = Field(description="LSTM on word vectors")
    transformer: Transformer = Field(description="transformer on word vectors")
