"""Stock policy: how much to order, when, how much to keep against what is not known, and where.

Every function is pure: plain values in, a frozen result out, with the working behind its numbers.

>>> from plantwright.methods.stock import Normal, economic_order_quantity, newsvendor
>>> round(economic_order_quantity(demand=1300, order_cost=8, holding_cost=0.225).quantity, 1)
304.0
>>> round(newsvendor(Normal(50, 8), overage=0.18, underage=0.70).quantity, 1)
56.6
"""

from plantwright.methods.stock.chain_file import NamedChain, read_chain
from plantwright.methods.stock.classes import Classes, abc_classes, xyz_classes
from plantwright.methods.stock.discounts import all_units_discount, incremental_discount
from plantwright.methods.stock.distributions import (
    Discrete,
    Distribution,
    Gamma,
    Lognormal,
    Normal,
    empirical,
    fixed,
    negative_binomial,
    poisson,
)
from plantwright.methods.stock.exact import MinMax, exact_min_max, exact_reorder_policy, power_approximation
from plantwright.methods.stock.exchange import ExchangeCurve, exchange_curve
from plantwright.methods.stock.guaranteed import GuaranteedService, SupplyChain, build_chain, place_on_tree
from plantwright.methods.stock.guaranteed_network import place_in_network
from plantwright.methods.stock.joint import JointReplenishment, joint_replenishment
from plantwright.methods.stock.lead_time import (
    convolved_lead_time_demand,
    lead_time_demand,
    windowed_lead_time_demand,
)
from plantwright.methods.stock.newsvendor import Newsvendor, newsvendor, newsvendor_at, newsvendor_profit
from plantwright.methods.stock.order_quantity import (
    CostCurve,
    OrderQuantity,
    economic_order_quantity,
    economic_production_quantity,
    order_cost_curve,
    planned_back_orders,
)
from plantwright.methods.stock.policies import (
    StockPolicy,
    base_stock_level,
    order_up_to_level,
    reorder_point,
    service_min_max,
)
from plantwright.methods.stock.pull import Buffer, KanbanLoop, NetFlow, buffer_zones, kanban_cards, net_flow
from plantwright.methods.stock.replay import Replay, ReplayPolicy, replay_policy
from plantwright.methods.stock.serial import SerialBaseStock, serial_base_stock
from plantwright.methods.stock.warehouse import (
    WarehouseBaseStock,
    WarehouseService,
    warehouse_base_stock,
    warehouse_service,
)
from plantwright.methods.working import Step, Working

__all__ = [
    "Buffer",
    "Classes",
    "CostCurve",
    "Discrete",
    "Distribution",
    "ExchangeCurve",
    "Gamma",
    "GuaranteedService",
    "JointReplenishment",
    "KanbanLoop",
    "Lognormal",
    "MinMax",
    "NamedChain",
    "NetFlow",
    "Newsvendor",
    "Normal",
    "OrderQuantity",
    "Replay",
    "ReplayPolicy",
    "SerialBaseStock",
    "Step",
    "StockPolicy",
    "SupplyChain",
    "WarehouseBaseStock",
    "WarehouseService",
    "Working",
    "abc_classes",
    "all_units_discount",
    "base_stock_level",
    "buffer_zones",
    "build_chain",
    "convolved_lead_time_demand",
    "economic_order_quantity",
    "economic_production_quantity",
    "empirical",
    "exact_min_max",
    "exact_reorder_policy",
    "exchange_curve",
    "fixed",
    "incremental_discount",
    "joint_replenishment",
    "kanban_cards",
    "lead_time_demand",
    "negative_binomial",
    "net_flow",
    "newsvendor",
    "newsvendor_at",
    "newsvendor_profit",
    "order_cost_curve",
    "order_up_to_level",
    "place_in_network",
    "place_on_tree",
    "planned_back_orders",
    "poisson",
    "power_approximation",
    "read_chain",
    "reorder_point",
    "replay_policy",
    "serial_base_stock",
    "service_min_max",
    "warehouse_base_stock",
    "warehouse_service",
    "windowed_lead_time_demand",
    "xyz_classes",
]
