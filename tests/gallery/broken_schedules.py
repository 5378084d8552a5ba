"""Right schedules of small shops and projects, and a change of one of them that breaks each rule of the judge."""

from dataclasses import replace

import numpy as np

from plantwright.instances import Instance, instance_of, judge
from plantwright.methods.scheduling import build_shop, dispatch
from plantwright.methods.scheduling.problem import changed
from plantwright.methods.scheduling.project import ProjectSchedule, build_project
from plantwright.methods.working_time import working_time

DAYS = working_time([([480, 1920], [960, 2400])])


def shop_with_all():
    """Two jobs of two operations: set-ups by family, days of eight hours, a welder of two, a release, a pin."""
    shop = build_shop(
        DAYS,
        unit_pointer=[0, 1, 3],
        unit_calendar=[0, 0, 0],
        mode_center=[0, 1, 0, 1, 1],
        mode_minutes=[100, 200, 120, 90, 60],
        family=[0, -1, 1, -1, -1],
        center_matrix=[0, -1],
        setup_matrix=[[[0, 30], [40, 0]]],
        pausable=[False, True, False, True, True],
        release=[500, 0, 0, 0, 0],
        pred_pointer=[0, 0, 1, 1, 2, 2],
        pred_op=[0, 2],
        pred_lag=[10, 0],
        need_pointer=[0, 0, 1, 1, 2, 2],
        need_group=[0, 0],
        group_pointer=[0, 2],
        group_member=[0, 1],
        member_calendar=[0, 0],
        fixed_start=[-1, -1, -1, -1, 600],
        fixed_unit=[-1, -1, -1, -1, 2],
        sink_pointer=[0, 1, 2],
        sink_op=[1, 3],
        sink_due=[900, 700],
    )
    return Instance("all", "shop", shop, "weighted_tardiness")


def right():
    """Give a right schedule of it."""
    instance = shop_with_all()
    return instance, dispatch(instance.shop, "edd")


def put(schedule, name, place, value):
    """Give the schedule with one value replaced."""
    values = getattr(schedule, name).copy()
    values[place] = value
    return changed(schedule, **{name: values})


def moved(schedule, o, by):
    """Give the schedule with an operation moved as a whole."""
    there = put(schedule, "start", o, schedule.start[o] + by)
    return put(there, "finish", o, schedule.finish[o] + by)


def broken(change):
    """Give the problems of the right schedule after a change."""
    instance, schedule = right()
    return list(judge(instance, change(schedule)).problems)


def project():
    """Three activities, the last after the first; two workers, material for nine."""
    built = build_project(
        mode_pointer=[0, 1, 3, 4],
        mode_minutes=[3, 4, 6, 2],
        demand=[[1], [2], [1], [1]],
        consumption=[[1], [5], [8], [1]],
        capacity=[2],
        stock=[9],
        pred_pointer=[0, 0, 0, 1],
        pred_op=[0],
    )
    return Instance("project", "project", built, "makespan")


def project_broken(start=(0, 3, 7), mode=(0, 1, 3), late=0):
    """Give the problems of a schedule of the project; as it stands, it is right."""
    instance = project()
    begin, chosen = np.array(start), np.array(mode)
    finish = begin + instance.project.mode_minutes[chosen] + late
    return list(judge(instance, ProjectSchedule(begin, finish, chosen)).problems)


def flow_broken():
    """Give the problems of a flow shop whose second machine takes the jobs in another order."""
    instance = instance_of("2\n2\n10 20\n5 5\n5 5\n", "flow")
    schedule = dispatch(instance.shop, "fcfs")
    there = moved(moved(schedule, 1, 10), 3, 0)
    finish = there.finish[instance.shop.sink_op]
    return list(judge(instance, changed(there, sink_finish=finish)).problems)


def ahead():
    """Give a flow shop with a set-up that is done while the job is still on the machine before, and its schedule."""
    instance = instance_of("2\n2\n4 5\n7 8\n0 1\n2 0\n0 3\n4 0\n", "flow")
    schedule = dispatch(instance.shop, "fcfs")
    arrays = {
        "start": [0, 4, 4, 9],
        "finish": [4, 9, 12, 20],
        "setup": [0, 0, 1, 3],
        "mode": [0, 1, 2, 3],
        "unit": [0, 1, 0, 1],
        "sink_finish": [9, 20],
    }
    return instance, changed(schedule, **{name: np.array(values) for name, values in arrays.items()})


def without_ahead(instance):
    """Give the instance with set-ups that wait for the job."""
    return replace(instance, setup_ahead=False)
