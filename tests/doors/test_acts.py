"""do, journal, undo: what people do about a plan, and taking it back."""

import csv

import pytest


def message(run, db, action):
    """Give the first open message of a kind, or skip where the plan has none."""
    rows = run("show", db, "messages", "--action", action, "--json").json["rows"]
    if not rows:
        pytest.skip(f"the plan of the sample asks for no {action}")
    return rows[0]


def state_of(run, db, one):
    rows = run("show", db, "messages", "--state", "all", "--json").json["rows"]
    key = ("action", "order", "item")
    return next(row["state"] for row in rows if all(row[name] == one[name] for name in key))


def table(run, db, name, tmp_path):
    folder = tmp_path / f"export{len(list(tmp_path.iterdir()))}"
    run("export", db, folder)
    return list(csv.DictReader((folder / f"{name}.csv").read_text().splitlines()))


def test_dismissed_message_stays_away_when_the_plan_is_made_again(run, planned):
    one = message(run, planned, "defer")
    answer = run("do", planned, "dismiss-message", "defer", one["order"], "--note", "they wait for it")
    assert answer.status == 0
    run("plan", planned)
    rows = run("show", planned, "messages", "--state", "dismissed", "--json").json["rows"]
    assert [(row["order"], row["note"], row["by"]) for row in rows] == [(one["order"], "they wait for it", "tester")]
    assert rows[0]["last_plan"] == 2


def test_message_that_is_not_there_is_told(run, planned_once):
    answer = run("do", planned_once, "dismiss-message", "defer", "NONE", "--json")
    assert (answer.status, answer.codes) == (1, {"message-not-open"})


def test_release_makes_an_order_with_a_number_of_its_series(run, planned, tmp_path):
    rows = run("show", planned, "messages", "--action", "release", "--json").json["rows"]
    orders = {row["order"]: row for row in run("show", planned, "planned-orders", "--json").json["rows"]}
    made = next(row for row in rows if orders[row["order"]]["source"] == "make")
    answer = run("do", planned, "accept-message", "release", made["order"], "--json")
    assert answer.status == 0
    number = answer.json["answer"]["order"]
    assert number.startswith("WO-")
    (row,) = [row for row in table(run, planned, "production_order", tmp_path) if row["order"] == number]
    assert (row["item"], row["state"]) == (made["item"], "released")
    frozen = [row for row in table(run, planned, "production_component", tmp_path) if row["order"] == number]
    assert frozen, "its bill is frozen"
    assert state_of(run, planned, made) == "done"


def test_released_order_is_in_the_next_plan(run, planned):
    rows = run("show", planned, "messages", "--action", "release", "--json").json["rows"]
    number = run("do", planned, "accept-message", "release", rows[0]["order"], "--json").json["answer"]["order"]
    run("plan", planned, "--no-schedule")
    orders = [row["order"] for row in run("show", planned, "planned-orders", "--json").json["rows"]]
    assert any(order.split("/")[0] == number for order in orders)


@pytest.mark.parametrize("action", ["expedite", "defer"])
def test_moved_order_gets_the_date_that_the_plan_asks_for(run, planned, action):
    one = message(run, planned, action)
    assert run("do", planned, "accept-message", action, one["order"]).status == 0
    run("plan", planned, "--no-schedule")
    orders = {row["order"]: row for row in run("show", planned, "planned-orders", "--json").json["rows"]}
    assert orders[one["order"]]["due"] == one["new_due"]


@pytest.mark.parametrize("action", ["decrease", "cancel"])
def test_quantity_and_cancellation_are_taken_over(run, planned, action):
    one = message(run, planned, action)
    assert run("do", planned, "accept-message", action, one["order"]).status == 0
    run("plan", planned, "--no-schedule")
    orders = {row["order"]: row for row in run("show", planned, "planned-orders", "--json").json["rows"]}
    if action == "cancel":
        assert one["order"] not in orders
    else:
        assert orders[one["order"]]["quantity"] == one["new_quantity"]


def test_firm_order_is_kept_by_the_next_plan(run, planned):
    order = run("show", planned, "planned-orders", "--source", "make", "--json", "--where", "state = planned").json
    number = run("do", planned, "firm-order", order["rows"][0]["order"], "--json").json["answer"]["order"]
    run("plan", planned, "--no-schedule")
    orders = {row["order"]: row for row in run("show", planned, "planned-orders", "--json").json["rows"]}
    assert orders[number]["state"] == "firm"


def stock_of(run, db, item, place):
    rows = run("show", db, "stock", "--item", item, "--json").json["rows"]
    return sum(row["quantity"] for row in rows if row["location"] == place)


def test_stock_is_corrected_and_the_correction_undone(run, planned):
    before = stock_of(run, planned, "GREASE", "FG")
    # The plan is as of a moment, so the correction is given one before it.
    given = ("post-stock", "GREASE", "2.5", "FG", "--at", "2026-03-01T12:00+01:00", "--reason", "found")
    assert run("do", planned, *given).status == 0
    assert stock_of(run, planned, "GREASE", "FG") == before + 2.5
    entry = run("journal", planned, "--json").json["entries"][0]
    assert (entry["action"], entry["by"]) == ("post_stock", "tester")
    assert run("undo", planned, entry["number"]).status == 0
    assert stock_of(run, planned, "GREASE", "FG") == before
    assert run("undo", planned, entry["number"], "--json").codes == {"journal-reversed"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("GREASE", "0", "FG"), "stock-quantity"),
        (("GREASE", "much", "FG"), "argument-wrong"),
        (("GREASE", "0.0000001", "FG"), "stock-quantity-fine"),
        (("NOTHING", "1", "FG"), "store-reference-broken"),
        (("GREASE", "1", "NOWHERE"), "store-reference-broken"),
    ],
)
def test_wrong_correction_changes_nothing(run, planned_once, given, code):
    answer = run("do", planned_once, "post-stock", *given, "--json")
    assert (answer.status, answer.codes) == (1, {code})


def test_act_with_a_key_is_done_once(run, planned):
    first = run("do", planned, "post-stock", "GREASE", "1", "FG", "--key", "k1", "--json").json
    again = run("do", planned, "post-stock", "GREASE", "1", "FG", "--key", "k1", "--json").json
    assert first == again
    assert len(run("journal", planned, "--action", "post_stock", "--json").json["entries"]) == 1


def test_import_is_undone(run, imported, tmp_path):
    (tmp_path / "customer.csv").write_text("code,name\nNEW,Somebody new\n")
    entry = run("import", imported, tmp_path / "customer.csv", "--json").json["entry"]
    assert run("undo", imported, entry).status == 0
    assert "NEW" not in [row["code"] for row in table(run, imported, "customer", tmp_path)]


def test_journal_lists_who_did_what(run, planned_once):
    answer = run("journal", planned_once)
    assert answer.status == 0
    assert "tester" in answer.out
    assert "import" in answer.out
    assert run("journal", planned_once, "--by", "nobody").out.startswith("Nothing was done")


def test_every_action_has_help_and_typed_options(run, planned_once):
    listed = run("do", planned_once)
    for name in ("dismiss-message", "accept-message", "firm-order", "post-stock", "pin-plan", "prune-plans"):
        assert f"  {name} " in listed.out
        assert run("do", planned_once, name, "--help").status == 0
    assert run("do", planned_once, "pin-plan", "one").status == 2


def test_user_is_taken_from_the_option(run, planned):
    run("do", planned, "pin-plan", "1", "--user", "anna")
    assert run("journal", planned, "--json").json["entries"][0]["by"] == "anna"
