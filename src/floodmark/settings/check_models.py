"""Section `check_models`: what every network must learn before its real score counts."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from floodmark.settings.base import Section
from floodmark.settings.train_water import Model, TrainWater

MODELS = tuple(
    name
    for name, field in TrainWater.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Model)
)
"""Those that train_water has a section for."""


def _known(name: str) -> str:
    if name not in MODELS:
        raise ValueError(f"must be one of {', '.join(MODELS)}")
    return name


Name = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(MODELS)})]
Mark = Annotated[float, Field(gt=0, le=1)]

Passes = Annotated[int, Field(ge=1, le=10000, description="passes over the digits of training, 1 to 10000")]


class ChoiceMarks(Section):
    """Of a task in which one of two maps is drawn."""

    accuracy: Mark = Field(description="share of digits whose drawn map is nearer to the right target, above 0 to 1")
    r2: Mark = Field(description="squared error explained beyond the mean of both targets, above 0 to 1")


class CopyMarks(Section):
    """Of a task in which a map is copied."""

    critical_success_index: Mark = Field(description="intersection over union of wet cells, above 0 to 1")
    r2: Mark = Field(description="squared error explained beyond the mean map, above 0 to 1")


class ReconstructMarks(Section):
    """Of reconstruction."""

    r2: Mark = Field(description="squared error explained beyond the mean image, above 0 to 1")


class SampleMarks(Section):
    """Of sampling."""

    relative_information: Mark = Field(
        description="information of image and class in sampled images, that in real ones being 1, above 0 to 1"
    )


class TranslateMarks(Section):
    """Of translation."""

    critical_success_index: Mark = Field(description="intersection over union of drawn outlines, above 0 to 1")


class PassMarks(Section):
    """What must be reached on held-out digits, the whole interval lying above the baseline besides."""

    constant_targets: ChoiceMarks = Field(description="all dry for digits below 5, else all wet")
    random_targets: ChoiceMarks = Field(description="one of two random maps")
    copy_heightmap: CopyMarks = Field(description="the digit is the ground and the depth is to be like it")
    reconstruct: ReconstructMarks = Field(description="the autoencoder draws the digit it read")
    sample: SampleMarks = Field(description="the autoencoder draws digits that there never were")
    translate: TranslateMarks = Field(description="an autoencoder draws the outline of the digit it read")


class Epochs(Section):
    """Passes of each network over the digits of training."""

    constant_targets: Passes
    random_targets: Passes
    copy_heightmap: Passes


class Vae(Section):
    """The plain variational autoencoder."""

    features: int = Field(ge=4, le=1024, description="channels at half the resolution, 4 to 1024")
    code: int = Field(ge=1, le=1024, description="numbers that an image is told by, 1 to 1024")
    epochs: Passes
    learning_rate: float = Field(gt=0, le=1, description="peak rate of AdamW, above 0 to 1")


class CheckModels(Section):
    """Tasks on handwritten digits; networks, losses and learning rates are those of train_water."""

    digits: str | None = Field(
        description="folder of the IDX files of MNIST or Fashion-MNIST (train-images-idx3-ubyte, "
        "train-labels-idx1-ubyte and the two of t10k, plain or .gz), which DVC does not watch; null: the 1,797 digits "
        "of scikit-learn"
    )
    training_digits: int = Field(ge=1, le=60000, description="digits learnt from, 1 to 60000")
    validation_digits: int = Field(ge=1, le=60000, description="digits that the best epoch is chosen by, 1 to 60000")
    test_digits: int = Field(ge=1, le=10000, description="held-out digits that the scores are of, 1 to 10000")
    models: list[Name] = Field(min_length=1, max_length=32, description="models of train_water checked")
    epochs: Epochs = Field(description="by task")
    batch_size: int = Field(ge=2, le=4096, description="digits of a step, 2 to 4096")
    shift: int = Field(ge=0, le=8, description="in training digits are moved by up to this many cells, 0 to 8")
    resamples: int = Field(ge=100, le=100000, description="bootstrap samples of the 95 % intervals")
    vae: Vae = Field(description="the plain variational autoencoder, which is checked besides the models")
    pass_marks: PassMarks = Field(description="by task and score")
