"""The texts that plans keep: why something is late, and what an action message says. They are filled once, in English.

Whoever shows them gives them to `core.reader.retold`, which says them in the language of who reads.
"""

from __future__ import annotations

from plantwright.core.reader import kept

LOST = kept("{cause} ({days} d)")
"""A cause and the days lost by it; it stands first, because it holds one of the texts below."""

# --- why something is late --------------------------------------------------------------------------------------------

IN_STOCK = kept("{item} is in stock; it was due {days} days before the plan's first moment")
LATE_START = kept("{order} for {item} should have been started {days} days before the plan's first moment")
ORDER_FENCED = kept("{order} for {item} is held back by the planning fence")
FENCED = kept("{item} is held back by the planning fence")
ON_HOLD = kept("{order} is on hold")
RUNS_ON = kept("{order} for {item} runs {days} days on {place}")
RUNS = kept("{order} for {item} runs {days} days")
BUSY_AND_MORE = kept("{order} for {item} waits for {place}, busy with {orders} and {more} more")
BUSY = kept("{order} for {item} waits for {place}, busy with {orders}")
WAITS_ON = kept("{order} for {item} waits on {place} for {name}")
CLOSED = kept("{order} for {item} waits for open time on {place}")
ITS_TURN = kept("{order} for {item} waits for its turn")
WAITS = kept("{order} for {item} waits for {place}")
COMES_FROM = kept("{item} comes with {order} from {supplier} only then")
COMES = kept("{item} comes with {order} only then")
TO_BUY_FROM = kept("{item} takes {days} days to buy from {supplier}")
TO_BUY = kept("{item} takes {days} days to buy")
NO_SOURCE = kept("{item} has no source: nothing in the plan can bring it")

# --- what is asked for ------------------------------------------------------------------------------------------------

SOONER = kept("{order} for {item} is wanted {days} days sooner")
LATER = kept("{order} for {item} is wanted {days} days later")
OVERDUE = kept("{order} for {item} is overdue by {days} days")
UNWANTED = kept("{order} for {item} is wanted by nothing in the plan")
TOO_LARGE = kept("{order} for {item} is larger than the plan needs")
COULD_BRING = kept("{order} for {item} could bring what a new order would")
STARTS = kept("{order} for {item} starts in {days} days")
TO_ORDER = kept("{order} for {item} is to be ordered in {days} days")
LEAVES = kept("{order} for {item} leaves in {days} days")
