"""Section `pretrain_clip`: the CLIP model that gives texts and photos a common space."""

from typing import Annotated

from pydantic import Field

from floodmark.settings.base import Section

Layers = Annotated[int, Field(ge=1, le=48)]


class ClipModel(Section):
    """Architecture of the small CLIP model that is trained from scratch."""

    embed_dim: int = Field(ge=8, le=1024, description="length of the common embedding, 8 to 1024")
    image_size: int = Field(ge=16, le=512, description="side of the photos the model sees, pixels, 16 to 512")
    patch_size: int | None = Field(
        ge=4,
        le=64,
        description="side of a vision transformer's patch, pixels, 4 to 64, divides image_size; null: ResNet",
    )
    image_width: int = Field(
        ge=8, le=1536, multiple_of=8, description="width of the vision transformer, or of the ResNet's stem, 8 to 1536"
    )
    image_layers: Layers | tuple[Layers, Layers, Layers, Layers] = Field(
        description="layers of the vision transformer, 1 to 48, or blocks of the ResNet's four stages, 1 to 48 each"
    )
    context_length: int = Field(ge=8, le=256, description="BPE tokens of a text, longer ones are cut, 8 to 256")
    text_width: int = Field(ge=32, le=1536, multiple_of=32, description="width of the text transformer, 32 to 1536")
    text_layers: int = Field(ge=1, le=48, description="layers of the text transformer, 1 to 48")


class PretrainClip(Section):
    """Where the CLIP weights come from and how a small model is trained."""

    pretrained: str | None = Field(
        description="null: train the small model below; 'local-dir:FOLDER': weights in open_clip's layout, such as "
        "local-dir:data/clip; 'MODEL/TAG': an open_clip model and tag that open_clip finds on this machine"
    )
    model: ClipModel = Field(description="architecture of the model trained from scratch")
    epochs: int = Field(ge=0, le=1000, description="passes over the photo-text pairs, 0 to 1000")
    batch_size: int = Field(ge=2, le=65536, description="photo-text pairs of one contrast, 2 to 65536")
    learning_rate: float = Field(gt=0, le=0.1, description="peak rate of AdamW, above 0 to 0.1")
    weight_decay: float = Field(ge=0, le=1, description="decoupled weight decay, 0 to 1")
