"""The aggregate plan: a judge that shares nothing with the program adds each plan up anew; textbook cases; faults."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.optimisation import STRATEGIES, aggregate_plan, aggregate_problem


def judge(p, plan):  # noqa: C901, PLR0912 - a list of rules
    """Go through a plan month by month with plain loops: every fault, and its cost."""
    faults, cost = [], 0.0
    families, sites, months = p.demand.shape
    used = np.zeros(p.capacity.shape)
    for t in range(months):
        for f in range(families):
            for s in range(sites):
                before = p.start_stock[f, s] if t == 0 else plan.stock[f, s, t - 1] - plan.back_order[f, s, t - 1]
                came = plan.made[f, s, t] + plan.subcontracted[f, s, t] + p.receipts[f, s, t]
                for lane in range(len(p.lane_family)):
                    if p.lane_family[lane] == f:
                        came += plan.moved[lane, t] * ((p.lane_to[lane] == s) - (p.lane_from[lane] == s) * 1.0)
                after = plan.stock[f, s, t] - plan.back_order[f, s, t]
                lacking = plan.lacking_units[f, s, t]
                if abs(before + came + lacking - p.demand[f, s, t] - after) > 1e-4:
                    faults.append(f"balance {f, s, t}")
                if plan.made[f, s, t] > 1e-6 and not p.can_make[f, s]:
                    faults.append(f"made where it cannot be {f, s, t}")
                if plan.subcontracted[f, s, t] > p.subcontract[f, s, t] + 1e-6:
                    faults.append(f"subcontractor {f, s, t}")
                if np.isinf(p.back_order_cost[f, s]) and plan.back_order[f, s, t] > 1e-6:
                    faults.append(f"late though it must not be {f, s, t}")
                if plan.stock[f, s, t] < p.least_stock[f, s, t] - 1e-6:
                    faults.append(f"stock below the least {f, s, t}")
                cost += plan.made[f, s, t] * p.make_cost[f, s] + plan.stock[f, s, t] * p.holding_cost[f, s]
                cost += plan.subcontracted[f, s, t] * p.subcontract_cost[f, s]
                if np.isfinite(p.back_order_cost[f, s]):
                    owed = p.owed_cost[f, s] if t == months - 1 and np.isfinite(p.owed_cost[f, s]) else 0.0
                    cost += plan.back_order[f, s, t] * (p.back_order_cost[f, s] + owed)
                if t == months - 1 and np.isinf(p.owed_cost[f, s]) and plan.back_order[f, s, t] > 1e-6:
                    faults.append(f"owed at the end {f, s}")
        for f, s, g, hours in zip(p.use_family, p.use_site, p.use_group, p.use_hours, strict=True):
            used[g, t] += hours * plan.made[f, s, t]
        for g in range(len(p.capacity)):
            over = plan.overtime[g, t]
            if used[g, t] - over > p.capacity[g, t] + plan.lacking_hours[g, t] + 1e-4:
                faults.append(f"hours {g, t}")
            if over > p.overtime[g, t] + 1e-6 or over > used[g, t] + 1e-6:
                faults.append(f"overtime {g, t}")
            cost += (used[g, t] - over) * p.hour_cost[g] + over * p.overtime_cost[g]
            if not np.isnan(p.workers[g]):
                people = p.workers[g] if t == 0 else plan.workers[g, t - 1]
                if abs(people + plan.hired[g, t] - plan.let_go[g, t] - plan.workers[g, t]) > 1e-5:
                    faults.append(f"people {g, t}")
                if used[g, t] - over > p.worker_hours[g, t] * plan.workers[g, t] + plan.lacking_work[g, t] + 1e-4:
                    faults.append(f"hours of people {g, t}")
                cost += plan.workers[g, t] * p.wage[g] + plan.hired[g, t] * p.hire_cost[g]
                cost += plan.let_go[g, t] * p.fire_cost[g]
        cost += float(plan.moved[:, t] @ p.lane_cost)
    return faults, cost


def drawn(seed, *, late=True, people=True):
    """Draw a problem: three families at two sites over five months, made on three groups."""
    rng = np.random.default_rng(seed)
    families, sites, months, groups = 3, 2, 5, 3
    uses = [
        (f, s, int(rng.integers(groups)), float(rng.uniform(0.1, 1))) for f in range(families) for s in range(sites)
    ]
    uses += [
        (f, s, int(rng.integers(groups)), float(rng.uniform(0.1, 1))) for f in range(families) for s in range(sites)
    ]
    demand = rng.integers(0, 100, (families, sites, months))
    return aggregate_problem(
        demand, uses=uses, capacity=rng.uniform(20, 150, (groups, months)),
        overtime=rng.uniform(0, 40, (groups, months)),
        lanes=[(f, 0, 1, float(rng.uniform(0, 3))) for f in range(families)],
        start_stock=rng.uniform(0, 30, (families, sites)),
        can_make=[[True, True], [True, False], [True, True]], make_cost=rng.uniform(1, 9, (families, sites)),
        subcontract=rng.uniform(0, 20, (families, sites)), subcontract_cost=30,
        holding_cost=rng.uniform(0.1, 1, (families, sites)),
        back_order_cost=rng.uniform(2, 6, (families, sites)) if late else np.inf,
        owed_cost=200 if late else np.inf, hour_cost=10, overtime_cost=16,
        workers=[4, np.nan, 2] if people else np.nan, worker_hours=18, wage=90, hire_cost=50, fire_cost=70,
    )  # fmt: skip


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("seed", range(8))
def test_plan_keeps_every_rule_and_costs_what_it_says(strategy, seed):
    problem = drawn(seed)
    plan = aggregate_plan(problem, strategy)
    faults, cost = judge(problem, plan)
    assert plan.status == "optimal"
    assert faults == []
    assert plan.objective == pytest.approx(cost, rel=1e-6)
    assert sum(plan.costs.values()) == pytest.approx(cost, rel=1e-6)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_free_choice_never_costs_more_than_a_strategy(seed):
    problem = drawn(seed)
    mixed, chase, level = (aggregate_plan(problem, one, ranges=False).objective for one in STRATEGIES)
    assert mixed <= chase * (1 + 1e-7)
    assert mixed <= level * (1 + 1e-7)


@pytest.mark.parametrize("seed", range(6))
def test_infeasible_plan_says_what_is_lacking_and_gives_a_plan_with_it(seed):
    problem = drawn(seed, late=False)
    plan = aggregate_plan(problem, "mixed")
    faults, _ = judge(problem, plan)
    assert faults == []
    lacks = plan.lacking_hours.sum() + plan.lacking_work.sum() + plan.lacking_units.sum()
    assert plan.feasible == (lacks < 1e-6)


def test_month_and_group_that_lack_hours_are_named_with_the_amount():
    problem = aggregate_problem([[[10, 50, 10]]], capacity=[[20, 20, 20]], uses=[(0, 0, 0, 1.0)])
    plan = aggregate_plan(problem)
    assert plan.status == "infeasible"
    assert plan.lacking_hours.sum() == pytest.approx(20)  # 60 units by the second month, 40 hours
    assert plan.lacking_hours[0, 2] == 0


def test_what_nobody_makes_is_lacking_by_units():
    problem = aggregate_problem([[[10]]], capacity=[[20]], can_make=False)
    plan = aggregate_plan(problem)
    assert plan.lacking_units.tolist() == [[[10.0]]]


def test_price_of_an_hour_is_what_an_hour_saves():
    def cost(more):
        capacity = np.array([[20.0, 20.0 + more]])
        return aggregate_plan(
            aggregate_problem([[[15, 30]]], capacity=capacity, uses=[(0, 0, 0, 1.0)], overtime=10, hour_cost=10,
                              overtime_cost=16, holding_cost=2)
        )  # fmt: skip

    plan = cost(0)
    assert plan.price[0, 1] == pytest.approx(plan.objective - cost(1).objective)
    assert plan.price[0].tolist() == pytest.approx([4, 6])  # a month earlier it is held, for 2
    assert plan.lowest[0, 1] <= 20 <= plan.highest[0, 1]


def test_chase_builds_no_stock_and_level_makes_the_same_each_month():
    demand = [[[10, 40, 10, 40]]]
    problem = aggregate_problem(demand, capacity=[[60] * 4], uses=[(0, 0, 0, 1.0)], holding_cost=1, back_order_cost=5)
    chase, level = aggregate_plan(problem, "chase"), aggregate_plan(problem, "level")
    assert chase.made.tolist() == demand
    assert np.ptp(level.made) == pytest.approx(0)
    assert chase.stock.sum() == 0


def test_level_makes_in_proportion_to_working_time():
    problem = aggregate_problem([[[30, 30]]], capacity=[[90, 90]], uses=[(0, 0, 0, 1.0)], share=[2, 1], holding_cost=1,
                                back_order_cost=5)  # fmt: skip
    made = aggregate_plan(problem, "level").made[0, 0]
    assert made[0] == pytest.approx(2 * made[1])


def test_workforce_of_the_textbook_plan():
    """Chase with hiring and firing: 20 units a person a month, demand 100, 160, 60; 5 people at first."""
    problem = aggregate_problem(
        [[[100, 160, 60]]], capacity=[[1e4] * 3], uses=[(0, 0, 0, 1.0)], workers=[5], worker_hours=20, hire_cost=300,
        fire_cost=500, wage=1000, holding_cost=100, back_order_cost=1000,
    )  # fmt: skip
    plan = aggregate_plan(problem, "chase")
    assert plan.workers.tolist() == [pytest.approx([5, 8, 3])]
    assert plan.costs["hiring"] == pytest.approx(900)
    assert plan.costs["letting go"] == pytest.approx(2500)
    assert plan.costs["wages"] == pytest.approx(16_000)


def test_stock_that_is_wanted_at_the_end_is_made():
    problem = aggregate_problem([[[10, 10]]], capacity=[[50, 50]], uses=[(0, 0, 0, 1.0)], end_stock=5, holding_cost=1)
    assert aggregate_plan(problem).stock[0, 0].tolist() == pytest.approx([0, 5])


def test_scaling_all_money_scales_the_cost_and_changes_nothing_else():
    problem = drawn(3)
    doubled = aggregate_problem(
        problem.demand, capacity=problem.capacity, overtime=problem.overtime,
        uses=list(zip(problem.use_family, problem.use_site, problem.use_group, problem.use_hours, strict=True)),
        lanes=list(zip(problem.lane_family, problem.lane_from, problem.lane_to, problem.lane_cost * 2, strict=True)),
        can_make=problem.can_make, start_stock=problem.start_stock, subcontract=problem.subcontract,
        workers=problem.workers, worker_hours=problem.worker_hours,
        **{name: getattr(problem, name) * 2 for name in (
            "make_cost", "subcontract_cost", "holding_cost", "back_order_cost", "hour_cost", "overtime_cost", "wage",
            "hire_cost", "fire_cost")},
    )  # fmt: skip
    assert aggregate_plan(doubled).objective == pytest.approx(2 * aggregate_plan(problem).objective)


def test_every_wrong_argument_is_told_at_once():
    with pytest.raises(ProblemError) as raised:
        aggregate_problem([[[1, -2]]], capacity=[[5, 5]], holding_cost=-1, uses=[(0, 0, 7, 1.0)], wage=np.nan)
    assert {problem.column for problem in raised.value.problems} == {"demand", "holding_cost", "uses", "wage"}
    with pytest.raises(ProblemError, match="by group and month"):
        aggregate_problem([[[1, 2]]], capacity=[[5, 5, 5]])
    with pytest.raises(ProblemError, match="one of mixed"):
        aggregate_plan(drawn(1), "guess")


def test_nothing_asked_for_costs_nothing():
    assert aggregate_plan(aggregate_problem([[[0, 0]]], capacity=[[5, 5]])).objective == 0
