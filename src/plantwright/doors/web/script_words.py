"""What the scripts of the page must know of the reader: the marks of numbers and dates, and their own words."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from plantwright.core.reader import READER, say
from plantwright.doors.web.typed import marks

STATIC = Path(__file__).with_name("static")
SAID = re.compile(r"pwSay\('((?:[^'\\]|\\.)*)'")
"""A text in a script, as it is said."""


@lru_cache
def script_texts() -> tuple[tuple[str, str], ...]:
    """Give the English texts of the scripts, each with the script in which it first stands."""
    found: dict[str, str] = {}
    for path in sorted(STATIC.rglob("*.js")):
        for text in SAID.findall(path.read_text(encoding="utf-8")):
            found.setdefault(text.replace("\\'", "'"), path.relative_to(STATIC).as_posix())
    return tuple(found.items())


def for_scripts() -> str:
    """Give the statement that tells scripts of the reader; words only where they are not the English ones."""
    words = {text: said for text, _ in script_texts() if (said := say(text)) != text}
    told = {**marks(), "language": getattr(READER.get(), "language", "en"), "words": words}
    text = json.dumps(told).replace("<", "\\u003c")  # so that no text can end the script
    return f"window.pwReader = {text};"
