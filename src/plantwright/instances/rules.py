"""The rules that a schedule must keep, as kinds of problems."""

from __future__ import annotations

from plantwright.core.problem import problem_kind

_WRONG = "The solver that made the schedule is wrong; do not use it."

SHAPE = problem_kind("schedule-shape", "{column} of the schedule has {value} places; it must have {must}.", _WRONG)
UNPLACED = problem_kind(
    "schedule-unplaced", "Operation {key} is not placed.", "Give the calendars more time, or the search more seconds."
)
MODE = problem_kind(
    "schedule-mode", "Operation {key} is done in mode {value}, which is one of another operation.", _WRONG
)
UNIT = problem_kind("schedule-unit", "Operation {key} is on unit {value}, which is none of its work center.", _WRONG)
RELEASE = problem_kind("schedule-release", "Operation {key} starts at {value}, before {must}, when it may.", _WRONG)
FIXED = problem_kind("schedule-fixed", "Operation {key} is fixed at {must}, but it stands at {value}.", _WRONG)
SETUP = problem_kind("schedule-setup", "The set-up of operation {key} takes {must} minutes, not {value}.", _WRONG)
MINUTES = problem_kind("schedule-minutes", "Operation {key} must end at {must}; it ends at {value}.", _WRONG)
CLOSED = problem_kind("schedule-closed", "Operation {key} starts at {value}, in closed time.", _WRONG)
PAUSE = problem_kind("schedule-pause", "Operation {key} must not pause, but something closes while it runs.", _WRONG)
OVERLAP = problem_kind("schedule-overlap", "Operations {key} are on {value} at the same time.", _WRONG)
PRECEDENCE = problem_kind(
    "schedule-precedence", "Operation {key} is at {value}, before {must}, when operation {first} lets it.", _WRONG
)
MAX_LAG = problem_kind(
    "schedule-max-lag",
    "Operation {key} is at {value}, after {must}, the last minute that operation {first} allows.",
    _WRONG,
)
BLOCKED = problem_kind(
    "schedule-blocked", "Of operations {key}, operation {first} still blocks {value} when the other begins.", _WRONG
)
BATCH = problem_kind("schedule-batch", "Operations {key} are one batch of {value}.", _WRONG)
DEADLINE = problem_kind(
    "schedule-deadline",
    "Operation {key} ends at {value}, after its deadline {must}.",
    "Search on, raise capacity, or move the deadline.",
)
CREW = problem_kind("schedule-crew", "Operation {key} holds {value}; it needs {must}.", _WRONG)
ORDER = problem_kind("schedule-order", "Machine {value} takes the jobs in another order than machine {first}.", _WRONG)
SINK = problem_kind("schedule-sink", "Sink {key} is complete at {must}, not at {value}.", _WRONG)
CAPACITY = problem_kind(
    "schedule-capacity", "Resource {key} has {must}, but {value} of it are held at minute {first}.", _WRONG
)
STOCK = problem_kind(
    "schedule-stock", "Resource {key} has {must} for the project, but {value} of it are used up.", _WRONG
)
OBJECTIVE = problem_kind("schedule-objective", "The objective is {must}, not {value}.", _WRONG)
