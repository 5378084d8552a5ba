"""Shops that the search of sequences does not take."""

from provokes import provokes, raised

from plantwright.methods.scheduling import build_shop
from plantwright.methods.scheduling.search import search
from plantwright.methods.working_time import working_time


def _shop(**more):
    time = working_time([([0], [600])])
    return build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[10, 10], **more)


@provokes("shop-not-searched")
def shop_not_searched(folder):
    return raised(lambda: search(_shop(fixed_start=[0, -1], fixed_unit=[0, -1]), iterations=1, setup_ahead=True))


@provokes("setup-ahead-calendar")
def setup_ahead_calendar(folder):
    return raised(lambda: search(_shop(), iterations=1, setup_ahead=True))
