"""Stock policies of items that nothing is known of, and policies that are accepted without what they need."""

from provokes import new_store, provokes, raised

from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.flows.catalog import load_actions
from plantwright.flows.exchange import read_plant
from plantwright.flows.policy.seen import known_view, node_of
from plantwright.flows.policy.stage import target_stage
from plantwright.flows.views import MemoryView
from plantwright.plant import make_plant

load_actions()
MOMENT = 20_521 * 1440


def _staged(**more):
    given = {
        "site": [{"code": "S"}], "item": [{"code": "A", "kind": "buy"}],
        "item_site": [{"item": "A", "site": "S", "service_level": 950_000}], **more,
    }  # fmt: skip
    tables = {name: raw_frame(ENTITIES[name], rows) for name, rows in given.items()}
    return target_stage(make_plant(tables, MOMENT), {})[2]


@provokes("service-without-demand")
def service_without_demand(folder):
    return _staged()


@provokes("service-without-spread")
def service_without_spread(folder):
    forecast = {"item": "A", "site": "S", "start": MOMENT // 1440, "end": MOMENT // 1440 + 27, "quantity": 40_000_000}
    return _staged(forecast=[forecast])


def _accepted(folder, **arguments):
    with new_store(folder) as store:
        with store.begin("anna", "import") as tx:
            tx.insert("site", [{"code": "S"}])
        told = {"item": "B", "policy": "min-max", "reason": "cheaper", "site": "S", **arguments}
        return raised(lambda: run_action(store, "accept_policy", told, "anna"))


@provokes("policy-no-reason")
def policy_no_reason(folder):
    return _accepted(folder, reason=" ")


@provokes("policy-service")
def policy_service(folder):
    return _accepted(folder, service_level="1")


@provokes("policy-levels-crossed")
def policy_levels_crossed(folder):
    return _accepted(folder, reorder_point="10", order_up_to="5")


@provokes("policy-negative")
def policy_negative(folder):
    return _accepted(folder, safety_stock="-1")


@provokes("policy-not-planned")
def policy_not_planned(folder):
    with new_store(folder) as store:
        known = known_view(MemoryView(read_plant(store)))
        return raised(lambda: node_of(known, "A", ""))
