"""What stands beside a drawing: findings with their places, gauges, the parts of an SMS, the payload."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from ..diagnostic import Diagnostic
from ..result import Result, to_json
from ..source import Span
from ..units import Segments, not_gsm
from .drawing import environment
from .gauges import Gauge
from .marking import Mark, said
from .shown import Shown
from .writing import visible

_FIRST = 3  # gauges that are seen at once
_TOKEN = re.compile(r'("(?:\\.|[^"\\])*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)')
_UNIT = {"GSM-7": "septets", "UCS-2": "UTF-16 units"}


def findings(
    found: Sequence[Diagnostic],
    at: Callable[[Span], str] = lambda span: "",
    *,
    notes: Sequence[Mark] = (),
    ids: str = "",
) -> Markup:
    """What is wrong, each finding with its file, line and column. `at` gives a link to where a span begins, or "".

    `notes` are those of a phone: findings that are among them have their numbers and ids, and come in that order.
    """
    numbers = {note: number for number, note in enumerate(notes, 1)}
    numbered = sorted(((d, numbers.get(said(d))) for d in found), key=lambda each: each[1] or len(notes) + 1)
    return _part("findings", found=numbered, at=at, ids=ids)


def meters(gauges: Sequence[Gauge]) -> Markup:
    """How much of their room texts take, the fullest first; the others where one looks for them."""
    full = sum(gauge.share > 1 for gauge in gauges)
    return _part("meters", gauges=gauges, first=max(_FIRST, full))


def parts(result: Result, messages: Sequence[Shown]) -> Markup:
    """How each message goes out by SMS: its parts, and which characters keep it from being cheaper."""
    if result.explained is None:
        return Markup("")
    texts = [str(one.message["text"]) for one in messages if "text" in one.message]
    told: list[tuple[Segments, str, list[str]]] = []
    for index, each in enumerate(result.explained.parts()):
        odd = not_gsm(texts[index]) if each.encoding == "UCS-2" and index < len(texts) else []
        told.append((each, _UNIT[each.encoding], odd))
    return _part("parts", told=told)


def payload(result: Result) -> Markup:
    """The payload as JSON, its lines numbered, with a button to copy it."""
    return _part("payload", lines=json_lines(to_json(result.payload).decode()))


def json_lines(text: str) -> list[Markup]:
    """JSON line by line, what is a name, a text or another value being told apart."""
    return [_coloured(line) for line in visible(text).rstrip("\n").split("\n")]


def _coloured(line: str) -> Markup:
    made: list[str] = []
    at = 0
    for token in _TOKEN.finditer(line):
        text, colon, other = token.groups("")
        kind = "k" if colon else "s" if text else "n"
        made += [escape(line[at : token.start()]), f'<span class="{kind}">', escape(text or other), "</span>", colon]
        at = token.end()
    return Markup("".join([*made, escape(line[at:])]))


def _part(name: str, **given: object) -> Markup:
    module = environment().get_template("beside.html").module
    return Markup(getattr(module, name)(**given))
