"""Sales history, events, overrides and set-ups: what is a fault, and what is not."""

BOUGHT = "code,kind ; A,buy ; B,buy"


def test_history_up_to_yesterday_is_fine(codes):
    assert not {"sales-history-ahead", "sales-history-stale"} & codes(
        item=BOUGHT, sales_history="item,day,quantity ; A,2026-01-04,5"
    )


def test_history_of_today_is_not_over_yet(codes):
    assert "sales-history-ahead" in codes(item=BOUGHT, sales_history="item,day,quantity ; A,2026-01-05,5")


def test_returns_are_set_against_all_that_was_sold_before(checked):
    rows = "item,day,quantity,returned ; A,2025-12-01,5, ; A,2025-12-02,,3 ; A,2025-12-03,,3"
    (fault,) = [one for one in checked(item=BOUGHT, sales_history=rows) if one.code == "sales-history-returns"]
    assert (fault.key, fault.message) == (
        "A /  /  / 2025-12-03", "6 were brought back up to 2025-12-03, more than the 5 that were asked for until then.",
    )  # fmt: skip


def test_unit_of_a_record_must_fit_its_item(codes):
    rows = "item,day,quantity,unit ; A,2025-12-01,5,kg"
    assert "unit-dimension" in {one[:14] for one in codes(item=BOUGHT, sales_history=rows)} or any(
        one.startswith("unit") for one in codes(item=BOUGHT, sales_history=rows)
    )


def test_event_for_all_items_names_neither_item_nor_family(codes):
    assert not codes(demand_event="code,start,end ; FAIR,2026-03-01,2026-03-05") & {"event-family-unknown"}


def test_override_of_what_has_a_past_is_fine(codes):
    found = codes(
        item=BOUGHT, sales_history="item,day,quantity ; A,2025-12-01,5",
        forecast_override="item,start,value,reason ; A,2026-02-01,9,fair",
    )  # fmt: skip
    assert not {one for one in found if one.startswith("override")}


def test_override_may_lower_a_forecast_by_adding_less_than_nothing(codes):
    found = codes(
        item=BOUGHT, sales_history="item,day,quantity ; A,2025-12-01,5",
        forecast_override="item,start,change,value,reason ; A,2026-02-01,add,-2,fair",
    )  # fmt: skip
    assert "override-below-zero" not in found


def test_customers_of_other_days_add_up_with_a_row_for_all(codes):
    rows = "item,customer,day,quantity ; A,,2025-12-01,5 ; A,X,2025-12-02,3"
    assert "sales-history-adds-up" not in codes(item=BOUGHT, customer="code ; X", sales_history=rows)


def test_day_with_a_row_for_all_customers_and_for_one_counts_both(checked):
    rows = "item,customer,day,quantity ; A,,2025-12-01,5 ; A,X,2025-12-01,3"
    found = checked(item=BOUGHT, customer="code ; X", sales_history=rows)
    (fault,) = [one for one in found if one.code == "sales-history-adds-up"]
    assert fault.message.startswith("5 are recorded for all customers together, and 3 of the same day for single ones")


def test_typed_forecast_for_all_customers_beside_one_of_them_is_planned_twice(codes):
    rows = "item,customer,start,end,quantity ; A,,2026-03-01,2026-03-31,5 ; A,X,{},{},3"
    apart = codes(item=BOUGHT, customer="code ; X", forecast=rows.format("2026-04-01", "2026-04-30"))
    both = codes(item=BOUGHT, customer="code ; X", forecast=rows.format("2026-03-31", "2026-04-30"))
    assert "forecast-adds-up" not in apart
    assert "forecast-adds-up" in both
