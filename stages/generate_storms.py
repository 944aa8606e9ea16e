"""Made-up storms of set and fitted climates, and design storms, on the study's rain grid."""

from pathlib import Path

from floodmark.settings.generate_storms import GenerateStorms
from floodmark.settings.random import Random
from floodmark.stage import stage


@stage(random=Random, generate_storms=GenerateStorms)
def main(random: Random, generate_storms: GenerateStorms) -> None:
    """Made-up storms of set and fitted climates, and design storms, on the study's rain grid."""
    import json

    from floodmark.hydraulics.storms import generate
    from floodmark.storage import outputs

    with outputs("outputs/storms", "outputs/storms.json") as (storms, metrics):
        radar = json.loads(Path("outputs/radar.json").read_text(encoding="utf-8"))
        generate(radar, Path("outputs/radar"), storms, metrics, generate_storms, random.seed)


if __name__ == "__main__":
    main()
