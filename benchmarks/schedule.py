"""Schedule published instances by groups: ours, CP-SAT, the best dispatch rule and PyJobShop side by side.

    python benchmarks/schedule.py --every 20 --seconds 5              # a sample of all groups
    python benchmarks/schedule.py --seconds 30 --into table.json      # every instance: many hours; resumable
    python benchmarks/schedule.py --groups ta dmu --alone             # some groups, ours only
    python benchmarks/schedule.py --every 20 --peers venv/bin/python  # beside PyJobShop, installed in that environment

The instances are looked for in ../shared/data/instances beside the checkout, or in the folder that
PLANTWRIGHT_BENCH_INSTANCES names; groups whose files are not there are left out, and said so. Every schedule is judged
by the rules alone; a group in which one of ours breaks a rule says so instead of a gap, and a peer's counts as none.
Each solver has the same seconds and threads, one after the other.

The table is printed as Markdown, a row as soon as its group is done. With --into it is also kept: each instance in a
JSON file as soon as it is measured, and the table in a .md file beside it. The same command goes on from there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("PLANTWRIGHT_BENCH_INSTANCES", ROOT.parent / "shared" / "data" / "instances"))

HEAD = "| group | instances | Plantwright | worst | CP-SAT | PyJobShop | best rule | proved optimal |"
PEERS = ("cp_sat", "pyjobshop", "best_rule")


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


def instances_of(group: Group, every: int = 1) -> list[Any]:
    """Read every so-manieth instance of a group, in the order of people, from the first one on."""
    from plantwright.instances import read_best_known, read_instance

    found = []
    for pattern in group.patterns:
        family = FOLDER / pattern.split("/", 1)[0]
        known = read_best_known(family) if family.exists() else {}
        paths = sorted(FOLDER.glob(pattern), key=in_order_of_people)
        found += [read_instance(path, known) for path in paths if path.suffix != ".csv"]
    if group.open_only:
        found = [one for one in found if one.best is None or one.best.kind != "optimal"]
    return found[::every]


def in_order_of_people(path: Path) -> list[tuple[str, int]]:
    """Give by what paths are sorted so that la2 comes before la10."""
    parts = re.findall(r"(\D*)(\d*)", str(path))
    return [(text, int(number or 0)) for text, number in parts]


def line_of(title: str, lines: list[dict[str, Any]]) -> str:
    """Give the row of a group."""
    broken = [one["instance"] for one in lines if not one["checked"]]
    gaps = [one["gap"] for one in lines if one["gap"] is not None]
    ours = f"rules broken: {', '.join(broken)}" if broken else percent(mean(gaps))
    proved = sum(one["status"] == "optimal" for one in lines)
    cells = [
        title,
        str(len(lines)),
        ours,
        percent(max(gaps, default=None)),
        *(peer_cell(lines, name) for name in PEERS),
    ]
    return "| " + " | ".join([*cells, str(proved)]) + " |"


def peer_cell(lines: list[dict[str, Any]], name: str) -> str:
    """Give the mean gap of a peer, and on how many instances where it has no schedule for all."""
    from plantwright.instances.bench import gap_to

    values = [(one["peers"].get(name), one["best"]) for one in lines if one["best"] is not None]
    gaps = [gap for value, best in values if value is not None and (gap := gap_to(value, best)) is not None]
    wanted = sum(one["gap"] is not None for one in lines)
    return percent(mean(gaps)) + (f" on {len(gaps)}" if 0 < len(gaps) < wanted else "")


def mean(gaps: list[float]) -> float | None:
    """Give the mean, or None of nothing."""
    return sum(gaps) / len(gaps) if gaps else None


def percent(gap: float | None) -> str:
    """Write a gap."""
    return "" if gap is None else f"{100 * gap:.2f} %"


class Kept:
    """What has been measured, in a JSON file that is replaced after each instance."""

    def __init__(self, path: Path | None, settings: dict[str, Any]) -> None:
        self.path, self.settings, self.lines = path, settings, list[dict[str, Any]]()
        if path is not None and path.exists():
            old = json.loads(path.read_text())
            if old["settings"] != settings:
                sys.exit(f"{path} was measured with {old['settings']}, not with {settings}: name another file.")
            self.lines = old["instances"]

    def find(self, group: str, instance: str) -> dict[str, Any] | None:
        """Give what was measured of an instance before."""
        return next((one for one in self.lines if (one["group"], one["instance"]) == (group, instance)), None)

    def add(self, line: dict[str, Any]) -> None:
        """Keep a line."""
        self.lines.append(line)
        if self.path is not None:
            fresh = self.path.with_suffix(".new")
            fresh.write_text(json.dumps({"settings": self.settings, "instances": self.lines}, indent=1) + "\n")
            fresh.replace(self.path)

    def table(self, text: str) -> None:
        """Keep the table so far."""
        if self.path is not None:
            self.path.with_suffix(".md").write_text(text)


def measured(name: str, instance: Any, given: argparse.Namespace) -> dict[str, Any]:
    """Measure ours and the peers on one instance."""
    from pyjobshop_peer import value_of

    from plantwright.instances.bench import Limits, measure

    limits = Limits(given.seconds, given.workers, given.seed)
    line = measure(instance, limits, group=name, peers=not given.alone).as_dict()
    if given.peers and not given.alone:
        line["peers"]["pyjobshop"] = value_of(instance, limits, given.peers)
    return line


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", nargs="+", metavar="GROUP", default=list(GROUPS), choices=list(GROUPS))
    parser.add_argument("--every", type=int, default=1, metavar="K", help="every K-th instance of each group only")
    parser.add_argument("--most", type=int, metavar="N", help="at most N instances of each group")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help="without peers, in half the time or less")
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter whose environment has PyJobShop")
    parser.add_argument(
        "--into", type=Path, metavar="FILE", help="keep the results in this JSON file, and go on from it"
    )
    parser.add_argument("--lines", action="store_true", help="a line for each instance too, on stderr")
    given = parser.parse_args()
    if given.every < 1:
        parser.error("--every must be 1 or more")
    return given


def chosen(group: Group, given: argparse.Namespace) -> list[Any]:
    """Give the instances of a group that are measured: every so-manieth, or as many as wanted, spread evenly."""
    found = instances_of(group, given.every)
    if given.most is None or len(found) <= given.most:
        return found
    return [found[place * len(found) // given.most] for place in range(given.most)]


def main() -> None:
    """Measure the groups and print the table."""
    given = options()
    from plantwright.instances.bench import warm_engines

    settings = {"seconds": given.seconds, "workers": given.workers, "seed": given.seed}
    kept = Kept(given.into, settings)
    text = f"{given.seconds:g} s, {given.workers} workers, seed {given.seed}; mean gap to the best-known value.\n\n"
    text += HEAD + "\n|---|---|---|---|---|---|---|---|\n"
    print(text, end="", flush=True)
    for name in given.groups:
        group = GROUPS[name]
        found = chosen(group, given)
        if not found:
            print(f"{group.title}: no files in {FOLDER}", file=sys.stderr)
            continue
        if any(kept.find(name, one.name) is None for one in found):
            warm_engines(found)
        lines = []
        for instance in found:
            line = kept.find(name, instance.name)
            if line is None:
                line = measured(name, instance, given)
                kept.add(line)
            lines.append(line)
            if given.lines:
                print(
                    line["instance"], line["value"], line["best"], percent(line["gap"]), line["peers"], line["status"],
                    file=sys.stderr,
                )  # fmt: skip
        row = line_of(group.title, lines)
        print(row, flush=True)
        text += row + "\n"
        kept.table(text)


if __name__ == "__main__":
    main()
