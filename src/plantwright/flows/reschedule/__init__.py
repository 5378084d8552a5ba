"""Rescheduling: a new plan after something has happened that moves little, and says what moved and why.

`store` makes and keeps it; `events` reads what people type; `make` plans; `result` tells; `recording` writes down.
"""
