"""Published instances of scheduling problems: read them, know the best values, judge schedules of them."""

from plantwright.instances.instance import Instance, Known, Objective
from plantwright.instances.judge import Verdict, judge
from plantwright.instances.reading import instance_of, read_best_known, read_instance

__all__ = ["Instance", "Known", "Objective", "Verdict", "instance_of", "judge", "read_best_known", "read_instance"]
