"""Remedies for late orders: proposed from the chain of what was waited for, tried on a copy of the plant, priced."""

from __future__ import annotations

from plantwright.flows.remedies.case import Remedy
from plantwright.flows.remedies.trying import Outcome, Tried, edited, propose, ranked, try_all

__all__ = ["Outcome", "Remedy", "Tried", "edited", "propose", "ranked", "try_all"]
