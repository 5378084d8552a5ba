"""What ``plantwright bench lot-sizing`` and ``bench guaranteed-service`` do: read or draw, measure, judge, and tell."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.core.wording import count
from plantwright.doors.cli.benching import UP, files_of
from plantwright.doors.cli.output import list_rows, print_json, progress, say

if TYPE_CHECKING:
    from plantwright.methods.lot_sizing import CapacitatedLots
    from plantwright.methods.stock import GuaranteedService, SupplyChain

    Place = Callable[[SupplyChain], GuaranteedService]

CLOSE = 1e-6
Read = TypeVar("Read")


# --- lots with set-up times -----------------------------------------------------------------------------------------


def lot_sizing(paths: Sequence[Path], seconds: float, best: Path | None, *, as_json: bool) -> int:
    """Plan the lots of each instance; gives the exit status: 1 where a plan breaks a rule or none was found."""
    from plantwright.methods.lot_sizing import read_capacitated  # noqa: PLC0415 - loads Numba

    read = _read(files_of(paths), read_capacitated, "an instance of lots")
    known = {path: value for path, _ in read if (value := known_value(path, best)) is not None}
    rows = []
    with progress(shown=not as_json) as step:
        for number, (path, asked) in enumerate(read):
            step(path.stem, number / len(read))
            rows.append(_planned(path, asked, seconds, known.get(path)))
    gaps = [row["gap"] for row in rows if row["gap"] is not None]
    mean = sum(gaps) / len(gaps) if gaps else None
    if as_json:
        print_json({"seconds": seconds, "instances": rows, "mean_gap": mean, "with_known_value": len(gaps)})
    else:
        _tell_lots(rows, mean, len(gaps))
    return int(not all(row["checked"] for row in rows))


def _read(files: Sequence[Path], reader: Callable[[str], Read], what: str) -> list[tuple[Path, Read]]:
    """Read every file; all faults of all files are told together."""
    found: list[tuple[Path, Read]] = []
    problems: list[Problem] = []
    if not files:
        problems.append(BAD_ARGUMENT.at("", "", "FILE", "none", must="one instance or more"))
    for path in files:
        try:
            found.append((path, reader(path.read_text(encoding="utf-8", errors="replace"))))
        except ProblemError as error:
            problems += [BAD_ARGUMENT.at("", " ".join(filter(None, (path.name, one.key))), one.column, one.value,
                                         must=one.message) for one in error.problems]  # fmt: skip
        except (OSError, ValueError, IndexError) as error:
            problems.append(BAD_ARGUMENT.at("", path.name, "FILE", str(path), must=f"{what} ({error})"))
    if problems:
        raise ProblemError(problems)
    return found


def known_value(path: Path, best: Path | None) -> float | None:
    """Give the best value that is known of an instance, from the tables that stand above its file; None without one.

    A table has the columns instance and value.
    """
    folders = [best] if best is not None else list(path.resolve().parents[:UP])
    for folder in folders:
        tables = [folder] if folder.is_file() else sorted(folder.glob("best_known*.csv"))
        for table in tables:
            with table.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    if row.get("instance") == path.stem and _number(row.get("value")) is not None:
                        return _number(row.get("value"))
    return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


def _planned(path: Path, asked: CapacitatedLots, seconds: float, known: float | None) -> dict[str, Any]:
    from plantwright.methods.lot_sizing import judge_capacitated, size_capacitated_lots  # noqa: PLC0415

    begun, worked = time.perf_counter(), time.process_time()
    plan = size_capacitated_lots(asked, seconds=seconds)
    spent = {"seconds": time.perf_counter() - begun, "cpu_seconds": time.process_time() - worked}
    cost = judge_capacitated(asked, plan.quantity)
    there = cost < float("inf")
    items, periods = asked.demand.shape
    return {
        "group": path.resolve().parent.name, "instance": path.stem, "items": items, "periods": periods,
        "cost": cost if there else None, "bound": plan.bound, "status": plan.status, "known": known,
        "gap": cost / known - 1 if known and there else None, "gap_to_bound": cost / plan.bound - 1
        if there and plan.bound > 0 else None, "checked": there and abs(cost - plan.cost) <= CLOSE * max(cost, 1.0),
        **{name: round(value, 2) for name, value in spent.items()},
    }  # fmt: skip


def _tell_lots(rows: Sequence[dict[str, Any]], mean: float | None, known: int) -> None:
    heads = ("instance", "cost", "bound", "known", "gap", "status", "checked", "seconds", "items", "periods")
    lines = [
        [row["instance"], _amount(row["cost"]), _amount(row["bound"]), _amount(row["known"]), _share(row["gap"]),
         row["status"], "yes" if row["checked"] else "NO", f"{row['seconds']:.1f}", str(row["items"]),
         str(row["periods"])]
        for row in rows
    ]  # fmt: skip
    list_rows(heads, lines, right=(*heads[1:5], *heads[7:]))
    if mean is not None:
        say(f"Mean gap to the known values {_share(mean)} over {count(known, 'instance')}.")


def _amount(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2f} %"


# --- guaranteed service ---------------------------------------------------------------------------------------------


def guaranteed_service(
    paths: Sequence[Path], stages: int, trees: int, longest: int, seed: int, seconds: float, *, as_json: bool
) -> int:
    """Place safety stock in the chains of files, or in random trees; exit status 1 where a placement breaks a rule.

    Trees are placed exactly; of any other chain the search says by how much it may be off.
    """
    from plantwright.methods.stock import guaranteed, place_in_network, place_on_tree  # noqa: PLC0415 - loads Numba

    guaranteed.warm_up()
    if paths:
        place: Place = partial(place_in_network, seconds=seconds, clock=time.perf_counter)
        chains = _chains(files_of(paths))
    else:
        place = place_on_tree
        chains = ((str(number), random_tree(stages, longest, number)) for number in range(seed, seed + trees))
    wanted = len(paths) or trees
    rows: list[dict[str, Any]] = []
    with progress(shown=not as_json) as step:
        for number, (name, chain) in enumerate(chains):
            step(name, min(number / wanted, 1.0))
            rows.append(_placed(name, chain, place))
    if as_json:
        print_json({**_times(rows), "instances": rows})
    elif paths:
        _tell_chains(rows)
    else:
        times = _times(rows)
        say(
            f"{count(trees, 'tree')} of {stages} stages: {times['median_ms']:.1f} ms each in the middle,"
            f" {times['least_ms']:.1f} at least, {times['most_ms']:.1f} at most; "
            f"{len([row for row in rows if row['status'] == 'optimal' and row['checked']])} exact and within the rules."
        )
    return int(not all(row["checked"] and (paths or row["status"] == "optimal") for row in rows))


def _chains(files: Sequence[Path]) -> Iterable[tuple[str, SupplyChain]]:
    from plantwright.methods.stock import read_chain  # noqa: PLC0415

    return [(path.stem, named.chain) for path, named in _read(files, read_chain, "a table of stages")]


def _placed(name: str, chain: SupplyChain, place: Place) -> dict[str, Any]:
    begun = time.perf_counter()
    best = place(chain)
    spent = 1000 * (time.perf_counter() - begun)
    return {
        "instance": name, "stages": len(chain.time), "arcs": len(chain.source), "cost": best.cost, "bound": best.bound,
        "gap": best.cost / best.bound - 1 if best.bound > 0 else 0.0, "status": best.status,
        "milliseconds": round(spent, 3), "longest_way": int(chain.most_out.max()),
        "checked": keeps_rules(chain, best),
    }  # fmt: skip


def _times(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    times = sorted(row["milliseconds"] for row in rows)
    return {"least_ms": times[0], "median_ms": times[len(times) // 2], "most_ms": times[-1]}


def _tell_chains(rows: Sequence[dict[str, Any]]) -> None:
    heads = ("chain", "stages", "arcs", "cost", "bound", "gap", "status", "checked", "ms")
    lines = [
        [row["instance"], str(row["stages"]), str(row["arcs"]), _amount(row["cost"]), _amount(row["bound"]),
         _share(row["gap"]), row["status"], "yes" if row["checked"] else "NO", f"{row['milliseconds']:.1f}"]
        for row in rows
    ]  # fmt: skip
    list_rows(heads, lines, right=(*heads[1:6], heads[8]))


def random_tree(stages: int, longest: int, seed: int) -> SupplyChain:
    """Give a chain in the shape of a random tree, its arcs in either direction."""
    from plantwright.methods.stock import build_chain  # noqa: PLC0415

    draw = random.Random(seed)  # noqa: S311 - an instance, no secret
    ends = [(draw.randrange(k), k) for k in range(1, stages)]
    arcs = [(a, b) if draw.random() < 0.5 else (b, a) for a, b in ends]
    times = [draw.randint(1, longest) for _ in range(stages)]
    return build_chain(times, [10 * draw.random() for _ in times], [1 + draw.random() for _ in times], arcs)


def keeps_rules(chain: SupplyChain, found: GuaranteedService) -> bool:
    """Judge a placement by the rules alone: times within their limits, nothing waited for less than promised."""
    fed = (found.inbound[chain.target] >= found.service[chain.source]).all()
    covered = found.inbound + chain.time - found.service
    within = (covered >= 0).all() and (found.service >= 0).all() and (found.service <= chain.most_out).all()
    cost = float(chain.weight @ np.sqrt(np.maximum(covered, 0)))
    return bool(fed and within and abs(cost - found.cost) <= CLOSE * max(cost, 1.0))


__all__ = ["guaranteed_service", "keeps_rules", "known_value", "lot_sizing", "random_tree"]
