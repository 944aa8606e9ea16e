"""The README's picture of the pipeline, drawn from dvc.yaml: two wings, levels by what must come before."""

from __future__ import annotations

from pathlib import Path

from floodmark.dag import StageEntry, read_stages

BOX, GAP_X, GAP_Y, TOP = (168, 38), 22, 34, 46
LAND = {
    "ingest_radar",
    "ingest_heightmap",
    "generate_storms",
    "make_water",
    "make_windows",
    "pretrain_contrastive",
    "train_water",
    "evaluate_water",
}
BLUE, ORANGE, GREY = "#0b6aa2", "#b3541e", "#555555"


def edges(stages: dict[str, StageEntry]) -> set[tuple[str, str]]:
    """(from, to) by stage name, the matrix collapsed."""
    found = set()
    for later in stages.values():
        for earlier in stages.values():
            if earlier.name != later.name and any(
                dep == out or out.startswith(dep + "/") or dep.startswith(out + "/")
                for dep in later.deps
                for out in earlier.outs
            ):
                found.add((earlier.name, later.name))
    return found


def reduced(links: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The links that no longer way makes superfluous."""

    def reachable(start: str) -> set[str]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            here = waiting.pop()
            for earlier, later in links:
                if earlier == here and later not in found:
                    found.add(later)
                    waiting.append(later)
        return found

    return {
        (a, b)
        for a, b in links
        if not any(b in reachable(middle) for start, middle in links if start == a and middle != b)
    }


def levels(names: list[str], links: set[tuple[str, str]]) -> dict[str, int]:
    """The longest way from a source to each stage."""
    level = dict.fromkeys(names, 0)
    for _ in names:
        for earlier, later in links:
            level[later] = max(level[later], level[earlier] + 1)
    return level


def places(names: list[str], level: dict[str, int]) -> dict[str, tuple[float, float]]:
    """Upper left corner of every box: the land left, the people right, the report in the middle below."""
    widest = {"land": 2, "people": 3}
    found = {}
    for wing, left in (("land", 0.0), ("people", widest["land"] * (BOX[0] + GAP_X) + GAP_X)):
        members = [name for name in names if name != "report" and (name in LAND) == (wing == "land")]
        ranks = {value: rank for rank, value in enumerate(sorted({level[name] for name in members}))}
        for rank in ranks.values():
            row = [name for name in members if ranks[level[name]] == rank]
            width = widest[wing] * (BOX[0] + GAP_X)
            start = left + (width - len(row) * (BOX[0] + GAP_X)) / 2 + GAP_X
            for place, name in enumerate(row):
                found[name] = (start + place * (BOX[0] + GAP_X), TOP + rank * (BOX[1] + GAP_Y))
    bottom = max(y for _, y in found.values()) + BOX[1] + GAP_Y
    found["report"] = (2.4 * (BOX[0] + GAP_X), bottom)
    return found


def draw(root: Path) -> str:
    """The SVG's text."""
    stages = read_stages(root)
    names = list(dict.fromkeys(stage.name for stage in stages.values()))
    counts = {name: sum(stage.name == name for stage in stages.values()) for name in names}
    links = reduced(edges(stages))
    place = places(names, levels(names, links))
    width = max(x for x, _ in place.values()) + BOX[0] + GAP_X
    height = max(y for _, y in place.values()) + BOX[1] + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" font-family="sans-serif">',
        "<title>The pipeline: the land on the left, the people on the right, the report of both below</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        f'<text x="{GAP_X}" y="24" font-size="15" fill="{BLUE}">the land: rain to water</text>',
        f'<text x="{3.05 * (BOX[0] + GAP_X):.0f}" y="24" font-size="15" fill="{ORANGE}">'
        "the people: tweets to sentiment</text>",
    ]
    for earlier, later in sorted(links):
        (x1, y1), (x2, y2) = place[earlier], place[later]
        start, end = (x1 + BOX[0] / 2, y1 + BOX[1]), (x2 + BOX[0] / 2, y2)
        bend = (end[1] - start[1]) / 2
        curve = f"C{start[0]:.0f} {start[1] + bend:.0f} {end[0]:.0f} {end[1] - bend:.0f} {end[0]:.0f} {end[1]:.0f}"
        line = f'd="M{start[0]:.0f} {start[1]:.0f} {curve}"'
        parts.append(f'<path {line} fill="none" stroke="#9aa5ad" stroke-width="1.3"/>')
    for name in names:
        x, y = place[name]
        colour = GREY if name == "report" else BLUE if name in LAND else ORANGE
        label = name if counts[name] == 1 else f"{name} ×{counts[name]}"
        parts.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX[0]}" height="{BOX[1]}" rx="7" fill="{colour}"/>')
        middle = f'x="{x + BOX[0] / 2:.0f}" y="{y + 24:.0f}" text-anchor="middle"'
        parts.append(f'<text {middle} font-size="14" fill="#fff">{label}</text>')
    return "\n".join([*parts, "</svg>\n"])
