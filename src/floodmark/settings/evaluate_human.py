"""Section `evaluate_human`: every model against human judgement."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from floodmark.settings.base import Section

Judgement = Literal["negative", "neutral", "positive", "left_out"]


class Classes(Section):
    """What each step that people may choose stands for: labels of three or two steps use some of them only.

    The fields are the steps from the worst to the best, in the order of the ordinal agreement.
    """

    negative: Judgement = Field(description="class of the label `negative`: negative, neutral, positive or left_out")
    slightly_negative: Judgement = Field(description="class of the label `slightly negative`")
    neutral: Judgement = Field(description="class of the label `neutral`")
    slightly_positive: Judgement = Field(description="class of the label `slightly positive`")
    positive: Judgement = Field(description="class of the label `positive`")

    @model_validator(mode="after")
    def _both(self) -> Self:
        chosen = {getattr(self, name) for name in type(self).model_fields}
        if not {"negative", "positive"} <= chosen:
            raise ValueError(f"classes {self.by_label()} must have a negative and a positive one")
        return self

    def by_label(self) -> dict[str, str | None]:
        """The class of each label as it is written, the lowest step first; None where the label does not vote."""
        found = {name.replace("_", " "): str(getattr(self, name)) for name in type(self).model_fields}
        return {label: None if judgement == "left_out" else judgement for label, judgement in found.items()}


class Scale(Section, extra="ignore"):
    """The one key of the section that says what people's labels stand for, for the stages that only need to know it."""

    classes: Classes = Field(description="class of each step of the scale on which people judge")


class EvaluateHuman(Scale, extra="forbid"):
    """Which text models are judged, what people's labels stand for, and how sure the scores are."""

    text_models: tuple[Literal["lstm", "transformer"], ...] = Field(description="text models judged: lstm, transformer")
    sentence_encoder: bool = Field(
        description="whether baselines on a frozen sentence encoder are judged too; needs the extra `sentence`"
    )
    neutral_as: Literal["negative", "positive"] = Field(
        description="class that neutral texts are taken for in the second set of scores; the first leaves them out"
    )
    calibration_bins: int = Field(
        ge=2, le=100, description="bins of equal width of the probability, for calibration, 2 to 100"
    )
    resamples: int = Field(ge=100, le=100_000, description="bootstrap samples behind each interval, 100 to 100000")
