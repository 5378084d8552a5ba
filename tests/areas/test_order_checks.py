"""Stock, demand, supply and production: what is a fault, and what only looks like one."""

BOUGHT = "code,kind ; A,buy"
STORE = {"site": "code ; M", "location": "code,site ; STORE,M ; BIN,M"}
MOVES = "number,item,from_location,to_location,quantity,at,reverses"


def test_virtual_places_may_go_below_nothing(codes):
    moves = f"{MOVES} ; 1,A,OPENING,STORE,10,2026-01-02,"
    assert "negative-stock" not in codes(item=BOUGHT, **STORE, stock_move=moves)


def test_place_that_is_short_is_named_though_the_site_has_enough(checked):
    moves = f"{MOVES} ; 1,A,OPENING,STORE,10,2026-01-02, ; 2,A,BIN,CUSTOMER,4,2026-01-03,"
    (short,) = [one for one in checked(item=BOUGHT, **STORE, stock_move=moves) if one.severity == "error"]
    assert (short.code, short.key, short.message[:21]) == ("negative-stock", "BIN", "There are -4 of A at ")


def test_move_of_tomorrow_does_not_count_today(codes):
    moves = f"{MOVES} ; 1,A,STORE,CUSTOMER,4,2026-01-06,"
    assert "negative-stock" not in codes(item=BOUGHT, **STORE, stock_move=moves)


def test_mirror_of_a_move_is_a_right_reversal(codes):
    moves = f"{MOVES} ; 1,A,OPENING,STORE,10,2026-01-02, ; 2,A,STORE,OPENING,10,2026-01-02,1"
    found = codes(item=BOUGHT, **STORE, stock_move=moves)
    assert not {"reversal-unknown", "reversal-twice", "reversal-unlike"} & found


def test_bin_in_a_warehouse_stands_at_its_site(codes):
    location = "code,site,parent ; STORE,M, ; BIN,,STORE"
    assert "location-without-site" not in codes(site="code ; M", location=location)


def test_closed_and_cancelled_orders_are_let_be(codes):
    sales = "order,item,quantity,due,state ; 1,A,5,2025-12-01,closed ; 2,A,5,2025-12-01,cancelled"
    bought = "order,item,quantity,due,state ; 1,A,5,2025-12-01,closed ; 2,A,5,2025-12-01,cancelled"
    found = codes(item=BOUGHT, sales_order_line=sales, purchase_order_line=bought)
    assert not {"sales-order-overdue", "purchase-overdue"} & found


def test_order_of_today_is_not_late(codes):
    assert "sales-order-overdue" not in codes(
        item=BOUGHT, sales_order_line="order,item,quantity,due ; 1,A,5,2026-01-05"
    )


def test_forecast_periods_of_other_customers_and_sites_do_not_overlap(codes):
    head = "item,site,start,end,customer,quantity"
    rows = f"{head} ; A,,2026-02-01,2026-02-28,,5 ; A,,2026-02-01,2026-02-28,K,5 ; A,M,2026-02-01,2026-02-28,,5"
    assert "forecast-overlap" not in codes(item=BOUGHT, site="code ; N ; M", customer="code ; K", forecast=rows)


def test_supplier_is_missed_for_what_demand_reaches_through_the_bill(checked):
    found = checked(
        item="code,kind ; P,make ; A,buy ; B,buy",
        bom_line="parent,component ; P,A",
        sales_order_line="order,item,quantity,due ; 1,P,5,2026-02-02",
    )
    assert {(one.code, one.key) for one in found if one.code.startswith("supplier")} == {
        ("supplier-missing", "A"),
        ("supplier-missing-idle", "B"),
    }


def test_currency_of_the_plant_and_a_rate_that_holds_need_nothing(codes):
    tables = {
        "item": BOUGHT,
        "supplier": "code,currency ; X,EUR ; Y,USD ; Z,",
        "exchange_rate": "currency,rate ; USD,0.9",
    }
    offers = "supplier,item,price ; X,A,1 ; Y,A,1 ; Z,A,1"
    assert "exchange-rate-missing" not in codes(**tables, supplier_item=offers)


def test_rate_that_begins_later_does_not_hold_yet(codes):
    rate = "currency,effective_from,rate ; USD,2026-07-01,0.9"
    tables = {"item": BOUGHT, "supplier": "code,currency ; Y,USD", "supplier_item": "supplier,item,price ; Y,A,1"}
    assert "exchange-rate-missing" in codes(**tables, exchange_rate=rate)


def test_lane_for_every_item_serves_each(codes):
    tables = {"item": BOUGHT, "site": "code ; N ; S", "item_site": "item,site,source ; A,S,transfer"}
    assert "lane-missing" not in codes(**tables, transfer_lane="from_site,to_site ; N,S")
    assert "lane-missing" in codes(**tables, transfer_lane="from_site,to_site ; S,N")


def test_held_order_is_told_until_its_hold_is_released(codes):
    tables = {"item": "code,kind ; A,make", "production_order": "order,item,quantity,due ; W,A,5,2026-02-02"}
    hold = "order,start,released ; W,2026-01-02,{}"
    assert "order-held" in codes(**tables, order_hold=hold.format("no"))
    assert "order-held" not in codes(**tables, order_hold=hold.format("yes"))


def test_line_whose_name_in_a_plan_is_another_order_is_a_fault(checked):
    sales = "order,line,item,quantity,due ; A,1,A,5,2026-02-02 ; A,2,A,5,2026-02-02 ; A/2,1,A,5,2026-02-02"
    (twice,) = [one for one in checked(item=BOUGHT, sales_order_line=sales) if one.code == "document-name-twice"]
    assert (twice.severity, twice.key) == ("error", "A/2 / 1")
    assert twice.message == "In a plan it is called A/2, and so is sales order A line 2."


def test_orders_of_one_number_are_told_apart_by_kind_only_while_both_are_open(codes):
    bought = "order,item,quantity,due,state ; 7,A,5,2026-02-02,"
    made = "order,item,quantity,due,state ; 7,A,5,2026-02-02,released"
    sales = "order,item,quantity,due ; 7,A,5,2026-02-02"
    given = {"item": BOUGHT, "production_order": made, "sales_order_line": sales}
    assert "document-name-twice" in codes(**given, purchase_order_line=bought + "approved")
    assert "document-name-twice" not in codes(**given, purchase_order_line=bought + "closed"), "a sales order may be 7"
