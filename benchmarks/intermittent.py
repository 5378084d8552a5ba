"""Measure forecasts of sporadic demand, and print tables: accuracy, and the stock that a fill rate of 95 % takes.

    python benchmarks/intermittent.py                     # all sets that are there
    python benchmarks/intermittent.py carparts            # some
    python benchmarks/intermittent.py --halves            # settings chosen on half of the series, judged on the others

Sets are looked for in ../shared/data/forecasting/intermittent beside the checkout, or below the folder that
PLANTWRIGHT_BENCH_DATA names.

Accuracy: the last periods (6 months, 13 weeks) are forecast from before them. RMSSE is the root mean squared error
over that of the naive method on the history, the mean over series; bias is actual less forecast, units a period, the
mean over all. Series without a change in their history have no scale and are left out.

Stock: over the last third of the history, period by period, for series with two demands or more before it. Before each
period every method forecasts from what came before, and stock is ordered up to a level; an order comes in after the
lead time (weeks of the set, else 2 months); what is not there waits. Levels of the rivals are L + 1 forecasts and k
deviations of their one-step errors, times sqrt(L + 1); ours are quantiles of the demand of L + 1 periods. k, or the
probability, is one number for all series of a set, chosen for each method so that 95 % of the demand in money is served
at once. The value is the mean stock in money (in units where there is no cost price).

Halves: how fast stretches fade is chosen by RMSSE, the shares in the distribution by stock, over all sets together, on
the series at even places and judged on those at odd places; then the other way round.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PLANTWRIGHT_BENCH_DATA", ROOT.parent / "shared" / "data")) / "forecasting" / "intermittent"
METHODS = ("zero", "mean", "ses", "croston", "sba", "tsb", "adida", "imapa", "auto")
RIVALS = ("zero", "sba", "tsb")
FILL = 0.95
FADES = (0.3, 0.6, 1.0)
TYPICAL_SHARES = (0.5, 0.75, 1.0)
GAMMA_SHARES = (0.0, 0.25, 0.5)
"""Settings that are compared on halves."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Data:
    """A set of series of one length: demand (n, T), price and lead time of each, and periods to forecast."""

    name: str
    demand: Floats
    price: Floats
    lead: NDArray[np.int64]
    horizon: int


def read(path: Path) -> Data:
    """Read one of the sets; series with gaps are left out."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    periods = [name for name in rows[0] if (name[0] in "mX2" and name[1:2].isdigit())]
    rows = [row for row in rows if all(row[name] not in {"", "NA"} for name in periods)]
    demand = np.array([[float(row[name]) for name in periods] for row in rows])
    price = np.array([float(row.get("cost_price_eur") or 1.0) for row in rows])
    lead = np.array([int(float(row.get("lead_time_weeks") or 2)) for row in rows])
    return Data(path.name.split(".")[0], demand, price, lead, 13 if "weekly" in path.name else 6)


def forecasts(demand: Floats, horizon: int, method: str) -> Floats:
    """Give the level of each series."""
    from plantwright.methods.forecasting import intermittent_forecasts

    pointer = np.arange(demand.shape[0] + 1) * demand.shape[1]
    return intermittent_forecasts(demand.ravel(), pointer, horizon, method=method).mean[:, 0]


def accuracy(data: Data) -> None:
    """Print the accuracy of every method on the last periods."""
    history, actual = data.demand[:, : -data.horizon], data.demand[:, -data.horizon :]
    scale = np.mean(np.diff(history, axis=1) ** 2, axis=1)
    used = scale > 0
    print(f"\n{data.name}: {int(used.sum())} of {used.size} series, {history.shape[1]} periods, {data.horizon} ahead\n")
    print("| method | RMSSE | bias | MAE | CPU s |\n|---|--:|--:|--:|--:|")
    for method in METHODS:
        begin = time.process_time()
        error = actual - forecasts(history, data.horizon, method)[:, None]
        spent = time.process_time() - begin
        rmsse = np.sqrt(np.mean(error[used] ** 2, axis=1) / scale[used]).mean()
        print(
            f"| {method} | {rmsse:.4f} | {error[used].mean():+.4f} | {np.abs(error[used]).mean():.4f} | {spent:.2f} |"
        )


def levels_of(data: Data, method: str, begin: int) -> Callable[[float], Floats]:
    """Give the function from one number for all series to order-up-to levels (n, periods)."""
    from plantwright.methods.forecasting import intermittent_forecasts, sum_quantiles

    span = data.lead + 1
    series, periods = data.demand.shape
    if method != "ours":
        mean, deviation = np.zeros((series, periods - begin)), np.zeros((series, periods - begin))
        for t in range(begin, periods):
            mean[:, t - begin] = forecasts(data.demand[:, :t], 1, method)
        errors = data.demand[:, begin:] - mean
        first = data.demand[:, :begin] - data.demand[:, :begin].mean(axis=1)[:, None] * (method != "zero")
        for t in range(periods - begin):
            known = np.concatenate((first, errors[:, :t]), axis=1)
            deviation[:, t] = np.sqrt(np.mean(known**2, axis=1))
        return lambda k: span[:, None] * mean + k * deviation * np.sqrt(span)[:, None]
    grid = 1.0 - 10.0 ** -np.linspace(0.1, 5.0, 30)
    table = np.zeros((series, periods - begin, grid.size))
    for t in range(begin, periods):
        pointer = np.arange(series + 1) * t
        done = intermittent_forecasts(data.demand[:, :t].ravel(), pointer, 1)
        for length in np.unique(span):
            mine = span == length
            table[mine, t - begin] = sum_quantiles(done, int(length), grid.tolist())[mine]

    def at(score: float) -> Floats:
        place = min(max((score - 0.1) / 4.9 * (grid.size - 1), 0.0), grid.size - 1.001)
        low = int(place)
        return table[:, :, low] + (place - low) * (table[:, :, low + 1] - table[:, :, low])

    return at


def simulate(data: Data, levels: Floats, begin: int) -> tuple[float, float]:
    """Replay the periods from `begin` on; give the share of demand in money served at once, and the mean stock."""
    demand = data.demand[:, begin:]
    series, periods = demand.shape
    net = levels[:, 0].copy()
    coming = np.zeros((series, periods + int(data.lead.max()) + 2))
    position, rows = net.copy(), np.arange(series)
    served = stock = 0.0
    for t in range(periods):
        size = np.maximum(levels[:, t] - position, 0.0)
        coming[rows, t + data.lead] += size
        position += size
        net += coming[:, t]
        at_once = np.minimum(np.maximum(net, 0.0), demand[:, t])
        served += float((at_once * data.price).sum())
        net -= demand[:, t]
        position -= demand[:, t]
        stock += float((np.maximum(net, 0.0) * data.price).sum())
    return served / float((demand.sum(axis=1) * data.price).sum()), stock / periods


def at_fill(data: Data, levels: Callable[[float], Floats], low: float, high: float) -> tuple[float, float]:
    """Give fill and mean stock at the number for all series at which the wanted share is served."""
    begin = begin_of(data)
    for _ in range(30):
        middle = 0.5 * (low + high)
        fill, _ = simulate(data, np.maximum(levels(middle), 0.0), begin)
        low, high = (middle, high) if fill < FILL else (low, middle)
    return simulate(data, np.maximum(levels(high), 0.0), begin)


def begin_of(data: Data) -> int:
    """Give the first period that is replayed."""
    return data.demand.shape[1] * 2 // 3


def rows_of(data: Data, chosen: NDArray[np.bool_]) -> Data:
    """Give some of the series."""
    return Data(data.name, data.demand[chosen], data.price[chosen], data.lead[chosen], data.horizon)


def replayed(data: Data) -> Data:
    """Give the series with two demands or more before the replay."""
    return rows_of(data, (data.demand[:, : begin_of(data)] > 0).sum(axis=1) >= 2)


def stocks(data: Data) -> dict[str, tuple[float, float]]:
    """Give fill and mean stock of the rivals and of ours."""
    begin = begin_of(data)
    found = {name: at_fill(data, levels_of(data, name, begin), -3.0, 200.0) for name in RIVALS}
    return found | {"ours": at_fill(data, levels_of(data, "ours", begin), 0.1, 5.0)}


def stock(data: Data) -> None:
    """Print the mean stock of each method where all serve the same share of demand."""
    data = replayed(data)
    print(f"\nstock, {data.price.size} series\n\n| method | fill | mean stock | to TSB |\n|---|--:|--:|--:|")
    found = stocks(data)
    for method, (fill, value) in found.items():
        print(f"| {method} | {fill:.2%} | {value:,.0f} | {value / found['tsb'][1] - 1:+.1%} |")


def rmsse(data: Data, method: str) -> float:
    """Give the accuracy on the last periods."""
    history, actual = data.demand[:, : -data.horizon], data.demand[:, -data.horizon :]
    scale = np.mean(np.diff(history, axis=1) ** 2, axis=1)
    error = actual - forecasts(history, data.horizon, method)[:, None]
    used = scale > 0
    return float(np.sqrt(np.mean(error[used] ** 2, axis=1) / scale[used]).mean())


def choose(parts: list[Data]) -> tuple[float, float, float]:
    """Choose and set the settings on some series; give them."""
    from plantwright.methods.forecasting import intermittent

    tried = {}
    for fade in FADES:
        intermittent.FADE = fade
        tried[fade] = sum(rmsse(data, "auto") for data in parts)
    intermittent.FADE = min(tried, key=lambda fade: tried[fade])
    value = dict.fromkeys(product(TYPICAL_SHARES, GAMMA_SHARES), 0.0)
    for data, typical in product(map(replayed, parts), TYPICAL_SHARES):
        intermittent.TYPICAL_SHARE = typical
        tables = []
        for gamma in (0.0, 1.0):
            intermittent.GAMMA_SHARE = gamma
            tables.append(levels_of(data, "ours", begin_of(data)))
        for gamma in GAMMA_SHARES:
            mixed = mix(tables[0], tables[1], gamma)
            value[typical, gamma] += float(np.log(at_fill(data, mixed, 0.1, 5.0)[1]))
    intermittent.TYPICAL_SHARE, intermittent.GAMMA_SHARE = min(value, key=lambda pair: value[pair])
    return intermittent.FADE, intermittent.TYPICAL_SHARE, intermittent.GAMMA_SHARE


def mix(one: Callable[[float], Floats], other: Callable[[float], Floats], share: float) -> Callable[[float], Floats]:
    """Give the levels between two."""
    return lambda score: (1.0 - share) * one(score) + share * other(score)


def halves(sets: list[Data]) -> None:
    """Choose the settings on every other series and print how they do on the rest, both ways."""
    print("\n| chosen on | fade, shares | set | RMSSE ours | sba | tsb | zero | stock to sba | to tsb | to zero |")
    print("|---|---|---|--:|--:|--:|--:|--:|--:|--:|")
    for way, name in enumerate(("even places", "odd places")):
        parts = [[rows_of(data, np.arange(data.price.size) % 2 == k) for data in sets] for k in (way, 1 - way)]
        settings = choose(parts[0])
        for data in parts[1]:
            errors = [f"{rmsse(data, method):.4f}" for method in ("auto", "sba", "tsb", "zero")]
            found = stocks(replayed(data))
            held = [f"{found['ours'][1] / found[method][1] - 1:+.1%}" for method in ("sba", "tsb", "zero")]
            print(f"| {name} | {settings} | {data.name} | " + " | ".join(errors + held) + " |", flush=True)


def main() -> None:
    """Print the tables of the sets asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", help="parts of file names; all without")
    parser.add_argument("--halves", action="store_true", help="choose settings on half of the series, judge the others")
    given = parser.parse_args()
    paths = [
        path for path in sorted(DATA.glob("*.csv.gz")) if not given.sets or any(s in path.name for s in given.sets)
    ]
    if not paths:
        print(f"no sets in {DATA}")
    if given.halves:
        halves([read(path) for path in paths])
        return
    for path in paths:
        data = read(path)
        accuracy(data)
        stock(data)


if __name__ == "__main__":
    main()
