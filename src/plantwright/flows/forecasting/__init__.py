"""From sales history to forecasts: series, cleaning, methods, hold-out, overrides, and what the plan is given."""
