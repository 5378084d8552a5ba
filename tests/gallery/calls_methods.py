"""Methods that are called with what cannot be."""

from provokes import provokes, raised

from plantwright.core import worktime
from plantwright.core.units import ItemUnit, UnitSystem
from plantwright.flows.exchange import load_plant
from plantwright.flows.plan.make import make_plan
from plantwright.flows.plan.material import number_plant, plan_material
from plantwright.flows.scenario import apply_scenario
from plantwright.methods.scheduling.build import build_shop
from plantwright.methods.working_time import working_time

_MONDAY = 20_458


@provokes("bad-argument")
def bad_argument(folder):
    day = worktime.Shift("DAY", weekday=0, start=360, end=840)
    return raised(lambda: worktime.work_intervals([worktime.Calendar("DAY", "UTC")], [day], [], 10, 9))


@provokes("calendar-missing")
def calendar_missing(folder):
    return worktime.check_calendars([], [worktime.Shift("DAY", weekday=0, start=360, end=840)], [])


@provokes("unit-factor")
def unit_factor(folder):
    return raised(lambda: UnitSystem(item_units=(ItemUnit("PAINT", "can", 0, "l"),)))


@provokes("operation-cycle")
def operation_cycle(folder):
    time = working_time([([480], [960])])
    shop = {"unit_pointer": [0, 1], "unit_calendar": [0], "mode_center": [0, 0], "mode_minutes": [60, 60]}
    return raised(lambda: build_shop(time, **shop, pred_pointer=[0, 1, 2], pred_op=[1, 0]))


@provokes("scenario-unknown")
def scenario_unknown(folder):
    return raised(lambda: apply_scenario(_plant(folder, {"item": "code,kind\nA,buy"}), "BIG"))


def _plant(folder, files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return load_plant(folder, None, _MONDAY * 1440)


def _order(quantity, *lines):
    return {
        "item": "code,kind\nA,make\nB,make",
        "site": "code\nMAIN",
        "bom_line": "\n".join(["parent,component,quantity,per,formula", *lines]),
        "sales_order_line": f"order,item,quantity,due\nSO-1,A,{quantity},2026-03-02",
    }


@provokes("formula-without-result")
def formula_without_result(folder):
    return raised(lambda: make_plan(_plant(folder, _order(5, "A,B,1,formula,1 / (q - 5)"))))


@provokes("quantity-too-large")
def quantity_too_large(folder):
    return raised(lambda: make_plan(_plant(folder, _order(900_000_000, "A,B,900000000,unit,"))))


@provokes("material-loop")
def material_loop(folder):
    plant = _plant(folder, _order(5, "A,B,1,unit,", "B,A,1,unit,"))  # not checked before, as make_plan would
    return raised(lambda: plan_material(number_plant(plant)))


@provokes("operation-never-placed")
def operation_never_placed(folder):
    files = {
        "item": "code,kind\nA,make",
        "site": "code\nMAIN",
        "calendar": "code\nDAY\nNIGHT",
        "calendar_shift": "calendar,weekday,start,end\nDAY,mon,06:00,14:00\nNIGHT,mon,22:00,06:00",
        "work_center": "code,calendar\nW,DAY",
        "skill": "code\nWELD",
        "person": "code,calendar\nANN,NIGHT",
        "person_skill": "person,skill\nANN,WELD",
        "operation": "item,sequence,work_center,run,skill\nA,10,W,10,WELD",
        "sales_order_line": "order,item,quantity,due\nSO-1,A,5,2026-03-02",
    }
    return raised(lambda: make_plan(_plant(folder, files)))
