"""Schedule published instances by groups and print a table: ours, CP-SAT and the best dispatch rule side by side.

    python benchmarks/schedule.py                          # a few instances of each group, five seconds each
    python benchmarks/schedule.py --seconds 30 --all       # every instance: hours
    python benchmarks/schedule.py ta dmu --seconds 30      # some groups

The instances are looked for in ../shared/data/instances beside the checkout, or in the folder that
PLANTWRIGHT_BENCH_INSTANCES names; groups whose files are not there are left out, and said so. Every schedule is judged
by the rules alone; a group in which one breaks a rule says so instead of a gap. Each solver has the same seconds and
threads, one after the other. The tables are printed as Markdown.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("PLANTWRIGHT_BENCH_INSTANCES", ROOT.parent / "shared" / "data" / "instances"))
SAMPLE = 2
"""So many instances of a group are taken without --all: spread evenly over the group."""


@dataclass(frozen=True)
class Group:
    """Some instances: files by patterns, and whether only those whose optimum is not proved."""

    title: str
    patterns: tuple[str, ...]
    open_only: bool = False


GROUPS = {
    "la": Group("job shop la, abz, orb", ("job_shop/la/*", "job_shop/abz/*", "job_shop/orb/*")),
    "ta": Group("job shop ta01 to ta40", ("job_shop/ta/*",)),
    "dmu": Group("job shop dmu01 to dmu20", ("job_shop/dmu/*",)),
    "reentrant": Group("re-entrant job shops", ("job_shop/reentrant*/*",)),
    "mk": Group("flexible job shop mk", ("flexible_job_shop/brandimarte/*",)),
    "hurink": Group("flexible job shop hurink e, r, v", ("flexible_job_shop/hurink/[erv]data/*",)),
    "dpp": Group(
        "flexible job shop dpp, mt10", ("flexible_job_shop/dauzere_paulli/*", "flexible_job_shop/chambers*/*")
    ),
    "fattahi": Group("flexible job shop fattahi, kacem", ("flexible_job_shop/fattahi/*", "flexible_job_shop/kacem/*")),
    "ssd10": Group("flow shop with set-ups SSD10", ("flow_shop_setups/ruiz_sdst/SSD10_*",)),
    "ssd100": Group("flow shop with set-ups SSD100", ("flow_shop_setups/ruiz_sdst/SSD100_*",)),
    "tardiness": Group("flow shop, total tardiness", ("flow_shop_tardiness/*/*",)),
    "machines": Group("unrelated machines", ("parallel_machines/*/*",)),
    "j30": Group("RCPSP j30", ("project_scheduling/psplib_j30/*",)),
    "j60": Group("RCPSP j60, open", ("project_scheduling/psplib_j60/*",), open_only=True),
    "j120": Group("RCPSP j120, open", ("project_scheduling/psplib_j120/*",), open_only=True),
    "mm": Group("multi-mode RCPSP, MMLIB50 and 100", ("project_scheduling/mmlib/*",)),
}


def instances_of(group: Group, *, whole: bool) -> list[Any]:
    """Read the instances of a group: all of them, or a few."""
    from plantwright.doors.cli.benching import files_of
    from plantwright.instances import read_best_known, read_instance

    found = []
    for pattern in group.patterns:
        family = FOLDER / pattern.split("/", 1)[0]
        known = read_best_known(family) if family.exists() else {}
        found += [
            read_instance(path, known) for path in files_of(sorted(FOLDER.glob(pattern))) if path.suffix != ".csv"
        ]
    if group.open_only:
        found = [one for one in found if one.best is None or one.best.kind != "optimal"]
    if whole or len(found) <= SAMPLE:
        return found
    step = (len(found) - 1) / (SAMPLE - 1)
    return [found[round(place * step)] for place in range(SAMPLE)]


def line_of(title: str, outcomes: list[Any]) -> str:
    """Give the row of a group."""
    from plantwright.instances.bench import mean_gaps

    (means,) = mean_gaps(outcomes).values()
    broken = [one.instance for one in outcomes if not one.checked]
    gaps = [one.gap for one in outcomes if one.gap is not None]
    proved = sum(one.status == "optimal" for one in outcomes)
    cells = [
        title,
        str(len(outcomes)),
        f"rules broken: {', '.join(broken)}" if broken else percent(means.get("gap")),
        percent(max(gaps) if gaps else None),
        percent(means.get("cp_sat_gap")),
        percent(means.get("best_rule_gap")),
        str(proved),
    ]
    return "| " + " | ".join(cells) + " |"


def percent(gap: float | None) -> str:
    """Write a gap."""
    return "" if gap is None else f"{100 * gap:.2f} %"


def main() -> None:
    """Measure the groups and print the table, a row as soon as its group is done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; left out: all")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="every instance of each group, not a few")
    parser.add_argument("--lines", action="store_true", help="a line for each instance too, on stderr")
    given = parser.parse_args()
    unknown = set(given.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no group is called {', '.join(sorted(unknown))}")
    from plantwright.instances.bench import Limits, measure, warm_engines

    limits = Limits(given.seconds, given.workers, given.seed)
    print(f"{given.seconds:g} s, {given.workers} workers, seed {given.seed}; mean gap to the best-known value.\n")
    print("| group | instances | Plantwright | worst | CP-SAT | best rule | proved optimal |")
    print("|---|---|---|---|---|---|---|")
    for name in given.groups or GROUPS:
        group = GROUPS[name]
        found = instances_of(group, whole=given.all)
        if not found:
            print(f"{group.title}: no files in {FOLDER}", file=sys.stderr)
            continue
        warm_engines(found)
        outcomes = []
        for instance in found:
            outcomes.append(measure(instance, limits, group=name, peers=True))
            if given.lines:
                one = outcomes[-1]
                print(one.instance, one.value, one.best, percent(one.gap), one.peers, one.status, file=sys.stderr)
        print(line_of(group.title, outcomes), flush=True)


if __name__ == "__main__":
    main()
