"""First version."""

from __future__ import annotations

from alembic import op

from plantwright.migrations.shorthand import create_tables

revision = "0001"
down_revision = None

ENTITIES = {
    "absence": (
        "person text key, start bigint key, end bigint, reason text, row_version bigint, user_fields text null"
    ),
    "action_message": (
        "action text key, order text key, item text key, site text, quantity bigint, new_quantity bigint, due "
        "bigint null, new_due bigint null, state text, first_plan bigint, last_plan bigint, note text, by text, "
        "row_version bigint, user_fields text null"
    ),
    "allocation": (
        "item text key, family text key, site text key, customer text key, rank bigint key, start bigint key, end "
        "bigint, share bigint, quantity bigint, row_version bigint, user_fields text null"
    ),
    "api_token": (
        "user text key, name text key, rights text, made bigint, expires bigint, row_version bigint, user_fields "
        "text null"
    ),
    "bom_line": (
        "parent text key, component text key, operation bigint key, effective_from bigint key, effective_to "
        "bigint, quantity bigint, per text, formula text, unit text, scrap_factor bigint, setup_quantity bigint, "
        "rounding bigint, note text, row_version bigint, user_fields text null"
    ),
    "budget_line": (
        "kind text key, of text key, month bigint key, amount bigint, row_version bigint, user_fields text null"
    ),
    "calendar": (
        "code text key, name text, time_zone text, country text, subdivision text, row_version bigint, user_fields "
        "text null"
    ),
    "calendar_exception": (
        "calendar text key, start bigint key, end bigint, open boolean, name text, row_version bigint, user_fields "
        "text null"
    ),
    "calendar_shift": (
        "calendar text key, weekday text key, start bigint key, end bigint, effective_from bigint key, "
        "effective_to bigint, name text, row_version bigint, user_fields text null"
    ),
    "capacity_option": (
        "code text key, name text, group text, site text, hours bigint, investment bigint, yearly bigint, rest "
        "bigint, row_version bigint, user_fields text null"
    ),
    "co_product": (
        "item text key, product text key, quantity bigint, kind text, cost_share bigint, row_version bigint, "
        "user_fields text null"
    ),
    "customer": ("code text key, name text, priority bigint, row_version bigint, user_fields text null"),
    "demand_event": (
        "code text key, name text, kind text, item text, family text, site text, start bigint, end bigint, uplift "
        "bigint null, row_version bigint, user_fields text null"
    ),
    "down_time": (
        "work_center text key, start bigint key, end bigint, units bigint null, reason text, row_version bigint, "
        "user_fields text null"
    ),
    "exchange_rate": (
        "currency text key, effective_from bigint key, rate bigint, row_version bigint, user_fields text null"
    ),
    "family_cost": (
        "family text key, site text key, holding_cost bigint null, back_orders boolean, back_order_cost bigint "
        "null, subcontract_limit bigint, subcontract_cost bigint null, end_stock bigint, row_version bigint, "
        "user_fields text null"
    ),
    "forecast": (
        "item text key, site text key, start bigint key, end bigint, customer text key, quantity bigint, "
        "row_version bigint, user_fields text null"
    ),
    "forecast_override": (
        "item text key, site text key, start bigint key, customer text key, change text, value bigint, by text, "
        "reason text, made_at bigint null, statistical bigint null, row_version bigint, user_fields text null"
    ),
    "forecast_setup": (
        "item text key, site text key, method text, period text, like text, like_share bigint null, by_customer "
        "boolean, planned boolean, effective_from bigint, effective_to bigint, row_version bigint, user_fields "
        "text null"
    ),
    "item": (
        "code text key, name text, kind text, unit text, decimals bigint null, family text, standard_cost bigint, "
        "price bigint, active boolean, row_version bigint, user_fields text null"
    ),
    "item_site": (
        "item text key, site text key, source text, lot_rule text, lot_minimum bigint, lot_maximum bigint, "
        "lot_multiple bigint, lot_quantity bigint, lot_period bigint, order_cost bigint, holding_rate bigint, "
        "safety_stock bigint, safety_time bigint, reorder_point bigint, order_up_to bigint, lead_time bigint null, "
        "lead_time_per_unit bigint, planning_fence bigint, demand_fence bigint, consume_backward bigint, "
        "consume_forward bigint, service_level bigint null, service_kind text, stock_policy text, review_period "
        "bigint, row_version bigint, user_fields text null"
    ),
    "item_unit": ("item text key, unit text key, factor bigint, row_version bigint, user_fields text null"),
    "job_schedule": (
        "name text key, kind text, arguments text, at bigint, weekdays text, active boolean, by text, since "
        "bigint, row_version bigint, user_fields text null"
    ),
    "location": (
        "code text key, name text, site text, parent text, kind text, nettable boolean, row_version bigint, "
        "user_fields text null"
    ),
    "number_series": (
        "series text key, prefix text, digits bigint, next bigint, row_version bigint, user_fields text null"
    ),
    "operation": (
        "item text key, sequence bigint key, site text key, name text, work_center text, setup bigint, run bigint, "
        "run_per text, batch_size bigint, rate bigint, yield_ratio bigint, queue bigint, move bigint, "
        "transfer_batch bigint, setup_family text, pausable boolean, skill text, people bigint, tool text, "
        "supplier text, lead_time bigint, cost bigint, row_version bigint, user_fields text null"
    ),
    "operation_alternate": (
        "item text key, sequence bigint key, site text key, work_center text key, rank bigint, setup bigint null, "
        "run_factor bigint, row_version bigint, user_fields text null"
    ),
    "operation_link": (
        "item text key, site text key, before bigint key, after bigint key, row_version bigint, user_fields text null"
    ),
    "order_hold": (
        "order text key, start bigint key, until bigint null, reason text, owner text, released boolean, "
        "row_version bigint, user_fields text null"
    ),
    "person": ("code text key, name text, site text, calendar text, row_version bigint, user_fields text null"),
    "person_skill": (
        "person text key, skill text key, level text, valid_to bigint, row_version bigint, user_fields text null"
    ),
    "production_component": (
        "order text key, component text key, operation bigint key, required bigint, issued bigint, row_version "
        "bigint, user_fields text null"
    ),
    "production_operation": (
        "order text key, sequence bigint key, state text, done_quantity bigint, work_center text, started_at "
        "bigint null, remaining bigint null, run_taken bigint null, pinned_start bigint null, row_version bigint, "
        "user_fields text null"
    ),
    "production_order": (
        "order text key, item text, site text, quantity bigint, completed bigint, scrapped bigint, state text, "
        "firmness text, start bigint null, due bigint, serves_order text, serves_line bigint, row_version bigint, "
        "user_fields text null"
    ),
    "promise_record": (
        "order text key, line bigint key, made_at bigint key, date bigint, probability bigint null, by text, "
        "row_version bigint, user_fields text null"
    ),
    "purchase_order_line": (
        "order text key, line bigint key, supplier text, item text, site text, quantity bigint, received bigint, "
        "unit text, due bigint, price bigint, state text, row_version bigint, user_fields text null"
    ),
    "resource_cost": (
        "group text key, site text key, usable bigint, overtime_share bigint, overtime_cost bigint null, workers "
        "bigint null, wage bigint, hire_cost bigint, fire_cost bigint, row_version bigint, user_fields text null"
    ),
    "role": ("name text key, help text, row_version bigint, user_fields text null"),
    "role_right": ("role text key, right text key, row_version bigint, user_fields text null"),
    "sales_history": (
        "item text key, site text key, customer text key, day bigint key, quantity bigint, returned bigint, unit "
        "text, stocked_out boolean, row_version bigint, user_fields text null"
    ),
    "sales_order_line": (
        "order text key, line bigint key, customer text, item text, site text, quantity bigint, delivered bigint, "
        "unit text, due bigint, promised bigint null, priority bigint null, price bigint, state text, row_version "
        "bigint, user_fields text null"
    ),
    "scenario": ("code text key, name text, row_version bigint, user_fields text null"),
    "scenario_edit": (
        "scenario text key, sequence bigint key, table text, change text, rows text, column text, value text, "
        "row_version bigint, user_fields text null"
    ),
    "setting": ("name text key, value text, row_version bigint, user_fields text null"),
    "setup_change": (
        "matrix text key, from_family text key, to_family text key, minutes bigint, row_version bigint, "
        "user_fields text null"
    ),
    "site": (
        "code text key, name text, time_zone text, country text, calendar text, row_version bigint, user_fields "
        "text null"
    ),
    "skill": ("code text key, name text, row_version bigint, user_fields text null"),
    "stock_move": (
        "number text key, item text, from_location text, to_location text, quantity bigint, at bigint, recorded_at "
        "bigint null, reference text, reason text, by text, reverses text, row_version bigint, user_fields text "
        "null"
    ),
    "substitute": (
        "parent text key, component text key, substitute text key, rank bigint, ratio bigint, effective_from "
        "bigint, effective_to bigint, row_version bigint, user_fields text null"
    ),
    "supplier": ("code text key, name text, currency text, calendar text, row_version bigint, user_fields text null"),
    "supplier_item": (
        "supplier text key, item text key, from_quantity bigint key, effective_from bigint key, effective_to "
        "bigint, price bigint, lead_time bigint, minimum bigint, multiple bigint, rank bigint, row_version bigint, "
        "user_fields text null"
    ),
    "tool": ("code text key, name text, units bigint, calendar text, row_version bigint, user_fields text null"),
    "transfer_lane": (
        "from_site text key, to_site text key, item text key, lead_time bigint, rank bigint, unit_cost bigint, "
        "row_version bigint, user_fields text null"
    ),
    "transfer_order": (
        "order text key, item text, from_site text, to_site text, quantity bigint, due bigint, state text, "
        "row_version bigint, user_fields text null"
    ),
    "unit": ("code text key, name text, dimension text, factor bigint, row_version bigint, user_fields text null"),
    "user": ("name text key, full_name text, email text, active boolean, row_version bigint, user_fields text null"),
    "user_field": (
        "entity text key, name text key, kind text, unit text, help text, row_version bigint, user_fields text null"
    ),
    "user_role": ("user text key, role text key, row_version bigint, user_fields text null"),
    "user_site": ("user text key, site text key, row_version bigint, user_fields text null"),
    "webhook": ("name text key, url text, events text, active boolean, row_version bigint, user_fields text null"),
    "work_center": (
        "code text key, name text, site text, calendar text, units bigint, efficiency bigint, cost_rate bigint, "
        "setup_matrix text, group text, row_version bigint, user_fields text null"
    ),
}
KERNEL = {
    "api_secret": ("hash text key, user text, name text, last_used bigint"),
    "first_link": ("hash text key, expires bigint"),
    "job": (
        "number bigint key, kind text, arguments text, by text, state text, stage text, problems text, stop_by "
        "text, worker text, schedule text, result text null, share bigint, asked bigint, due bigint, began bigint "
        "null, ended bigint null, beat bigint null"
    ),
    "journal": (
        "number bigint key, at text, by text, action text, arguments text, key text null, answer text null, "
        "reverses bigint null, reversed_by bigint null"
    ),
    "journal_change": (
        "journal bigint key, step bigint key, entity text, key text null, before blob null, after blob null"
    ),
    "own_setting": ("user text key, name text key, value text"),
    "password": ("user text key, hash text, must_change boolean, failed bigint, locked_until bigint"),
    "plan": (
        "number bigint key, scenario text, inputs text, engine text, status text, options text, seconds text, "
        "totals text, problems text, as_of bigint, seed bigint, verified boolean, pinned boolean, at text, by text"
    ),
    "plan_table": ("plan bigint key, name text key, rows bigint, data blob"),
    "schema_info": ("name text key, value text"),
    "session": ("hash text key, user text, agent text, address text, began bigint, seen bigint"),
    "sign_event": (
        "number bigint key, what text, user text, by text, detail text, address text, agent text, first bigint, "
        "last bigint, count bigint"
    ),
    "webhook_secret": ("name text key, secret text"),
}


def upgrade() -> None:
    """Make the tables."""
    create_tables(ENTITIES, clustered=True)
    create_tables(KERNEL, clustered=False)
    op.create_index("job_state", "job", ["state"], unique=False)
    op.create_index("journal_key", "journal", ["key"], unique=True)
    op.create_index("journal_change_row", "journal_change", ["entity", "key"], unique=False)
    op.create_index("session_user", "session", ["user"], unique=False)
    op.create_index("sign_event_of", "sign_event", ["what", "user", "address"], unique=False)
