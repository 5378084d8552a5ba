"""PyJobShop as a peer: an instance as plain values to an interpreter that has it, and the judged schedule back.

Used by `benchmarks/schedule.py --peers PYTHON`. That interpreter runs this file too; there it imports PyJobShop and
nothing of Plantwright.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import accumulate, pairwise
from typing import Any


def value_of(instance: Any, limits: Any, python: str) -> float | None:
    """Give the objective of PyJobShop's schedule; None where it has none, or one that breaks a rule."""
    from plantwright.instances import judge

    asked = project_values(instance.project) if hasattr(instance.problem, "capacity") else shop_values(instance)
    asked |= {"seconds": limits.seconds, "workers": limits.workers, "seed": limits.seed, "goal": instance.objective}
    done = subprocess.run(
        [python, __file__], input=json.dumps(asked), capture_output=True, text=True, check=False,
        timeout=limits.seconds * 5 + 300,
    )  # fmt: skip
    if done.returncode:
        print(f"{instance.name}: PyJobShop: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    found = json.loads(done.stdout)
    if found["start"] is None:
        return None
    verdict = judge(instance, schedule_from(instance, found["start"], found["way"], asked["ways"]))
    return verdict.objective if verdict.feasible else None


def project_values(project: Any) -> dict[str, Any]:
    """Give a project as plain values."""
    renewable, pointer = len(project.capacity), project.mode_pointer
    demand = [[*held, *used] for held, used in zip(project.demand.tolist(), project.consumption.tolist(), strict=True)]
    held_by = [[r for r, amount in enumerate(row) if amount] for row in demand]
    return {
        "resources": [*project.capacity.tolist(), *project.stock.tolist()],
        "renewable": renewable,
        "ways": [
            [
                [held_by[m], int(project.mode_minutes[m]), [demand[m][r] for r in held_by[m]], m, -1]
                for m in range(pointer[o], pointer[o + 1])
            ]
            for o in range(project.activities)
        ],
        "arcs": arcs_of(project),
        "setups": [],
        "same": [],
        "jobs": [],
    }


def arcs_of(problem: Any) -> list[list[int]]:
    """Give predecessor, operation and lag of each arc."""
    return [
        [int(problem.pred_op[arc]), o, int(problem.pred_lag[arc])]
        for o in range(len(problem.pred_pointer) - 1)
        for arc in range(problem.pred_pointer[o], problem.pred_pointer[o + 1])
    ]


def shop_values(instance: Any) -> dict[str, Any]:
    """Give a shop of always open units as plain values: a resource a unit, a way for each mode on each unit."""
    shop = instance.shop
    ways = []
    for o in range(shop.operations):
        own = []
        for mode in range(shop.mode_pointer[o], shop.mode_pointer[o + 1]):
            center, minutes = int(shop.mode_center[mode]), int(shop.mode_minutes[mode] + shop.mode_setup[mode])
            own += [
                [[unit], minutes, [0], mode, unit]
                for unit in range(shop.unit_pointer[center], shop.unit_pointer[center + 1])
            ]
        ways.append(own)
    units = list(range(len(shop.unit_calendar)))
    return {
        "resources": [None] * len(units),
        "renewable": len(units),
        "ways": ways,
        "arcs": arcs_of(shop),
        "setups": setups_of(shop, ways),
        "same": units if instance.permutation else [],
        "jobs": [
            [shop.sink_op[shop.sink_pointer[k] : shop.sink_pointer[k + 1]].tolist(), int(due), float(weight)]
            for k, (due, weight) in enumerate(zip(shop.sink_due, shop.sink_weight, strict=True))
        ],
    }


def setups_of(shop: Any, ways: list[Any]) -> list[list[int]]:
    """Give unit, operation before, operation, and minutes of each set-up."""
    from plantwright.methods.scheduling.exact_model import change_of

    on_unit: dict[int, list[int]] = {}
    for o, own in enumerate(ways):
        for way in own:
            on_unit.setdefault(way[4], []).append(o)
    found = []
    for unit, own in on_unit.items() if len(shop.setup_matrix) else ():
        found += [
            [unit, a, b, minutes] for a in own for b in own if a != b and (minutes := int(change_of(shop, unit, a, b)))
        ]
    return found


def schedule_from(instance: Any, start: list[int], way: list[int], ways: list[Any]) -> Any:
    """Turn starts and ways into a schedule, with the set-ups that their order means."""
    import numpy as np

    from plantwright.methods.scheduling import Schedule
    from plantwright.methods.scheduling.dispatching import sink_completions
    from plantwright.methods.scheduling.exact import changes_of
    from plantwright.methods.scheduling.project import ProjectSchedule

    taken = [own[k] for own, k in zip(ways, way, strict=True)]
    begin = np.array(start, np.int64)
    finish = begin + np.array([one[1] for one in taken], np.int64)
    mode, unit = (np.array([one[k] for one in taken], np.int64) for k in (3, 4))
    if hasattr(instance.problem, "capacity"):
        return ProjectSchedule(begin, finish, mode)
    shop, none = instance.shop, np.zeros(0, np.int64)
    change = changes_of(shop, begin, finish, np.where(finish > begin, unit, -1))
    pointer, setup = np.zeros(shop.operations + 1, np.int64), shop.mode_setup[mode] + change
    sinks = sink_completions(shop.sinks, finish)
    return Schedule(begin - change, finish, setup, mode, unit, pointer, none, sinks, "complete")


def solve(asked: dict[str, Any]) -> dict[str, Any]:
    """State the problem for PyJobShop, solve it, and give the starts and the way of each operation."""
    result = stated(asked).solve(
        solver="ortools", time_limit=asked["seconds"], num_workers=asked["workers"], random_seed=asked["seed"],
        display=False,
    )  # fmt: skip
    if not result.best.tasks:
        return {"start": None}
    first = [0, *accumulate(len(own) for own in asked["ways"])]
    return {
        "start": [int(task.start) for task in result.best.tasks],
        "way": [int(task.mode) - begin for task, begin in zip(result.best.tasks, first, strict=False)],
    }


def stated(asked: dict[str, Any]) -> Any:
    """State the problem for PyJobShop."""
    from pyjobshop import Model

    model = Model()
    resources = [resource_of(model, r, limit, asked["renewable"]) for r, limit in enumerate(asked["resources"])]
    tardy = asked["goal"] == "weighted_tardiness"
    job_of = {}
    for operations, due, weight in asked["jobs"] if tardy else []:
        job_of |= dict.fromkeys(operations, model.add_job(due_date=due, weight=round(weight)))
    tasks = [model.add_task(job=job_of.get(o)) for o in range(len(asked["ways"]))]
    for task, own in zip(tasks, asked["ways"], strict=True):
        for held, minutes, demand, _, _ in own:
            model.add_mode(task, [resources[r] for r in held], minutes, demands=demand)
    for before, o, lag in asked["arcs"]:
        model.add_end_before_start(tasks[before], tasks[o], lag)
    for unit, a, b, minutes in asked["setups"]:
        model.add_setup_time(resources[unit], tasks[a], tasks[b], minutes)
    for one, other in pairwise(asked["same"]):
        model.add_same_sequence(resources[one], resources[other])
    model.set_objective(weight_makespan=int(not tardy), weight_total_tardiness=int(tardy))
    return model


def resource_of(model: Any, number: int, limit: int | None, renewable: int) -> Any:
    """Add a resource: a machine without limit, else an amount there at any time, or in all."""
    if limit is None:
        return model.add_machine()
    return model.add_renewable(capacity=limit) if number < renewable else model.add_consumable(capacity=limit)


if __name__ == "__main__":
    json.dump(solve(json.load(sys.stdin)), sys.stdout)
