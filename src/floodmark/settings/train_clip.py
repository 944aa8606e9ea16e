"""Section `train_clip`: two dense layers over CLIP's embedding of text and photo."""

from pydantic import Field

from floodmark.settings.base import Section


class TrainClip(Section):
    """The classifier, the same at every confidence of `augment.min_confidences`."""

    units: int = Field(ge=4, le=16384, description="units of each of the two dense layers, 4 to 16384")
    dropout: float = Field(ge=0, lt=1, description="share of features dropped in training, 0 to below 1")
    image_dropout: float = Field(
        ge=0, lt=1, description="share of photos withheld in training, so that tweets without one are no surprise"
    )
    epochs: int = Field(ge=1, le=1000, description="at most this many passes over the training tweets, 1 to 1000")
    patience: int = Field(ge=1, le=1000, description="stop after this many epochs without a better score, 1 to 1000")
    batch_size: int = Field(ge=1, le=65536, description="tweets of one step, 1 to 65536")
    learning_rate: float = Field(gt=0, le=0.1, description="peak rate of AdamW, above 0 to 0.1")
    weight_decay: float = Field(ge=0, le=1, description="decoupled weight decay, 0 to 1")
