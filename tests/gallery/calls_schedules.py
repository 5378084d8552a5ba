"""Shops with a fault, which the checks must find; and right schedules with one change, which the judge must find."""

from broken_schedules import broken, flow_broken, moved, project_broken, put, right
from provokes import provokes, raised

from plantwright.instances import Instance, judge
from plantwright.methods.scheduling import build_shop, dispatch, findings
from plantwright.methods.scheduling.problem import changed
from plantwright.methods.working_time import NEVER, working_time


def pair(**more):
    """Make two operations of 30 minutes on one machine, the second after the first."""
    given = {"unit_pointer": [0, 1], "unit_calendar": [0], "mode_center": [0, 0], "mode_minutes": [30, 30]}
    given |= {"pred_pointer": [0, 0, 1], "pred_op": [0]}
    return build_shop(working_time([([0, 480], [60, 540]), ([], [])]), **given | more)


def refused(**more):
    return raised(lambda: pair(**more))


@provokes("operation-no-mode")
def operation_no_mode(folder):
    return refused(mode_pointer=[0, 0, 2])


@provokes("operation-no-resource")
def operation_no_resource(folder):
    return refused(mode_center=[0, 7])


@provokes("operation-minutes")
def operation_minutes(folder):
    return refused(mode_minutes=[30, -5])


@provokes("shop-weight")
def shop_weight(folder):
    return refused(weight=[1, 1e300])


@provokes("lag-max-below-min")
def lag_max_below_min(folder):
    return refused(pred_lag=[10], pred_max_lag=[5])


@provokes("lags-cannot-hold")
def lags_cannot_hold(folder):
    return refused(
        mode_center=[0] * 3,
        mode_minutes=[10] * 3,
        pred_pointer=[0, 0, 1, 3],
        pred_op=[0, 1, 0],
        pred_max_lag=[-1, -1, 5],
    )


@provokes("deadline-before-release")
def deadline_before_release(folder):
    return refused(release=[0, 100], deadline=[NEVER, 120])


@provokes("batch-too-large")
def batch_too_large(folder):
    return refused(center_capacity=[4], size=[5, 1])


@provokes("regular-hours")
def regular_hours(folder):
    return refused(unit_calendar=[1], unit_regular=[0])


@provokes("operation-never-open")
def operation_never_open(folder):
    return findings(pair(unit_calendar=[1]))


@provokes("operation-too-long")
def operation_too_long(folder):
    return findings(pair(mode_minutes=[30, 90], pausable=[True, False]))


@provokes("operation-crew-short")
def operation_crew_short(folder):
    crew = {"need_pointer": [0, 0, 1], "need_group": [0], "need_count": [2]}
    return findings(pair(group_pointer=[0, 1], group_member=[0], member_calendar=[0], **crew))


@provokes("operation-no-minutes")
def operation_no_minutes(folder):
    return findings(pair(mode_minutes=[30, 0]))


@provokes("frozen-on-one-unit")
def frozen_on_one_unit(folder):
    return findings(pair(fixed_start=[0, 10], fixed_unit=[0, 0]))


@provokes("frozen-before-predecessor")
def frozen_before_predecessor(folder):
    return findings(pair(fixed_start=[30, 0], fixed_unit=[0, 0]))


@provokes("frozen-after-max-lag")
def frozen_after_max_lag(folder):
    return findings(pair(fixed_start=[0, 490], fixed_unit=[0, 0], pred_max_lag=[20]))


def judged(change, **more):
    """Give the problems of a right schedule of the pair after a change."""
    shop = pair(**more)
    return list(judge(Instance("pair", "shop", shop, "makespan"), change(dispatch(shop, "fcfs"))).problems)


@provokes("schedule-max-lag")
def schedule_max_lag(folder):
    return judged(lambda schedule: moved(schedule, 1, 450), pred_max_lag=[5])


@provokes("schedule-blocked")
def schedule_blocked(folder):
    more = {"mode_center": [0, 0, 1], "mode_minutes": [10, 10, 10], "unit_pointer": [0, 1, 2], "unit_calendar": [0, 0]}
    arcs = {"pred_pointer": [0, 0, 0, 1], "pred_op": [0], "release": [0, 0, 30]}
    return judged(lambda schedule: moved(schedule, 1, -20), blocking=[1, 0, 0], **more, **arcs)


@provokes("schedule-batch")
def schedule_batch(folder):
    arcs = {"pred_pointer": [0, 0, 0], "pred_op": []}
    return judged(lambda schedule: moved(schedule, 1, -30), center_capacity=[3], size=[2, 2], **arcs)


@provokes("schedule-deadline")
def schedule_deadline(folder):
    return judged(lambda schedule: moved(schedule, 1, 450), deadline=[NEVER, 60])


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
