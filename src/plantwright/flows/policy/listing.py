"""The items of a plant with their classes, policies, services and levels, a line each."""

from __future__ import annotations

from typing import Any

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.policy.classes import classified
from plantwright.flows.policy.compare import typed_row
from plantwright.flows.policy.facts import Known


def policy_lines(known: Known, targets: pl.DataFrame, *, site: str = "", family: str = "") -> list[dict[str, Any]]:
    """Give a line for each item at a site, the most value first, as stored values.

    Parameters
    ----------
    known : the plant
    targets : what the plan computed, the table stock_target
    site, family : only those of a site, of a family
    """
    computed = {(row["item"], row["site"]): row for row in targets.iter_rows(named=True)}
    place = {(row["item"], row["site"]): node for node, row in enumerate(known.rows)}
    lines = classified(known, (0.80, 0.95), (0.5, 1.0), site=site, family=family)
    return [_line(known, line, place[line["item"], line["site"]], computed) for line in lines]


def _line(
    known: Known, line: dict[str, Any], node: int, computed: dict[tuple[str, str], dict[str, Any]]
) -> dict[str, Any]:
    target, wanted = computed.get((line["item"], line["site"])), known.service(node)
    typed = typed_row(known, node)
    source = target or {**typed, "reached": None}
    names = ("safety_stock", "reorder_point", "order_up_to", "reached")
    return {
        **line, "class": line["abc"] + line["xyz"], "policy": known.rows[node]["stock_policy"],
        "wanted": None if wanted is None else round(wanted * SCALE), "computed": target is not None,
        **{name: source[name] for name in names},
    }  # fmt: skip


__all__ = ["policy_lines"]
