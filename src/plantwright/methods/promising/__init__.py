"""What is still free to promise, and how promises have turned out."""

from __future__ import annotations

from plantwright.methods.promising.atp import (
    atp_working,
    class_atp,
    cumulative_atp,
    discrete_atp,
    first_bucket,
)
from plantwright.methods.promising.reliability import Reliability, reliability

__all__ = [
    "Reliability",
    "atp_working",
    "class_atp",
    "cumulative_atp",
    "discrete_atp",
    "first_bucket",
    "reliability",
]
