"""Published instances of scheduling problems: read them, know the best values, judge schedules of them."""

from plantwright.instances.instance import Instance, Known, Objective
from plantwright.instances.reading import instance_of, read_best_known, read_instance

__all__ = ["Instance", "Known", "Objective", "instance_of", "read_best_known", "read_instance"]
