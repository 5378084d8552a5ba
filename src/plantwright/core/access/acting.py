"""Acting in the name of a person through a door of the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantwright.core.access.signing import forget_people
from plantwright.core.action import ACTIONS, run_action
from plantwright.core.store import Store


def act(store: Store, name: str, arguments: Mapping[str, Any], by: str, key: str | None = None) -> Any:
    """Do an action as `run_action` does; what changes users and rights holds from the next request on.

    Parameters
    ----------
    store, name, arguments, by, key : see `run_action`

    Returns
    -------
    What the action gives.
    """
    found = run_action(store, name, arguments, by, key)
    if ACTIONS[name].permission.startswith("admin."):
        forget_people(store)
    return found
