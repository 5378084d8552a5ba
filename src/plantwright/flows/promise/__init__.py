"""Promising: the earliest date for a quantity, by insertion into the schedule in force."""

from plantwright.flows.promise.answer import Promised, Promiser, make_promiser

__all__ = ["Promised", "Promiser", "make_promiser"]
