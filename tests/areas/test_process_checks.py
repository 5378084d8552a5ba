"""Routings, work centers and calendars: what is a fault, and what only looks like one."""

MADE = "code,kind ; A,make"
DAY = {
    "calendar": "code ; DAY",
    "calendar_shift": "calendar,weekday,start,end ; DAY,mon,06:00,14:00 ; DAY,tue,22:00,06:00 ; DAY,wed,06:00,12:00",
}


def kiln(run, **more):
    head = "item,sequence,work_center,run,pausable"
    return {
        "item": MADE,
        "work_center": "code,calendar ; KILN,DAY",
        "operation": f"{head} ; A,10,KILN,{run},no",
        **more,
    }


def test_operation_fits_when_two_shifts_touch(codes):
    assert "operation-never-fits" not in codes(**DAY, **kiln("14 h"))  # Tuesday 22:00 to Wednesday 12:00
    assert "operation-never-fits" in codes(**DAY, **kiln("841"))


def test_overtime_that_is_open_long_enough_lets_it_fit(codes):
    more = "calendar,start,end,open ; DAY,2026-02-07 06:00,2026-02-08 06:00,yes"
    assert "operation-never-fits" not in codes(**DAY, **kiln("20 h"), calendar_exception=more)


def test_one_other_work_center_that_is_always_open_is_enough(codes):
    tables = kiln("20 h", work_center="code,calendar ; KILN,DAY ; OVEN,")
    other = "item,sequence,work_center ; A,10,OVEN"
    assert "operation-never-fits" not in codes(**DAY, **tables, operation_alternate=other)


def test_smallest_order_counts_not_one_unit(checked):
    tables = kiln("2 h", site="code ; M", item_site="item,site,lot_minimum ; A,M,10")
    (never,) = [one for one in checked(**DAY, **tables) if one.code == "operation-never-fits"]
    assert "1200 min for 10 units" in never.message
    assert "longer than 840 min" in never.message


def test_efficiency_shortens_what_must_fit(codes):
    tables = kiln("20 h", work_center="code,calendar,efficiency ; KILN,DAY,1.5")
    assert "operation-never-fits" not in codes(**DAY, **tables)


def test_long_operation_that_may_pause_is_fine(codes):
    operation = "item,sequence,work_center,run ; A,10,KILN,400 h"
    assert "operation-never-fits" not in codes(**DAY, **kiln("1", operation=operation))


def test_subcontracted_step_needs_no_work_center(codes):
    tables = {"item": MADE, "supplier": "code ; COAT"}
    assert "operation-nowhere" not in codes(**tables, operation="item,sequence,supplier,lead_time ; A,10,COAT,5 d")


def test_circle_names_the_operations_of_each_item(checked):
    rows = " ; ".join(f"{item},{number},L,5" for item in "AB" for number in (10, 20, 30))
    links = "item,before,after ; A,10,20 ; A,20,30 ; A,30,10 ; B,10,20 ; B,20,30"
    found = checked(
        item="code,kind ; A,make ; B,make",
        work_center="code ; L",
        operation=f"item,sequence,work_center,run ; {rows}",
        operation_link=links,
    )
    (circle,) = [one for one in found if one.code == "routing-circle"]
    assert "10, 20, 30 of A" in circle.message


def test_star_in_a_matrix_covers_every_family(codes):
    tables = {"item": MADE, "work_center": "code,setup_matrix ; P,COLOURS"}
    operation = "item,sequence,work_center,run,setup_family ; A,10,P,5,green"
    matrix = "matrix,from_family,to_family,minutes ; COLOURS,*,*,45"
    assert "setup-family-missing" not in codes(**tables, operation=operation, setup_change=matrix)


def test_item_with_a_lead_time_needs_no_routing(codes):
    tables = {"item": MADE, "site": "code ; M", "item_site": "item,site,lead_time ; A,M,5 d"}
    assert not {"routing-missing", "made-of-nothing"} & codes(**tables)


def test_item_that_is_bought_everywhere_needs_no_routing(codes):
    tables = {"item": MADE, "site": "code ; M", "item_site": "item,site,source ; A,M,buy"}
    assert not {"routing-missing", "made-of-nothing"} & codes(**tables)


def test_skill_of_a_plant_without_people_is_no_fault(codes):
    tables = {"item": MADE, "work_center": "code ; L", "skill": "code ; WELD"}
    assert "skill-nobody" not in codes(**tables, operation="item,sequence,work_center,run,skill ; A,10,L,5,WELD")


def test_certificate_holds_on_its_last_day(codes):
    tables = {"item": MADE, "work_center": "code ; L", "skill": "code ; WELD", "person": "code ; ANNA"}
    tables["operation"] = "item,sequence,work_center,run,skill ; A,10,L,5,WELD"
    assert "skill-expired" not in codes(**tables, person_skill="person,skill,valid_to ; ANNA,WELD,2026-01-05")
    assert "skill-expired" in codes(**tables, person_skill="person,skill,valid_to ; ANNA,WELD,2026-01-04")
