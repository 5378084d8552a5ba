"""Inventory: places, the stock ledger, and how each item is planned at each site."""
