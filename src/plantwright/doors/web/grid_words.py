"""The words of the table component itself, told to it in the language of the reader."""

from __future__ import annotations

from plantwright.core.reader import later, say

WORDS = {
    "noRowsToShow": later("No rows"),
    "noMatchingRows": later("No rows fit"),
    "loadingOoo": later("Loading …"),
    "filterOoo": later("Filter …"),
    "contains": later("Contains"),
    "ariaFilterInput": later("Filter"),
    "ariaFilteringOperator": later("How it is filtered"),
    "ariaColumnFiltered": later("Column is filtered"),
    "ariaFilterColumn": later("Press Ctrl and Enter to filter"),
    "ariaLabelColumnFilter": later("Filter of the column"),
    "ariaLabelTooltip": later("What it means"),
    "ariaRowSelectionDisabled": later("This row cannot be chosen"),
    "ariaSortableColumn": later("Press Enter to sort"),
    "ariaRowToggleSelection": later("Press Space to choose the row or leave it"),
    "ariaRowSelectAll": later("Press Space to choose all rows or none"),
    "ariaToggleCellValue": later("Press Space to change the value"),
    "ariaInputEditor": later("Change the value"),
    "ariaChecked": later("chosen"),
    "ariaUnchecked": later("not chosen"),
    "ariaIndeterminate": later("some chosen"),
}
"""The component's own keys, and what they are in English here."""


def grid_words() -> dict[str, str]:
    """Give the words of a table in the language of the reader."""
    return {key: say(text) for key, text in WORDS.items()}
