"""The rules of a project."""

from __future__ import annotations

from plantwright.core.problem import Problem
from plantwright.instances import rules
from plantwright.methods.scheduling.project import Project, ProjectSchedule


def project_faults(project: Project, schedule: ProjectSchedule) -> tuple[list[Problem], float | None]:
    """List every rule that is broken, and give the last finish."""
    lengths = {"start": len(schedule.start), "finish": len(schedule.finish), "mode": len(schedule.mode)}
    wrong = [
        rules.SHAPE.at("", "", name, length, must=project.activities)
        for name, length in lengths.items()
        if length != project.activities
    ]
    if wrong:
        return wrong, None
    start, finish, mode = schedule.start.tolist(), schedule.finish.tolist(), schedule.mode.tolist()
    pointer = project.mode_pointer.tolist()
    wrong = [
        rules.MODE.at("", o, "mode", mode[o])
        for o in range(project.activities)
        if not pointer[o] <= mode[o] < pointer[o + 1]
    ]
    if wrong:
        return wrong, None
    wrong = _time_faults(project, start, finish, mode)
    wrong += _capacity_faults(project, start, finish, mode)
    for resource, amount in enumerate(project.stock.tolist()):
        used = sum(int(project.consumption[m, resource]) for m in mode)
        if used > amount:
            wrong.append(rules.STOCK.at("", resource, "stock", used, must=amount))
    return wrong, float(max(finish, default=0))


def _time_faults(project: Project, start: list[int], finish: list[int], mode: list[int]) -> list[Problem]:
    wrong = []
    for o in range(project.activities):
        ends = start[o] + int(project.mode_minutes[mode[o]])
        if finish[o] != ends:
            wrong.append(rules.MINUTES.at("", o, "finish", finish[o], must=ends))
        if start[o] < project.release[o]:
            wrong.append(rules.RELEASE.at("", o, "start", start[o], must=int(project.release[o])))
        for arc in range(project.pred_pointer[o], project.pred_pointer[o + 1]):
            first = int(project.pred_op[arc])
            ready = finish[first] + int(project.pred_lag[arc])
            if start[o] < ready:
                wrong.append(rules.PRECEDENCE.at("", o, "start", start[o], must=ready, first=first))
    return wrong


def _capacity_faults(project: Project, start: list[int], finish: list[int], mode: list[int]) -> list[Problem]:
    """Follow what is held through time; an amount that ends at a moment is free at that moment."""
    wrong = []
    for resource, amount in enumerate(project.capacity.tolist()):
        demand = [int(project.demand[m, resource]) for m in mode]
        held = [o for o in range(project.activities) if demand[o] and finish[o] > start[o]]
        steps = sorted([(finish[o], -demand[o]) for o in held] + [(start[o], demand[o]) for o in held])
        level = 0
        for moment, step in steps:
            level += step
            if level > amount:
                wrong.append(rules.CAPACITY.at("", resource, "capacity", level, must=amount, first=moment))
                break
    return wrong
