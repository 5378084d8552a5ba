"""Follow planned plants many times and print a table: seconds of processor and memory of each step.

    python benchmarks/chances.py S.db M50.db           # databases that `plantwright plan` has planned
    python benchmarks/chances.py S.db --replications 200

Each plant is measured in a process of its own, with compiled code warm. Seconds are those of the processor, of all
threads together, so that what else runs on the machine matters little. The table is printed as Markdown.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COLUMNS = ("plant", "nodes", "waits", "read and load code", "prepare", "all orders", "one order", "GB")


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Give the processor seconds of a call, and what it gives."""
    begun = time.process_time()
    result = call()
    return time.process_time() - begun, result


def measure(database: str, replications: int) -> dict[str, float | str]:
    """Follow the plan in force of one database."""
    from plantwright.core.store import Store
    from plantwright.flows.catalog import load_actions
    from plantwright.flows.chances.asking import plan_of
    from plantwright.flows.chances.case import TABLES, make_case
    from plantwright.flows.remedies.doing import plant_of
    from plantwright.flows.views import StoreView

    load_actions()
    view = StoreView(Store.open(database))
    plant, plan = plant_of(view), plan_of(view, TABLES)
    loading = time.process_time()
    prepare, case = timed(lambda: make_case(plant, plan))
    case.chances(2, 0)  # loads the compiled code
    everything, _ = timed(lambda: case.chances(replications, 0))
    last = str(case.demands["demand"][-1])
    single, _ = timed(lambda: case.curve(last, replications, 0))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    found = (loading, prepare, everything, single, memory)
    sizes = {"nodes": len(case.network.nodes.start), "waits": len(case.network.arcs.before)}
    return {
        "plant": Path(database).stem,
        **sizes,
        **dict(zip(COLUMNS[3:], (round(one, 1) for one in found), strict=True)),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("databases", nargs="+")
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--json", action="store_true", help="measure the first one here, and print it as JSON")
    options = parser.parse_args()
    if options.json:
        print(json.dumps(measure(options.databases[0], options.replications)))
        return
    print("| " + " | ".join(COLUMNS) + " |\n|---" + "|--:" * (len(COLUMNS) - 1) + "|")
    for database in options.databases:
        command = [sys.executable, __file__, database, "--json", "--replications", str(options.replications)]
        row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print("| " + " | ".join(f"{row[name]:,}" if name != "plant" else row[name] for name in COLUMNS) + " |")


if __name__ == "__main__":
    main()
