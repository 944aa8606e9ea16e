"""Many events side by side on a GPU: the same events, clocks and files as on the CPU, computed in PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from floodmark.hydraulics.clock import Clock
from floodmark.hydraulics.events import about, in_order, open_rain
from floodmark.hydraulics.forcing import Forcing
from floodmark.hydraulics.record import Record
from floodmark.hydraulics.torch_water import TorchWater
from floodmark.learning.devices import over_devices

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import torch

    from floodmark.hydraulics.clock import Span
    from floodmark.hydraulics.events import Event, SequenceRain
    from floodmark.hydraulics.ledger import Balance
    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import MakeWater

MOST_CELLS = 4_200_000
"""Cells of a batch: some 1.3 GB in float32 with what a step needs beside them, enough to keep an H100 busy.

GPUs share whole batches, whose events are the same however many GPUs there are: a sum's last bits depend on its shape.
"""

Storm = tuple["Event", "SequenceRain"]


def simulate_batches(
    events: list[Event], site: Site, folder: Path, settings: MakeWater, devices: Sequence[torch.device]
) -> list[Balance]:
    """Simulate all events, batch by batch, shared over devices; see `floodmark.hydraulics.events.simulate`.

    Returns:
        The lines in the ledger, in the order of the events, without those that are too short or miss too much rain.
    """
    work = partial(simulate_batch, site=site, folder=folder, settings=settings)
    parts = over_devices(work, batches(events, site, settings), devices, "simulating events")
    return in_order([balance for part in parts for balance in part], events)


def batches(events: list[Event], site: Site, settings: MakeWater) -> list[list[Storm]]:
    """Events that are simulated side by side, as many as `MOST_CELLS` allows, without those that are left out."""
    rains = [(event, rain) for event in events if (rain := open_rain(event, site, settings)) is not None]
    # Events of one length together, so that few wait for others.
    rains.sort(key=lambda item: item[1].frames)
    size = max(1, MOST_CELLS // site.elevation.size)
    return [rains[at : at + size] for at in range(0, len(rains), size)]


class _Hosted:
    """The batch as it is now, brought from the device once, whatever is asked of it and for how many items."""

    def __init__(self, water: TorchWater) -> None:
        self._water, self._known = water, dict[str, NDArray[Any]]()

    def __call__(self, name: str) -> NDArray[Any]:
        """The values of an attribute or method of the water, items first."""
        if name not in self._known:
            values = getattr(self._water, name)
            self._known[name] = (values() if callable(values) else values).cpu().numpy()
        return self._known[name]

    def peaks(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Both halves of `peak`."""
        if "peak" not in self._known:
            peak, time = self._water.peak
            self._known |= {"peak": peak.cpu().numpy(), "peak_time": time.cpu().numpy()}
        return self._known["peak"], self._known["peak_time"]


@dataclass(frozen=True)
class _Item:
    """One item of a batch, as `Record` knows water."""

    hosted: _Hosted
    at: int

    @property
    def initial_m3(self) -> float:
        return float(self.hosted("initial_m3_B")[self.at])

    @property
    def depth(self) -> NDArray[Any]:
        return self._of("depth")

    @property
    def peak(self) -> tuple[NDArray[Any], NDArray[Any]]:
        peak, time = self.hosted.peaks()
        return peak[self.at], time[self.at]

    @property
    def stored_m3(self) -> float:
        return float(self.hosted("stored_m3")[self.at])

    @property
    def soil_m3(self) -> float:
        return float(self.hosted("soil_m3")[self.at])

    @property
    def edges_m3(self) -> NDArray[np.float64]:
        return self._of("edges_m3")

    def speed(self) -> NDArray[Any]:
        return self._of("speed")

    def _of(self, name: str) -> NDArray[Any]:
        values: NDArray[Any] = self.hosted(name)[self.at]
        return values


def simulate_batch(
    rains: list[Storm], site: Site, folder: Path, settings: MakeWater, *, device: torch.device
) -> list[Balance]:
    """Simulate one batch; writes each event's file into the folder."""
    water = TorchWater(
        site.elevation, site.grid.cell_size, manning_n=site.manning_n, items=len(rains), edges=site.edges,
        physics=site.physics, depth=site.depth, peaks=True, device=device,
    )  # fmt: skip
    forcings = [Forcing(rain, site, settings.losses) for _, rain in rains]
    records = [Record(folder / f"{event.name}.nc", site, rain.start, about(event), settings) for event, rain in rains]
    spans = [_spans(rain, settings) for _, rain in rains]
    none = np.zeros(site.grid.shape, np.float32)
    for number in range(max(map(len, spans))):
        now = [part[number] if number < len(part) else None for part in spans]
        fall: NDArray[np.float64] = np.stack(
            [none if span is None else forcing.fall(span) for span, forcing in zip(now, forcings, strict=True)]
        )
        water.advance(fall, [0.0 if span is None else float(span.end - span.start) for span in now])
        hosted = _Hosted(water)
        for at, span in enumerate(now):
            if span is not None and span.kept:
                records[at].keep(span.end, _Item(hosted, at))
    hosted = _Hosted(water)
    return [
        record.close(_Item(hosted, at), forcings[at], event.name, event.origin, rain.missing_share)
        for at, (record, (event, rain)) in enumerate(zip(records, rains, strict=True))
    ]


def _spans(rain: SequenceRain, settings: MakeWater) -> list[Span]:
    clock = Clock(rain.step, rain.frames, settings.snapshot_interval * 60, settings.recession * 60)
    return list(clock.spans())
