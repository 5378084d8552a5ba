"""Right schedules with one change that breaks a rule; the judge must find it."""

from broken_schedules import broken, flow_broken, moved, project_broken, put, right
from provokes import provokes

from plantwright.instances import judge
from plantwright.methods.scheduling.problem import changed
from plantwright.methods.working_time import NEVER


@provokes("schedule-shape")
def schedule_shape(folder):
    return broken(lambda schedule: changed(schedule, start=schedule.start[1:]))


@provokes("schedule-unplaced")
def schedule_unplaced(folder):
    return broken(lambda schedule: put(schedule, "finish", 3, NEVER))


@provokes("schedule-mode")
def schedule_mode(folder):
    return broken(lambda schedule: put(schedule, "mode", 3, 1))


@provokes("schedule-unit")
def schedule_unit(folder):
    return broken(lambda schedule: put(schedule, "unit", 3, 0))


@provokes("schedule-release")
def schedule_release(folder):
    return broken(lambda schedule: moved(schedule, 0, 490 - schedule.start[0]))


@provokes("schedule-fixed")
def schedule_fixed(folder):
    return broken(lambda schedule: moved(schedule, 4, 5))


@provokes("schedule-setup")
def schedule_setup(folder):
    return broken(lambda schedule: put(schedule, "setup", 0, 0))


@provokes("schedule-minutes")
def schedule_minutes(folder):
    return broken(lambda schedule: put(schedule, "finish", 3, schedule.finish[3] - 1))


@provokes("schedule-closed")
def schedule_closed(folder):
    return broken(lambda schedule: put(schedule, "start", 2, 479))


@provokes("schedule-pause")
def schedule_pause(folder):
    return broken(lambda schedule: put(put(schedule, "start", 0, 900), "finish", 0, 2000))


@provokes("schedule-overlap")
def schedule_overlap(folder):
    return broken(lambda schedule: put(moved(schedule, 1, 0), "unit", 3, 2))


@provokes("schedule-precedence")
def schedule_precedence(folder):
    return broken(lambda schedule: moved(schedule, 3, -10))


@provokes("schedule-crew")
def schedule_crew(folder):
    return broken(lambda schedule: put(schedule, "member", 0, 7))


@provokes("schedule-sink")
def schedule_sink(folder):
    return broken(lambda schedule: put(schedule, "sink_finish", 0, 900))


@provokes("schedule-objective")
def schedule_objective(folder):
    return list(judge(*right(), claimed=0).problems)


@provokes("schedule-order")
def schedule_order(folder):
    return flow_broken()


@provokes("schedule-capacity")
def schedule_capacity(folder):
    return project_broken(start=(0, 0, 7))


@provokes("schedule-stock")
def schedule_stock(folder):
    return project_broken(start=(0, 3, 9), mode=(0, 2, 3))
