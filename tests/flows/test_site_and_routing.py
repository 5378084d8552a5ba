"""What the screens of sites and routings draw: open hours, what stands where, and where operations stand."""

import pytest

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.flows.routing_picture import picture, sites_of_routing
from plantwright.flows.site_view import open_hours, sites
from plantwright.flows.views import MemoryView
from plantwright.plant import make_plant

MONDAY = 20_458 * 1440
TABLES = {
    "setting": [{"name": "time_zone", "value": "Europe/Berlin"}],
    "calendar": [{"code": "DAY"}, {"code": "NIGHT"}],
    "calendar_shift": [
        {"calendar": "DAY", "weekday": "mon", "start": 360, "end": 840},
        {"calendar": "NIGHT", "weekday": "mon", "start": 1320, "end": 360},
    ],
    "site": [{"code": "S", "calendar": "DAY"}, {"code": "T"}],
    "work_center": [{"code": "W"}, {"code": "X", "site": "T", "calendar": "NIGHT"}],
    "person": [{"code": "P", "name": "Pia"}],
    "item": [{"code": "A", "kind": "buy", "standard_cost": 3 * SCALE}],
    "location": [{"code": "HALL", "site": "S"}, {"code": "BIN", "parent": "HALL"}],
    "stock_move": [
        {"number": "1", "item": "A", "from_location": "OPENING", "to_location": "BIN", "quantity": 4 * SCALE, "at": 0}
    ],
}


@pytest.fixture
def view():
    return MemoryView(make_plant({n: raw_frame(ENTITIES[n], rows) for n, rows in TABLES.items()}, MONDAY))


def test_hours_are_told_by_the_clock_of_the_plant_and_a_night_is_parted(view):
    hours = open_hours(view, 8)
    assert hours["DAY"] == [8, 0, 0, 0, 0, 0, 0, 8]
    assert hours["NIGHT"] == [2, 6, 0, 0, 0, 0, 0, 2]


def test_what_names_no_site_stands_at_the_main_one(view):
    main, other = sites(view)
    assert [one["code"] for one in main.centers] == ["W"]
    assert [(one["code"], one["calendar"]) for one in other.centers] == [("X", "NIGHT")]
    assert [(one["name"], one["calendar"]) for one in main.people] == [("Pia", "DAY")]
    assert (main.calendars, other.calendars, main.load) == (("DAY",), ("NIGHT",), None)


def test_stock_of_a_bin_counts_at_the_site_of_the_place_that_holds_it(view):
    main, _ = sites(view)
    assert [(one["code"], one["items"], one["value"]) for one in main.places] == [
        ("BIN", 1, 12 * SCALE),
        ("HALL", 0, 0),
    ]


def drawn(numbers, links=()):
    rows = [{"item": "A", "sequence": n, "work_center": "W"} for n in numbers]
    pairs = [{"item": "A", "before": a, "after": b} for a, b in links]
    other = [{"item": "A", "sequence": 10, "work_center": "X", "rank": 1}]
    given = {"operation": rows, "operation_link": pairs, "operation_alternate": other}
    frames = [raw_frame(ENTITIES[name], part) for name, part in given.items()]
    assert sites_of_routing(frames[0], "A") == [""]
    made = picture(*frames, "A", "")
    return made, [(one.operation["sequence"], one.column, one.row) for one in made.places]


def test_routing_without_links_is_a_line():
    made, places = drawn([20, 10, 30])
    assert places == [(10, 0, 0), (20, 1, 0), (30, 2, 0)]
    assert made.arrows == ((10, 20), (20, 30))
    assert [one["work_center"] for one in made.places[0].alternates] == ["X"]


def test_operation_stands_behind_all_that_it_waits_for():
    made, places = drawn([10, 20, 30, 40], [(10, 40), (20, 30), (30, 40)])
    assert places == [(10, 0, 0), (20, 0, 1), (30, 1, 0), (40, 2, 0)]
    assert (made.columns, made.rows) == (3, 2)


def test_circle_and_link_to_nothing_do_no_harm():
    _, places = drawn([10, 20], [(10, 20), (20, 10), (20, 99)])
    assert sorted(number for number, *_ in places) == [10, 20]
