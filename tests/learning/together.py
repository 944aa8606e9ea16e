"""Every training, small: what `torchrun` starts in two processes, and a test in one.

As a program, `together.py STUDY FOLDER [TRAINING ...]`, it does them on what `prepare` wrote, into a folder each, which
may not hold anything before.
"""

import sys
from pathlib import Path

import torch

from floodmark import ranks
from floodmark.settings.base import read_params, read_section
from floodmark.settings.pretrain_clip import PretrainClip
from floodmark.settings.pretrain_contrastive import PretrainContrastive
from floodmark.settings.train_text import TrainText
from floodmark.storage import outputs

ROOT = Path(__file__).parents[2]
TRAINING = {"epochs": 3, "patience": 3, "batch_size": 31, "learning_rate": 0.01, "weight_decay": 0.01}
"""With a batch that two ranks cannot halve, and a last one of another size."""
LSTM = {"units": [8, 8], "bidirectional": True, "batch_norm": True, "dropout": 0.3, **TRAINING}
TRANSFORMER = {"width": 16, "layers": 1, "heads": 2, "feed_forward": 16, "dropout": 0.2, **TRAINING}
CLIP = {"embed_dim": 16, "image_size": 32, "patch_size": 16, "image_width": 64, "image_layers": 1, "context_length": 16,
        "text_width": 32, "text_layers": 1}  # fmt: skip
CONTRAST = {"depths": [0, 1], "dims": [8, 8], "epochs": 2, "steps_per_epoch": 4, "batch_size": 7, "resamples": 100}
WATER = {"epochs": 2, "nowcast_epochs": 1, "steps_per_epoch": 5, "batch_size": 7, "learning_rate": 0.003}


def settings(name, kind, **changes):
    params = read_params(ROOT / "params.yaml")
    return read_section({name: params[name] | changes}, name, kind, "params.yaml")


def prepare(study):
    """What the trainings read."""
    from tests.sentiment.study import write_study as write_texts
    from tests.water.conftest import cut
    from tests.water.study import write_study as write_water

    write_texts(study / "texts")
    write_water(study)
    cut(study)
    return study


def text(model):
    def train(study, folder):
        from floodmark.sentiment.text_models import train_text

        words = {"max_tokens": 12, "common_words": 50}
        chosen = settings("train_text", TrainText, words=words, lstm=LSTM, transformer=TRANSFORMER)
        train_text(model, study / "texts/tweets/labelled.parquet", study / "absent", folder, chosen, 1)

    return train


def water(model, loss):
    def train(study, folder):
        from floodmark.water.training import train_water
        from tests.water.study import train_settings

        train_water(model, study / "windows", study, folder, train_settings(loss=loss, **WATER), 7, None)

    return train


def contrast(study, folder):
    from floodmark.water.contrastive.pretraining import pretrain

    pretrain(study / "windows", folder, settings("pretrain_contrastive", PretrainContrastive, **CONTRAST), 3)


def clip(study, folder):
    from floodmark.sentiment.pretraining import pretrain

    chosen = settings("pretrain_clip", PretrainClip, model=CLIP, epochs=2, batch_size=15)
    pretrain(study / "texts/tweets/labelled.parquet", study / "texts/media", folder, chosen, 1)


TRAININGS = {
    "lstm": text("lstm"),
    "transformer": text("transformer"),
    "clip": clip,
    "contrast": contrast,
    "unet": water("unet", "cross_entropy_dice"),
    "temporal_cnn": water("temporal_cnn", "soft_index"),
    "temporal_cnn_vae": water("temporal_cnn_vae", "log_depth"),
    "deeplabv3plus": water("deeplabv3plus", "tversky"),
    "contrastive_decoder": water("contrastive_decoder", "focal"),
}


def do(study, folder, names):
    torch.set_num_threads(1)
    with ranks.together():
        for name in names or TRAININGS:
            with outputs(folder / name) as (place,):
                TRAININGS[name](study, place)


if __name__ == "__main__":
    do(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
