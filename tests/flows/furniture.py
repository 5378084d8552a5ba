"""A small maker of furniture, for tests of the aggregate plan."""

import plantwright as pw

UNIT, HOUR = 1_000_000, 3_600_000
DAYS = ("mon", "tue", "wed", "thu", "fri")
TABLES = {
    "site": "code,calendar\nPLANT,DAY",
    "calendar": "code\nDAY",
    "calendar_shift": "calendar,weekday,start,end\n" + "\n".join(f"DAY,{day},08:00,16:00" for day in DAYS),
    "work_center": "code,cost_rate\nSAW,40\nBENCH,30",
    "item": "code,kind,family,standard_cost,price\nTABLE,make,Furniture,100,180\nSHELF,make,Furniture,60,90\n"
    "LEG,make,,5,\nBAR,buy,,2,",
    "bom_line": "parent,component,quantity\nTABLE,LEG,4\nLEG,BAR,1",
    "operation": "item,sequence,work_center,run\nTABLE,10,BENCH,60\nSHELF,10,BENCH,60\nLEG,10,SAW,6",
    "forecast": "item,start,end,quantity\nTABLE,2026-03-01,2026-03-31,40\nTABLE,2026-04-01,2026-04-30,40\n"
    "TABLE,2026-05-01,2026-05-31,120\nSHELF,2026-05-01,2026-05-31,60",
    "family_cost": "family,back_orders,holding_cost\nFurniture,no,1",
    "setting": "name,value\nas_of,2026-03-01\naggregate_months,3",
}


def write(folder, **tables):
    for name, text in (TABLES | tables).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return pw.load(folder)
