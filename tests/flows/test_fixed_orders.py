"""Orders that people have fixed keep their material: what is overdue does not take it away from under them."""

import pytest

import plantwright as pw

TABLES = {
    "setting": "name,value\nas_of,2026-03-02T06:00\n",
    "site": "code\nPLANT\n",
    "calendar": "code\nDAY\n",
    "calendar_shift": "calendar,weekday,start,end\n"
    + "".join(f"DAY,{day},06:00,14:00\n" for day in ("mon", "tue", "wed", "thu", "fri")),
    "work_center": "code,calendar\nBENCH,DAY\n",
    "supplier": "code\nACME\n",
    "customer": "code\nANNA\n",
    "item": "code,kind\nTABLE,make\nLEG,buy\n",
    "location": "code,site\nSTORE,PLANT\n",
    "stock_move": "number,item,quantity,from_location,to_location,at\n1,LEG,20,OPENING,STORE,2026-03-01T12:00\n",
    "operation": "item,sequence,work_center,run\nTABLE,10,BENCH,10\n",
    "bom_line": "parent,component,quantity\nTABLE,LEG,4\n",
    "supplier_item": "supplier,item,price,lead_time\nACME,LEG,3,10 d\n",
    "sales_order_line": "order,line,customer,item,quantity,due\nS1,1,ANNA,LEG,12,2026-02-20\n",
    "production_component": "order,component,operation,required\nMO1,LEG,10,16\n",
}


@pytest.mark.parametrize(("firmness", "from_stock"), [("frozen", 16), ("pinned", 16), ("free", 8)])
def test_fixed_order_takes_what_is_there_before_what_is_overdue(tmp_path, firmness, from_stock):
    order = (
        f"order,item,quantity,state,firmness,start,due\nMO1,TABLE,4,released,{firmness},2026-03-03T06:00,2026-03-05\n"
    )
    for name, text in (TABLES | {"production_order": order}).items():
        (tmp_path / f"{name}.csv").write_text(text)
    made = pw.plan(pw.load(tmp_path))
    assert made.verified, made.problems
    pegs = made["peg"].filter(demand="MO1")
    assert pegs.filter(supply_kind="stock")["quantity"].sum() == from_stock
    assert pegs["quantity"].sum() == 16
    assert made["peg"].filter(demand_kind="sales order")["quantity"].sum() == 12
