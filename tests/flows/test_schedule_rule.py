"""The rule of the plant decides what a work center takes next."""

import polars as pl

import plantwright as pw
from plantwright.core.settings import SETTINGS
from plantwright.methods.scheduling.rules import RULES


def test_the_setting_offers_every_rule_of_the_dispatch():
    assert SETTINGS["dispatch_rule"].choices == ("best", *RULES)


def test_a_rule_of_the_plant_is_used_alone(tmp_path):
    def first(rule):
        folder = tmp_path / rule
        folder.mkdir()
        tables = {
            "setting": f"name,value\nas_of,2026-03-02T06:00\ndispatch_rule,{rule}\n",
            "site": "code\nPLANT\n",
            "calendar": "code\nDAY\n",
            "calendar_shift": "calendar,weekday,start,end\nDAY,mon,06:00,14:00\nDAY,tue,06:00,14:00\n",
            "work_center": "code,calendar\nBENCH,DAY\n",
            "item": "code,kind\nLONG,make\nSHORT,make\n",
            "operation": "item,sequence,work_center,run\nLONG,10,BENCH,300\nSHORT,10,BENCH,30\n",
            "sales_order_line": "order,item,quantity,due\nSO1,LONG,1,2026-02-26\nSO2,SHORT,1,2026-02-27\n",
        }
        for name, text in tables.items():
            (folder / f"{name}.csv").write_text(text)
        made = pw.plan(pw.load(folder))["scheduled_operation"]
        return made.sort("start")["item"].to_list()[0], made.filter(pl.col("item") == "LONG")["start"][0]

    by_time, _ = first("spt")
    by_due, _ = first("edd")
    assert (by_time, by_due) == ("SHORT", "LONG")
