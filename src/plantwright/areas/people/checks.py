"""What must hold of people and what they can do."""

from __future__ import annotations

import polars as pl

from plantwright.core.finding import Tables, found
from plantwright.core.problem import Problem, problem_kind

ABSENCE_EMPTY = problem_kind(
    "absence-empty",
    "The absence ends at {end}, not after it starts at {start}.",
    "Let it end after it starts.",
)
SKILL_NOBODY = problem_kind(
    "skill-nobody",
    "The operation needs people with the skill {skill}, which nobody has.",
    "Enter who has it in person_skill, or correct the skill.",
)
SKILL_EXPIRED = problem_kind(
    "skill-expired",
    "The operation needs people with the skill {skill}; the last certificate ended on {last}.",
    "Renew the certificate of those who have it, and enter its new last day.",
)
SKILL_TOO_FEW = problem_kind(
    "skill-too-few",
    "The operation needs {people} people with the skill {skill} at once; {able} have it.",
    "Qualify more people, or correct the number.",
)
CERTIFICATE_ENDED = problem_kind(
    "certificate-ended",
    "The certificate of {person} for {skill} ended on {valid_to}.",
    "Renew it, or remove the row.",
    "info",
)
CERTIFICATE_ENDS = problem_kind(
    "certificate-ends",
    "The certificate of {person} for {skill} ends on {valid_to}, within 60 days.",
    "Renew it in time.",
    "info",
)
NO_SKILL = problem_kind(
    "person-without-skill",
    "The person has no skill, so the plan never counts on them.",
    "Enter what they can do in person_skill.",
    "info",
)
_SOON = 60


def check_absences(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find absences that end before they start."""
    rows = tables["absence"].filter(pl.col("end") <= pl.col("start"))
    return found(ABSENCE_EMPTY, tables, "absence", rows, "end")


def check_skills(tables: Tables, as_of: int) -> list[Problem]:
    """Find operations for which there are not enough people; a plant that records nobody is not limited by people."""
    if not tables["person"].height:
        return []
    day = as_of // 1440
    rows = tables["operation"].filter((pl.col("skill") != "") & (pl.col("people") > 0))
    # One operation stands for all that need as many of the same skill.
    rows = rows.sort("item", "sequence", "site").unique(["skill", "people"], keep="first", maintain_order=True)
    able = tables["person_skill"].group_by("skill").agg(
        able=(pl.col("valid_to") >= day).sum(), last=pl.col("valid_to").max()
    )  # fmt: skip
    rows = rows.join(able, on="skill", how="left")
    expired = rows.filter(pl.col("able") == 0)
    few = rows.filter((pl.col("able") > 0) & (pl.col("able") < pl.col("people")))
    return [
        *found(SKILL_NOBODY, tables, "operation", rows.filter(pl.col("able").is_null()), "skill"),
        *found(SKILL_EXPIRED, tables, "operation", expired, "skill", days=("last",)),
        *found(SKILL_TOO_FEW, tables, "operation", few, "people"),
    ]


def check_certificates(tables: Tables, as_of: int) -> list[Problem]:
    """Find certificates that have ended or soon will, and people without any skill."""
    day, rows = as_of // 1440, tables["person_skill"]
    skilled = rows.select(code="person").unique()
    return [
        *found(CERTIFICATE_ENDED, tables, "person_skill", rows.filter(pl.col("valid_to") < day), "valid_to"),
        *found(
            CERTIFICATE_ENDS,
            tables,
            "person_skill",
            rows.filter(pl.col("valid_to").is_between(day, day + _SOON)),
            "valid_to",
        ),
        *found(NO_SKILL, tables, "person", tables["person"].join(skilled, on="code", how="anti")),
    ]


CHECKS = (check_absences, check_skills, check_certificates)
"""Everything that is checked of people."""
