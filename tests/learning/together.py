"""Every kind of training, small, and steps of what is hard to share: started by torchrun in processes, or in one.

As a program, `together.py STUDY FOLDER [NAME ...]`, it does them on what `prepare` wrote, into a folder each.
"""

import sys
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from floodmark import ranks
from floodmark.learning.distributed import gathered, mean, shared
from floodmark.learning.seeds import generator
from floodmark.sentiment.models.dense import DenseClassifier
from floodmark.sentiment.models.lstm import BatchNorm
from floodmark.sentiment.training import Examples
from floodmark.sentiment.training import train as train_classifier
from floodmark.settings.base import read_params, read_section
from floodmark.settings.pretrain_clip import PretrainClip
from floodmark.settings.pretrain_contrastive import PretrainContrastive
from floodmark.settings.train_clip import TrainClip
from floodmark.settings.train_text import TrainText
from floodmark.storage import outputs
from floodmark.water.contrastive.loss import contrastive_loss
from floodmark.water.losses import KINDS, make_loss
from tests.water.study import train_settings

ROOT = Path(__file__).parents[2]
TRAINING = {"epochs": 3, "patience": 3, "batch_size": 31, "learning_rate": 0.01, "weight_decay": 0.01}
"""With a batch that two ranks cannot halve, and a last one of another size."""
LSTM = {"units": [8, 8], "bidirectional": True, "batch_norm": True, "dropout": 0.3, **TRAINING}
TRANSFORMER = {"width": 16, "layers": 1, "heads": 2, "feed_forward": 16, "dropout": 0.2, **TRAINING}
CLIP = {"embed_dim": 16, "image_size": 32, "patch_size": 16, "image_width": 64, "image_layers": 1, "context_length": 16,
        "text_width": 32, "text_layers": 1}  # fmt: skip
CONTRAST = {"depths": [0, 1], "dims": [8, 8], "epochs": 2, "steps_per_epoch": 4, "batch_size": 7, "resamples": 100}
# A rate at which rounding has not grown to more than the metrics show: at ten times as much, another number of threads
# moves an index in its third decimal already.
WATER = {"epochs": 2, "nowcast_epochs": 1, "steps_per_epoch": 5, "batch_size": 7, "learning_rate": 0.0003,
         "nowcast_learning_rate": 0.0003}  # fmt: skip


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

        train_water(model, study / "windows", study, folder, train_settings(loss=loss, **WATER), 7, None)

    return train


def frozen(study, folder):
    """A decoder over the encoder of a contrast, which learns nothing more."""
    from floodmark.water.contrastive.pretraining import pretrain
    from floodmark.water.training import train_water

    chosen = settings("pretrain_contrastive", PretrainContrastive, **CONTRAST | {"epochs": 0})
    (folder / "encoders").mkdir()
    with torch.random.fork_rng():
        pretrain(study / "windows", folder / "encoders", chosen, 3)
    own = {"inputs": chosen.inputs, "start": "frozen", "depths": [0, 1], "dims": [8, 8], "widths": [4, 4]}
    one = train_settings(loss="log_depth", **WATER)
    decoder = type(one.contrastive_decoder).model_validate({**one.contrastive_decoder.model_dump(), **own})
    changed = one.model_copy(update={"contrastive_decoder": decoder})
    train_water("contrastive_decoder", study / "windows", folder / "encoders", folder, changed, 7, None)


def contrast(study, folder):
    from floodmark.water.contrastive.pretraining import pretrain

    pretrain(study / "windows", folder, settings("pretrain_contrastive", PretrainContrastive, **CONTRAST), 3)


def clip(study, folder):
    from floodmark.sentiment.pretraining import pretrain

    chosen = settings("pretrain_clip", PretrainClip, model=CLIP, epochs=2, batch_size=15)
    pretrain(study / "texts/tweets/labelled.parquet", study / "texts/media", folder, chosen, 1)


def head(study, folder):
    """CLIP's two dense layers, over vectors of which the first number tells the class."""
    rng = generator(1, "vectors")

    def examples(count):
        vectors = torch.from_numpy(rng.normal(size=(2, count, 6)).astype("float32"))
        present = torch.from_numpy(rng.random(count) < 0.7)
        return Examples((*vectors, present), (vectors[0, :, 0] > 0).long().numpy(), range(count))

    splits = {"train": examples(63), "validation": examples(20), "test": examples(20)}
    chosen = settings("train_clip", TrainClip, units=8, dropout=0.3, image_dropout=0.2, **TRAINING)
    build = partial(DenseClassifier, 6, chosen.units, chosen.dropout, chosen.image_dropout)
    train_classifier("head", build, {}, splits, chosen, folder, 1)


TRAININGS = {
    "lstm": text("lstm"),
    "transformer": text("transformer"),
    "head": head,
    "clip": clip,
    "contrast": contrast,
    "unet": water("unet", "cross_entropy_dice"),
    "temporal_cnn": water("temporal_cnn", "soft_index"),
    "temporal_cnn_vae": water("temporal_cnn_vae", "log_depth"),
    "deeplabv3plus": water("deeplabv3plus", "tversky"),
    "contrastive_decoder": water("contrastive_decoder", "focal"),
    "frozen": frozen,
    "guided_unet": water("guided_unet", "soft_index"),
}


class Normalised(nn.Module):
    """Batch normalisation between two layers, in any number of dimensions."""

    def __init__(self, norm, inner, outer):
        super().__init__()
        self.layers = nn.Sequential(inner, norm, outer)

    def forward(self, x, y):
        return mean((self.layers(x) - y) ** 2)


class Towers(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.scale = nn.Linear(6, 5), nn.Linear(4, 5), nn.Parameter(torch.tensor(2.0))

    def forward(self, x, y):
        return contrastive_loss(F.normalize(self.one(x), dim=-1), F.normalize(self.two(y), dim=-1), self.scale)


class Maps(nn.Module):
    """A loss of maps of water whose truth is not known in the first rows, so that the first rank may know none."""

    def __init__(self, kind):
        super().__init__()
        self.loss = make_loss(kind, [0.1, 0.3], train_settings().losses)
        self.layer = nn.Conv2d(2, 3, 1)

    def forward(self, x, depth, known):
        return self.loss(self.layer(x), depth, known)


class Drawing(nn.Module):
    """Dropout of maps that lie channels last, and noise."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(2, 3, 1)

    def forward(self, x):
        y = F.dropout(self.layer(x.to(memory_format=torch.channels_last)), 0.4)
        return gathered((y * torch.rand_like(y) + torch.randn_like(y[:, 0])[:, None]).square().mean((1, 2, 3))).sum()


def steps():
    """By name, a model and a batch of as many rows as ranks, of more and of fewer."""
    draw = torch.Generator().manual_seed(3)

    def normal(*shape):
        return torch.randn(*shape, generator=draw)

    for rows in (1, 2, 5):
        maps = 3 + 2 * normal(rows, 2, 6, 5)
        norm = Normalised(nn.BatchNorm2d(3), nn.Conv2d(2, 3, 3), nn.Conv2d(3, 2, 1))
        yield f"maps {rows}", norm, (maps, normal(rows, 2, 4, 3))
        norm = Normalised(BatchNorm(3), nn.Linear(2, 3), nn.Linear(3, 2))
        yield f"rows {rows}", norm, (normal(rows, 2), normal(rows, 2))
        yield f"towers {rows}", Towers(), (normal(rows, 6), normal(rows, 4))
        yield f"drawing {rows}", Drawing(), (maps,)
    depth, known = normal(5, 6, 5).abs() / 3, torch.arange(150).view(5, 6, 5) > 70
    for kind in KINDS:
        yield f"{kind}", Maps(kind), (normal(5, 2, 6, 5), depth, known)
        yield f"{kind} unknown", Maps(kind), (normal(5, 2, 6, 5), depth, known & False)


def take_steps(study, folder):
    """Loss, gradients and running statistics of each of `steps`, and where chance stands afterwards."""
    torch.manual_seed(1)
    found = {}
    for name, model, batch in steps():

        def loss(batch, model=model):
            return model(*batch)

        objective = loss if ranks.world() == 1 else shared(model, loss, None)
        value = objective(batch)
        value.backward()
        found[f"{name}: loss"] = value.detach()
        found |= {f"{name}: gradient of {key}": weight.grad for key, weight in model.named_parameters()}
        found |= {f"{name}: {key}": value for key, value in model.named_buffers()}
    found["chance"] = torch.rand(3)
    save_file(found, folder / "steps.safetensors")


def do(study, folder, names):
    torch.set_num_threads(1)
    everything = {"steps": take_steps, **TRAININGS}
    with ranks.together():
        for name in names or everything:
            with outputs(folder / name) as (place,):
                everything[name](study, place)


if __name__ == "__main__":
    do(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
