"""Demand: customers, sales orders, forecasts."""
