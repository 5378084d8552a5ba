"""What cannot be explained."""

from provokes import provokes, raised

from plantwright.core.explaining import explained
from plantwright.flows.catalog import load_reports
from plantwright.flows.views import MemoryView
from plantwright.plant import make_plant


@provokes("topic-unknown")
def topic_unknown(folder):
    del folder
    load_reports()
    return raised(lambda: explained(MemoryView(make_plant({}, 0)), "unit-costs", "A"))
