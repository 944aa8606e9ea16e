"""Variants of the models that answer why one falls short: what it reads, and how its encoder begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from floodmark.water.experiments.trials import with_budget, with_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from floodmark.settings.judge_water import JudgeWater
    from floodmark.settings.train_water import TrainWater

STARTS = ("frozen", "tuned", "scratch")
"""Of the encoder of contrastive_decoder."""


@dataclass(frozen=True)
class Variant:
    """A model with one change.

    Attributes:
        model: Its name.
        name: Of the variant; `base` where nothing is changed.
        settings: How it learns.
    """

    model: str
    name: str
    settings: TrainWater

    @property
    def key(self) -> str:
        """Of its scores."""
        return f"{self.model}: {self.name}"

    @property
    def inputs(self) -> str:
        """Kinds of channels that it reads."""
        return " ".join(getattr(self.settings, self.model).inputs)

    @property
    def start(self) -> str:
        """How its encoder begins; empty where it has none that was pretrained."""
        return str(getattr(getattr(self.settings, self.model), "start", ""))


BASE = "base"


def variants(train: TrainWater, settings: JudgeWater) -> Iterator[Variant]:
    """Of each model asked for, the base first, then one for each other list of inputs and each other start.

    An encoder that was pretrained reads what it was pretrained on: with other inputs it begins from scratch.
    """
    for model in settings.variant_models:
        base = with_budget(train, model, settings.variant_epochs)
        own = getattr(base, model)
        yield Variant(model, BASE, base)
        for inputs in settings.variant_inputs:
            if set(inputs) != set(own.inputs):
                yield Variant(model, f"reads {' '.join(inputs)}", with_changes(base, model, **_reading(own, inputs)))
        for start in STARTS if hasattr(own, "start") else ():
            if start != own.start:
                yield Variant(model, f"encoder {start}", with_changes(base, model, start=start))


def _reading(own: Any, inputs: Sequence[str]) -> dict[str, Any]:
    changes: dict[str, Any] = {"inputs": list(inputs)}
    if hasattr(own, "start"):
        changes["start"] = "scratch"
    if hasattr(own, "heightmap") and "heightmap" not in inputs:
        changes["heightmap"] = "upright"
    return changes
