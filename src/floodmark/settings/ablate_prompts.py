"""Section `ablate_prompts`: a prompt in front of the text, beside photos, in `results/`."""

from pydantic import Field

from floodmark.settings.ablate_errors import AblateErrors


class AblatePrompts(AblateErrors):
    """Which prompts are tried, at which confidence photos are lent, how often each variant is trained."""

    prompts: tuple[str, ...] = Field(min_length=1, description="what is put in front of each text, a variant each")
    senseless: str = Field(
        min_length=1, description="a prompt as long as the others that says nothing, to compare with"
    )
