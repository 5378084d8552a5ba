"""What is refused when people change forecasts."""

from datetime import date
from decimal import Decimal

from provokes import new_store, provokes, raised

from plantwright.areas.demand.actions import override_forecast, withdraw_override


def _override(store, **told):
    with store.begin("anna", "override_forecast") as tx:
        override_forecast(tx, **{"item": "A", "start": date(2026, 3, 1), "value": Decimal(5), "reason": "fair", **told})


@provokes("override-needs-reason")
def override_needs_reason(folder):
    with new_store(folder) as store:
        return raised(lambda: _override(store, reason=" "))


@provokes("override-value")
def override_value(folder):
    with new_store(folder) as store:
        return raised(lambda: _override(store, value=Decimal(-5)))


@provokes("override-no-forecast")
def override_no_forecast(folder):
    with new_store(folder) as store:
        return raised(lambda: _override(store))


@provokes("override-not-there")
def override_not_there(folder):
    with new_store(folder) as store, store.begin("anna", "withdraw_override") as tx:
        return raised(lambda: withdraw_override(tx, "A", date(2026, 3, 1), "it did not come"))
