"""People, their skills and absences."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.column import FOREVER
from plantwright.core.entity import Entity


class Person(Entity, key="code"):
    """Somebody who works here."""

    code = col.code("Number or short name")
    name = col.text("Name")
    site = col.ref("site", "Site where the person works; empty for the plant's only one", default="")
    calendar = col.ref("calendar", "Shifts the person works; empty for the site's", default="")


class PersonSkill(Entity, key=("person", "skill")):
    """What a person can do."""

    person = col.ref("person", "Person")
    skill = col.ref("skill", "Skill")
    level = col.choice(("trainee", "operator", "expert", "trainer"), "How well", default="operator")
    valid_to = col.day("Last day of the certificate; empty for ever", default=FOREVER, day_means="end")


class Absence(Entity, key=("person", "start")):
    """A stretch of time in which a person is away."""

    person = col.ref("person", "Person")
    start = col.moment("First moment away")
    end = col.moment("Last moment away", day_means="end")
    reason = col.text("Why, such as holiday or training")
