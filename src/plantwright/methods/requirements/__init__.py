"""Material requirements planning: what to make, buy and move, when and for what."""

from plantwright.methods.requirements.columns import pointer_of
from plantwright.methods.requirements.exact import SCALE
from plantwright.methods.requirements.formula import Formulas, compile_formula, formulas
from plantwright.methods.requirements.inputs import (
    FARTHEST,
    Alternatives,
    Bom,
    CoProducts,
    Demands,
    NodeKind,
    Nodes,
    OpenNeeds,
    OpenSupplies,
    OrderFlag,
    Origin,
    PriceBreaks,
    Routing,
    Substitutes,
    SupplyKind,
    Why,
)
from plantwright.methods.requirements.levels import planning_order
from plantwright.methods.requirements.matching import Matches, match_in_order
from plantwright.methods.requirements.plan import (
    CoProductReceipts,
    MaterialPlan,
    Pegs,
    PlannedOrders,
    RequirementRows,
    Unmet,
    plan_requirements,
)
from plantwright.methods.requirements.problem import RequirementsProblem, requirements_problem
from plantwright.methods.requirements.projection import ProjectedOrders, Waits, project_orders
from plantwright.methods.requirements.record import RequirementsRecord, requirements_record

__all__ = [
    "FARTHEST",
    "SCALE",
    "Alternatives",
    "Bom",
    "CoProductReceipts",
    "CoProducts",
    "Demands",
    "Formulas",
    "Matches",
    "MaterialPlan",
    "NodeKind",
    "Nodes",
    "OpenNeeds",
    "OpenSupplies",
    "OrderFlag",
    "Origin",
    "Pegs",
    "PlannedOrders",
    "PriceBreaks",
    "ProjectedOrders",
    "RequirementRows",
    "RequirementsProblem",
    "RequirementsRecord",
    "Routing",
    "Substitutes",
    "SupplyKind",
    "Unmet",
    "Waits",
    "Why",
    "compile_formula",
    "formulas",
    "match_in_order",
    "plan_requirements",
    "planning_order",
    "pointer_of",
    "project_orders",
    "requirements_problem",
    "requirements_record",
]
