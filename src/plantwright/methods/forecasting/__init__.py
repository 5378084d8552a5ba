"""Forecasting: from what was asked for to what will be, with how far it may be off.

Series stand one after the other in a flat array; ``pointer`` says where each begins. Every function is pure.

>>> from plantwright.methods.forecasting import forecast, quantiles
>>> sold = [12.0, 15, 11, 18, 13, 16, 12, 20, 14, 18, 13, 22, 15, 19, 14, 24]
>>> ahead = forecast(sold, [0, 16], season=4, horizon=4)
>>> ahead.mean.shape, ahead.lower.shape, quantiles(ahead, [0.5, 0.98]).shape
((1, 4), (1, 4, 2), (1, 4, 2))
"""

from plantwright.methods.forecasting.classes import CLASSES, DemandClasses, classify
from plantwright.methods.forecasting.cleaning import FLAGS, Cleaned, clean, flag_names, to_calendar
from plantwright.methods.forecasting.combining import METHODS, forecast
from plantwright.methods.forecasting.drivers import DriverEffects, driver_effects
from plantwright.methods.forecasting.explain import explain_forecast
from plantwright.methods.forecasting.governance import ErrorRow, TrackingSignal, tracking_signal, value_added
from plantwright.methods.forecasting.hierarchy import Hierarchy, build_hierarchy, check_adds_up, time_hierarchy
from plantwright.methods.forecasting.hierarchy_reconcile import Reconciled, reconcile
from plantwright.methods.forecasting.intermittent import (
    IntermittentForecasts,
    intermittent_forecasts,
    intermittent_working,
    sum_quantiles,
)
from plantwright.methods.forecasting.measuring import Accuracy, accuracy
from plantwright.methods.forecasting.members import MEMBERS
from plantwright.methods.forecasting.new_items import (
    AnalogueForecast,
    BassCurve,
    EndingForecast,
    analogue_forecast,
    bass_curve,
    ending_forecast,
    fit_bass,
)
from plantwright.methods.forecasting.results import Forecasts, quantiles

__all__ = [
    "CLASSES",
    "FLAGS",
    "MEMBERS",
    "METHODS",
    "Accuracy",
    "AnalogueForecast",
    "BassCurve",
    "Cleaned",
    "DemandClasses",
    "DriverEffects",
    "EndingForecast",
    "ErrorRow",
    "Forecasts",
    "Hierarchy",
    "IntermittentForecasts",
    "Reconciled",
    "TrackingSignal",
    "accuracy",
    "analogue_forecast",
    "bass_curve",
    "build_hierarchy",
    "check_adds_up",
    "classify",
    "clean",
    "driver_effects",
    "ending_forecast",
    "explain_forecast",
    "fit_bass",
    "flag_names",
    "forecast",
    "intermittent_forecasts",
    "intermittent_working",
    "quantiles",
    "reconcile",
    "sum_quantiles",
    "time_hierarchy",
    "to_calendar",
    "tracking_signal",
    "value_added",
]
