"""The command that forecasts a plant without planning it: forecast."""

from __future__ import annotations

import time
from contextlib import nullcontext
from types import MappingProxyType
from typing import Any

from plantwright.core import wording
from plantwright.core.store import Store
from plantwright.doors.cli.output import print_json, progress, say, screen
from plantwright.doors.cli.render import Look, show_page
from plantwright.doors.cli.showing import named_for
from plantwright.flows.exchange import read_plant
from plantwright.flows.forecasting.cluster import on_cluster
from plantwright.flows.forecasting.stage import forecasts_of
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView
from plantwright.plant import Plan


def forecast(db: str, cluster: str, workers: int, *, as_json: bool) -> int:
    """Forecast a plant, here or on a cluster, and show it; gives the exit status."""
    with Store.open(db) as store:
        plant = read_plant(store)
    begun = time.perf_counter()
    with progress(shown=not as_json) as step, on_cluster(cluster) if cluster else nullcontext() as forecaster:
        step("Forecasting", 0.2)
        tables = forecasts_of(plant, forecaster, workers)
    seconds = time.perf_counter() - begun
    plan = Plan(MappingProxyType(tables), plant.as_of, plant.settings.zone, MappingProxyType({}), "", "")
    view = MemoryView(plant, plan)
    page = run_report(view, "forecasts")
    if as_json:
        print_json(
            {**page.figures, "seconds": round(seconds, 3), "accuracy": _accuracy(view), "sentence": page.sentence}
        )
        return 0
    show_page(
        screen(), named_for(page, db), Look(plant.settings.zone, wording.year_of(plant.as_of, plant.settings.zone))
    )
    where = f"on the cluster at {cluster}" if cluster else "here"
    say(f"{wording.number(seconds, 1)} seconds {where}; nothing was kept, as plantwright plan {db} does.")
    return 0


def _accuracy(view: MemoryView) -> list[dict[str, Any]]:
    one = run_report(view, "accuracy").sheets[0]
    return one.presented(view.settings.zone).to_dicts()
