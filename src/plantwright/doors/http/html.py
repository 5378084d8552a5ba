"""Small pages without a script: a heading, what went wrong, and a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from starlette.responses import HTMLResponse

from plantwright.core.problem import Problem
from plantwright.core.reader import READER, say

STYLE = """
:root { color-scheme: light dark; --back: #f4f6f8; --card: #fff; --text: #1c2733; --dim: #52606d; --line: #8896a5;
  --act: #0b5cad; --on-act: #fff; --bad: #a4161a; --bad-back: #fdecec; }
@media (prefers-color-scheme: dark) { :root { --back: #11161c; --card: #1a222b; --text: #e6ebf0; --dim: #a5b2bf;
  --line: #66768a; --act: #7db8f5; --on-act: #0b1621; --bad: #ffb4ab; --bad-back: #3a1d1d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; padding: 1rem; }
main { width: 100%; max-width: 24rem; background: var(--card); border-radius: 8px; padding: 1.5rem 1.75rem 1.75rem; }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; } p { margin: 0 0 1rem; color: var(--dim); }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
input { width: 100%; font: inherit; padding: .5rem .6rem; border: 1px solid var(--line); border-radius: 4px;
  background: transparent; color: inherit; }
button { width: 100%; margin-top: 1.25rem; font: inherit; font-weight: 600; padding: .55rem; border: 0;
  border-radius: 4px; background: var(--act); color: var(--on-act); cursor: pointer; }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.bad { background: var(--bad-back); color: var(--bad); border-radius: 4px; padding: .5rem .75rem; margin: 1rem 0 0; }
.bad p { color: inherit; margin: 0; } .bad p + p { margin-top: .5rem; }
"""


@dataclass(frozen=True)
class Field:
    """One field of a form; `complete` tells password managers what it is."""

    name: str
    label: str
    complete: str
    secret: bool = False
    required: bool = True
    value: str = ""


def form_page(
    title: str, sentence: str, fields: Sequence[Field], button: str, *, hidden: dict[str, str],
    problems: Sequence[Problem] = (), status: int = 200, action: str = "",
) -> HTMLResponse:  # fmt: skip
    """Give a page with a form; everything that comes from outside is escaped.

    Title, button and labels are given in English and said in the language of the reader.
    """
    title = say(title)
    told = "".join(f"<p>{escape(f'{problem.message} {problem.remedy}')}</p>" for problem in problems)
    parts = [
        f"<h1>{escape(title)}</h1><p>{escape(sentence)}</p>",
        f'<div class="bad" role="alert">{told}</div>' if told else "",
        f'<form method="post" action="{escape(action)}">',
        *(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()),
        *(_field(place, field) for place, field in enumerate(fields)),
        f"<button>{escape(say(button))}</button></form>",
    ]
    return HTMLResponse(page(title, "".join(parts)), status)


def page(title: str, body: str) -> str:
    """Give a whole page; the body is HTML already."""
    return (
        f'<!doctype html><html lang="{escape(READER.get().language)}"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · Plantwright</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _field(place: int, field: Field) -> str:
    marks = [
        f'id="{field.name}" name="{field.name}" type="{"password" if field.secret else "text"}"',
        f'autocomplete="{field.complete}" value="{escape(field.value)}"',
        "required" if field.required else "",
        "autofocus" if place == 0 else "",
        'autocapitalize="none" spellcheck="false" maxlength="1000"',
    ]
    return f'<label for="{field.name}">{escape(say(field.label))}</label><input {" ".join(filter(None, marks))}>'
