"""The report's topics: what they are, how sure their number and each of them is, and how they sound over time."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from floodmark.charts import COLOURS, svg
from floodmark.report import html
from floodmark.report.files import read_metrics, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

SENTIMENTS = {"negative": COLOURS[1], "neutral": "#BBBBBB", "positive": COLOURS[0]}
MOST_TOPICS, MOST_EVENTS = 16, 6
"""Rows and columns of the drawing over time, the largest first."""
COLUMNS = {
    "topic": "topic", "tweets": "tweets", "words": "top words", "npmi": "NPMI coherence",
    "jaccard": "top words found again", "stable": "stable",
}  # fmt: skip
READS_ENGLISH = "Sentiment is VADER's, which reads English; of other languages it understands little and says neutral."


def topics(outputs: Path) -> list[str]:
    """Tables and drawings of `outputs/topics`."""
    path = outputs / "topics/topics.json"
    found = json.loads(path.read_text(encoding="utf-8"))["topics"] if path.is_file() else []
    if not found:
        return [html.note("There are too few tweets for topics.")]
    summary = read_metrics(outputs / "topics/summary.json")
    rows = read_rows(outputs / "topics/sentiment.csv")
    names = [_plain(f"{topic['topic']}  {topic['label']}") for topic in found]
    table = [[{**topic, "words": " ".join(topic["words"])}[key] for key in COLUMNS] for topic in found]
    return [
        html.table(list(COLUMNS.values()), table, "LDA topics, the largest first"),
        html.note(_stability(summary)),
        html.drawing(_by_count(read_rows(outputs / "topics/counts.csv"), len(found)), "Why so many topics"),
        html.drawing(_by_sentiment(rows, names), "Topic by sentiment, all tweets"),
        *_over_time(rows, names),
        html.note(READS_ENGLISH),
        html.fold("All numbers", html.tree(summary, "Summary")),
    ]


def _stability(summary: dict[str, Any]) -> str:
    alike = summary["stability"]
    return (
        f"{summary['stable_topics']} of {summary['topics']} topics are stable: fitted again with other seeds, they "
        "come back. A topic's top words and those of its matches share on average "
        f"{alike['jaccard']:.2f} of all their words (Jaccard index); matched at random, "
        f"{alike['jaccard_of_random_matching']:.2f}. Of a topic that is not stable another seed tells another story."
    )


def _by_count(tried: Sequence[dict[str, Any]], chosen: int) -> str:
    """Perplexity and coherence of every count that was tried, each beside its baseline."""
    from matplotlib.figure import Figure

    counts = [row["count"] for row in tried]
    figure = Figure(figsize=(8.6, 2.8), layout="constrained")
    panels = (
        ("held-out perplexity, low is good", "perplexity", "unigram_perplexity", "words by their shares alone"),
        ("NPMI coherence, high is good", "npmi", "npmi_of_shuffled_words", "the topics' words dealt anew"),
    )
    for axes, (title, score, baseline, meaning) in zip(figure.subplots(1, 2), panels, strict=True):
        axes.plot(counts, [row[score] for row in tried], "o-", color=COLOURS[0], label="topics")
        axes.plot(counts, [row[baseline] for row in tried], "--", color=COLOURS[1], label=meaning)
        axes.axvline(chosen, color="#888888", linewidth=1, zorder=0)
        axes.set(xlabel=f"number of topics ({chosen} taken)", title=title, xticks=counts)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, fontsize="small")
    return svg(figure)


def _by_sentiment(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    """The share of negative, neutral and positive tweets of every topic."""
    from matplotlib.figure import Figure

    totals = _count(rows, "topic")
    sizes = [sum(totals[number, sentiment] for sentiment in SENTIMENTS) for number in range(len(names))]
    figure = Figure(figsize=(8.6, 1.1 + 0.27 * len(names)), layout="constrained")
    axes = figure.subplots()
    left = [0.0] * len(names)
    for sentiment, colour in SENTIMENTS.items():
        shares = [totals[number, sentiment] / max(size, 1) for number, size in enumerate(sizes)]
        axes.barh(range(len(names)), shares, left=left, color=colour, label=sentiment)
        left = [start + share for start, share in zip(left, shares, strict=True)]
    axes.set_yticks(range(len(names)), [f"{name}  ({size})" for name, size in zip(names, sizes, strict=True)])
    axes.invert_yaxis()
    axes.set(xlabel="share of the topic's tweets", xlim=(0, 1))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=3, frameon=False)
    return svg(figure)


def _over_time(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> list[str]:
    """A panel for every topic and event: its tweets by sentiment, period by period; nothing where none has a time."""
    from matplotlib.figure import Figure

    dated = [row for row in rows if row["start"] is not None]
    sizes: Counter[Any] = Counter()
    for row in dated:
        sizes[row["event"]] += row["tweets"]
    if not sizes:
        return []
    largest = sorted(sizes, key=lambda event: (-sizes[event], str(event)))[:MOST_EVENTS]
    events = sorted(largest, key=lambda event: min(row["start"] for row in dated if row["event"] == event))
    shown = names[:MOST_TOPICS]
    figure = Figure(figsize=(2.2 + 1.7 * len(events), 1.0 + 0.55 * len(shown)), layout="constrained")
    grid = figure.subplots(len(shown), len(events), sharex="col", sharey="col", squeeze=False)
    for column, event in zip(grid.T, events, strict=True):
        _draw_event(column, [row for row in dated if row["event"] == event])
        column[0].set_title(_plain("no event" if event is None else str(event)), fontsize="small")
    for axes, name in zip(grid[:, 0], shown, strict=True):
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize="small")
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=3, frameon=False)
    left_out = f"; the {len(events)} largest of {len(sizes)} events" if len(events) < len(sizes) else ""
    left_out += f"; the {len(shown)} largest of {len(names)} topics" if len(shown) < len(names) else ""
    return [
        html.drawing(svg(figure), f"Topic by sentiment by time: tweets a period, on one scale for each event{left_out}")
    ]


def _draw_event(column: Sequence[Axes], rows: Sequence[dict[str, Any]]) -> None:
    """One event's tweets by sentiment, a panel a topic, all on one scale."""
    from matplotlib.dates import date2num

    periods = _periods(rows)
    totals = _count(rows, "topic", "start")
    stacks = [
        [[totals[number, f"{start:%Y-%m-%dT%H:%M}", sentiment] for start in periods] for sentiment in SENTIMENTS]
        for number in range(len(column))
    ]
    for axes, stacked in zip(column, stacks, strict=True):
        _fill(axes, periods, stacked)
    most = max(sum(counts) for stacked in stacks for counts in zip(*stacked, strict=True))
    column[0].set(ylim=(0, 1.05 * max(most, 1)), yticks=(0, most))
    column[-1].set_xticks([float(date2num(periods[0]))], [f"{periods[0]:%Y-%m-%d}"], ha="left")
    column[-1].set_xlabel(f"{len(periods)} × {rows[0]['hours']} h", fontsize="small")


def _fill(axes: Axes, periods: Sequence[datetime], stacked: Iterable[Sequence[int]]) -> None:
    """Steps, one on the other; the last period lasts as long as the first."""
    from matplotlib.dates import date2num

    ends = date2num([*periods, periods[-1] + (periods[1] - periods[0] if len(periods) > 1 else timedelta(days=1))])
    floor = [0] * len(ends)
    for (sentiment, colour), counts in zip(SENTIMENTS.items(), stacked, strict=True):
        top = [low + count for low, count in zip(floor, [*counts, counts[-1]], strict=True)]
        axes.fill_between(ends, floor, top, step="post", color=colour, linewidth=0, label=sentiment)
        floor = top
    axes.set(xlim=(ends[0], ends[-1]))
    axes.tick_params(labelsize="x-small")


def _periods(rows: Sequence[dict[str, Any]]) -> list[datetime]:
    """Every period of an event from its first to its last, those without a tweet too."""
    starts = sorted({datetime.fromisoformat(row["start"]) for row in rows})
    step = timedelta(hours=rows[0]["hours"])
    return [starts[0] + step * number for number in range((starts[-1] - starts[0]) // step + 1)]


def _count(rows: Iterable[dict[str, Any]], *keys: str) -> Counter[Any]:
    """Tweets by these columns and sentiment."""
    totals: Counter[Any] = Counter()
    for row in rows:
        for sentiment in SENTIMENTS:
            totals[(*(row[key] for key in keys), sentiment)] += row[sentiment]
    return totals


def _plain(text: str) -> str:
    """Text that matplotlib does not take for a formula."""
    return text.replace("$", r"\$")
