"""Bills of material: what is a fault, and what only looks like one."""

ITEMS = "code,kind ; A,make ; B,make ; C,buy ; D,buy"


def only(problems, code):
    return [problem for problem in problems if problem.code == code]


def test_every_separate_loop_is_named_item_by_item(checked):
    item = "code,kind ; A,make ; B,make ; X,make ; Y,make ; Z,make"
    found = only(checked(item=item, bom_line="parent,component ; A,B ; B,A ; X,Y ; Y,Z ; Z,X ; A,X"), "bom-loop")
    assert [problem.message.split(":")[0] for problem in found] == ["A → B → A", "X → Y → Z → X"]


def test_loop_through_a_co_product_is_found(codes):
    assert "bom-loop" in codes(
        item=ITEMS, bom_line="parent,component ; B,A", co_product="item,product,quantity ; A,B,1"
    )


def test_a_bought_item_ends_a_loop_because_it_is_not_exploded(codes):
    item = "code,kind ; A,make ; C,buy"
    assert "bom-loop" not in codes(item=item, bom_line="parent,component ; A,C ; C,A")


def test_bought_item_that_one_site_makes_does_not_end_a_loop(codes):
    tables = {"item": "code,kind ; A,make ; C,buy", "bom_line": "parent,component ; A,C ; C,A", "site": "code ; M"}
    assert "bom-loop" in codes(**tables, item_site="item,site,source ; C,M,make")


def test_diamond_is_no_loop(codes):
    lines = "parent,component ; A,B ; A,C ; B,D ; A,D"
    assert "bom-loop" not in codes(item=ITEMS, bom_line=lines)


def test_dates_that_meet_have_no_gap_and_no_overlap(codes):
    lines = "parent,component,effective_from,effective_to ; A,C,,2026-03-31 ; A,C,2026-04-01,"
    assert not {"bom-gap", "bom-overlap"} & codes(item=ITEMS, bom_line=lines)


def test_change_from_one_component_to_another_has_a_gap_only_where_no_line_holds(checked):
    lines = "parent,component,effective_from,effective_to ; A,C,,2026-03-31 ; A,D,2026-04-10,"
    (gap,) = only(checked(item=ITEMS, bom_line=lines), "bom-gap")
    assert "From 2026-04-01 to 2026-04-09 no line for any component of A" in gap.message


def test_gap_of_a_position_is_found_though_other_components_hold(checked):
    head = "parent,component,effective_from,effective_to,note"
    lines = f"{head} ; A,B,,, ; A,C,,2026-03-31,pos 2 ; A,D,2026-04-10,,pos 2"
    (gap,) = only(checked(item=ITEMS, bom_line=lines), "bom-gap")
    assert "position pos 2" in gap.message


def test_same_component_at_two_operations_does_not_overlap(codes):
    lines = "parent,component,operation,effective_from ; A,C,10,2026-01-01 ; A,C,20,2026-01-01"
    assert "bom-overlap" not in codes(item=ITEMS, bom_line=lines)


def test_shares_up_to_a_whole_are_fine_and_only_those_that_hold_now_count(codes):
    item = "code,kind,unit ; A,make,kg ; B,buy,kg ; C,buy,kg ; D,buy,kg"
    lines = "parent,component,quantity,per,effective_to ; A,B,60,percent, ; A,C,40,percent, ; A,D,99,percent,2025-01-01"
    assert not {"percent-over", "percent-unit"} & codes(item=item, bom_line=lines)


def test_unit_that_converts_is_fine_within_a_dimension_and_by_the_items_own_factor(codes):
    tables = {"item": "code,kind,unit ; A,make,pcs ; WIRE,buy,m ; PAINT,buy,kg"}
    lines = "parent,component,unit ; A,WIRE,cm ; A,PAINT,can"
    found = codes(**tables, bom_line=lines, item_unit="item,unit,factor ; PAINT,can,2.5")
    assert not {"unit-clash", "unit-unknown", "item-unit-unknown"} & found


def test_a_clash_is_told_for_each_line_with_its_place(checked):
    item = "code,kind,unit ; A,make,pcs ; B,make,pcs ; WIRE,buy,m"
    found = only(checked(item=item, bom_line="parent,component,unit ; A,WIRE,kg ; B,WIRE,kg"), "unit-clash")
    assert [(problem.key, problem.value) for problem in found] == [("A / WIRE / 0 / ", "kg"), ("B / WIRE / 0 / ", "kg")]


def test_one_wrong_unit_does_not_hide_faults_of_others(codes):
    item = "code,kind,unit ; A,make,pcs ; WIRE,buy,m ; PAINT,buy,kg"
    found = codes(item=item, item_unit="item,unit,factor ; PAINT,g,5", bom_line="parent,component,unit ; A,WIRE,kg")
    assert {"unit-contradiction", "unit-clash"} <= found
