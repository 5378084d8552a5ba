"""Plan generated plants and print a table: seconds of each stage, late days, value held, beside the reference planner.

    python benchmarks/plants.py                      # S, S50, G50
    python benchmarks/plants.py S M50 L --commands   # larger ones, and whole commands as a user runs them
    python benchmarks/plants.py S S50 M5 --seconds 60 # with a search for a better schedule too

The generator and the reference planner (gen_plant.py, list_schedule.py) are looked for in ../shared/tools beside the
checkout, or in the folder that PLANTWRIGHT_BENCH_TOOLS names. Kernel times are the best of several runs in one process
with arrays in memory and compiled code warm; commands are whole processes, the second of two runs. Every plan is
judged. The table is printed as Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLANTS = {
    "S": "--items 1000 --demands 5000 --resources 50",
    "S50": "--items 1000 --demands 5000 --resources 50 --util 0.5",
    "G50": "--items 1000 --demands 5000 --resources 50 --levels 3 --steps-max 1 --util 0.5 --util-spread 0.1",
    "M5": "--items 10000 --demands 5000 --resources 200",
    "M50": "--items 10000 --demands 50000 --resources 200",
    "L": "--items 100000 --demands 50000 --resources 400",
}
SETTINGS = (("1.5", "7"), ("2", "14"))
"""Lead-time settings of the reference planner; the better result of the two is the mark."""


def tools() -> Path:
    """Find the folder of the generator and the reference planner."""
    folder = Path(os.environ.get("PLANTWRIGHT_BENCH_TOOLS", ROOT.parent / "shared" / "tools"))
    if not (folder / "gen_plant.py").exists():
        sys.exit(f"gen_plant.py is not in {folder}; name its folder in PLANTWRIGHT_BENCH_TOOLS")
    return folder


def best(call: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Run something several times and give the least seconds with its last result."""
    seconds, result = [], None
    for _ in range(runs):
        begun = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - begun)
    return min(seconds), result


def kernels(folder: Path, runs: int) -> dict[str, float]:
    """Time requirements planning and the first finite schedule with arrays in memory."""
    import plantwright as pw
    from plantwright.flows.plan import make, material, pegs, timing
    from plantwright.methods.requirements import plan_requirements
    from plantwright.methods.scheduling import defer, dispatch

    plant = pw.load(folder, mapping="gen_plant")
    number, numbered = best(lambda: material.number_plant(plant), 2)
    demands, _ = material.net_demands(numbered)
    problem = material._problem(numbered, demands, material._open_needs(numbered))  # noqa: SLF001
    plan_requirements(problem)
    mrp, _ = best(lambda: plan_requirements(problem), runs)
    planned = material.plan_material(numbered)
    rows = pegs.number_pegs(numbered, planned)
    soonest = pegs.earliest(numbered, planned)
    _, consumer, _ = pegs.order_of_requirement(numbered, planned)
    hold = timing.order_holding(numbered, planned, consumer)
    _, _, shop = make.build_shop_of(numbered, planned, rows, soonest, hold)
    defer(shop, dispatch(shop))
    schedule, _ = best(lambda: defer(shop, dispatch(shop)), runs)
    return {"number": number, "mrp": mrp, "schedule": schedule, "operations": shop.operations}


def reference(folder: Path) -> dict[str, float]:
    """Run the reference planner at its two best settings and keep the better figure of each kind."""
    found = []
    for setting in SETTINGS:
        command = [sys.executable, str(tools() / "list_schedule.py"), str(folder), *setting]
        found.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    better = min(found, key=lambda one: one["lateness_days"])
    return {
        "late_days": better["lateness_days"],
        "value_days": better["wip_value_days"] + better["stock_value_days"],
        "mrp": better["mrp_s"],
        "schedule": better["dispatch_s"],
    }


def command(folder: Path, work: Path, *options: str) -> dict[str, Any]:
    """Run `plantwright plan` twice as a user would and give the second run's seconds, memory and totals."""
    database = work / f"{folder.name}.db"
    run = [sys.executable, "-m", "plantwright"]
    if not database.exists():
        subprocess.run([*run, "init", str(database)], check=True, capture_output=True)
        subprocess.run(
            [*run, "import", str(database), str(folder), "--mapping", "gen_plant"], check=True, capture_output=True
        )
    seconds = 0.0
    for _ in range(2):
        begun = time.perf_counter()
        subprocess.run([*run, "plan", str(database), *options], check=True, capture_output=True)
        seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    shown = subprocess.run(
        [*run, "show", str(database), "summary", "--format", "json"], check=True, capture_output=True
    )
    return {"seconds": seconds, "memory": memory, "totals": json.loads(shown.stdout)}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plants", nargs="*", default=["S", "S50", "G50"], help=", ".join(PLANTS))
    parser.add_argument("--commands", action="store_true", help="time whole commands too")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, help="plan once more with so many seconds of search")
    parser.add_argument("--seed", type=int, default=1, help="seed of the generated plants")
    options = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.plants or ["S"]:
            rows += _plant(name, Path(scratch), options)
    print("| plant | what | Plantwright | reference |\n|---|---|--:|--:|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def _plant(name: str, scratch: Path, options: argparse.Namespace) -> list[tuple[str, ...]]:
    folder = scratch / name
    generator = [sys.executable, str(tools() / "gen_plant.py"), *PLANTS[name].split(), "--seed", str(options.seed)]
    subprocess.run([*generator, "--out", str(folder)], check=True, capture_output=True)
    times = kernels(folder, options.runs)
    rows = [(name, "operations", f"{times['operations']:,.0f}", "")]
    small = name in ("S", "S50", "G50", "M5")
    mark = reference(folder) if small else {}
    rows.append(
        (name, "requirements with pegs, kernel", f"{times['mrp']:.4f} s", f"{mark['mrp']:.2f} s" if mark else "")
    )
    rows.append(
        (
            name,
            "first finite schedule, kernel",
            f"{times['schedule']:.3f} s",
            f"{mark['schedule']:.2f} s" if mark else "",
        )
    )
    rows += _quality(name, folder, mark)
    if options.seconds:
        rows += _quality(name, folder, mark, options.seconds)
    if options.commands:
        for extra in ((), ("--no-schedule",)):
            ran = command(folder, scratch, *extra)
            what = " ".join(("plan", *extra))
            rows.append((name, f"`{what}`, whole command", f"{ran['seconds']:.1f} s, {ran['memory']:.1f} GB", ""))
    return rows


def _quality(name: str, folder: Path, mark: dict[str, float], seconds: float | None = None) -> list[tuple[str, ...]]:
    import plantwright as pw

    plan = pw.plan(pw.load(folder, mapping="gen_plant"), seconds=seconds)
    value = plan.totals["wip_value_days"] + plan.totals["stock_value_days"]
    after = f" after `plan --seconds {seconds:g}`" if seconds else ""
    return [
        (name, f"late days{after}", f"{plan.totals['late_days']:,.1f}", f"{mark['late_days']:,.1f}" if mark else ""),
        (name, f"late days that no schedule avoids{after}", f"{plan.totals['late_days_bound']:,.1f}", ""),
        (name, f"value-days held{after}", f"{value:,.0f}", f"{mark['value_days']:,.0f}" if mark else ""),
        (name, f"judge{after}", "no fault" if plan.verified else "FAULTS", ""),
    ]


if __name__ == "__main__":
    main()
