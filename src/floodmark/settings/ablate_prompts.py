"""Section `ablate_prompts`: a prompt in front of the text, beside photos, in `results/`."""

from typing import Self

from pydantic import Field, model_validator

from floodmark.settings.ablate_errors import AblateErrors


class AblatePrompts(AblateErrors):
    """Which prompts are tried, at which confidence photos are lent, how often each variant is trained."""

    prompts: tuple[str, ...] = Field(min_length=1, description="what is put in front of each text, a variant each")
    senseless: str = Field(
        min_length=1, description="a prompt about as long as the others that says nothing, to compare with"
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        known = {"text_only", "both", "senseless prompt"}
        given = [prompt.strip() for prompt in self.prompts]
        if len(set(given)) < len(given) or not all(given) or known & set(given):
            raise ValueError(
                f"prompts = {list(self.prompts)}: each once, none empty, none called {' or '.join(sorted(known))}"
            )
        return self
