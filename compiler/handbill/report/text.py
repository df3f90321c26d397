"""The report for people: each finding at its line, underlined, with what was measured and what to do.

templates/followup_call.json.j2:14:15: error: text-too-long
14 │     {"text": "{{ yes_label }}", "value": "yes_confirmed"},
   │               ^^^^^^^^^^^^^^^ 27 characters; Messenger allows 20
   = value: "Yes please, call me tomorrow" from parameter `yes_label` (example `long`)
   = source: https://… (checked 2026-11-22)
   = hint: shorten it, or give `yes_label` a maxLength of 20
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..diagnostic import Diagnostic, Label, Severity, together
from .printable import laid_out, printable, quoted

_WIDEST = 140  # columns of a source line that are shown
_BEFORE = 40  # of them before the place, when the line is longer

_PLAIN = {"error": "", "warning": "", "info": "", "code": "", "gutter": "", "place": "", "end": ""}
_COLOURS = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "info": "\x1b[1;36m",
    "code": "\x1b[1m",
    "gutter": "\x1b[34m",
    "place": "\x1b[1m",
    "end": "\x1b[0m",
}


def report(diagnostics: Sequence[Diagnostic], *, colour: bool = False) -> str:
    """Findings apart by an empty line."""
    paint = _COLOURS if colour else _PLAIN
    return "\n".join("".join(f"{line}\n" for line in _finding(d, paint)) for d in together(diagnostics))


def _finding(d: Diagnostic, paint: dict[str, str]) -> Iterator[str]:
    labels = [label for label in (d.label, *d.related) if label is not None]
    gutter = max((len(str(_line(label))) for label in labels), default=1)
    pad = " " * gutter
    kind, end = paint[d.severity], paint["end"]
    head = f"{kind}{d.severity}{end}: {paint['code']}{printable(d.code)}{end}"
    if d.label is None:
        yield f"{printable(d.template)}: {head}" if d.template else head
    else:
        yield f"{paint['place']}{_place(d.label)}{end}: {head}"
        said = d.label.text or d.title
        yield from _snippet(d.label, said, "^", kind, gutter, paint)
    for label in d.related:
        yield f"{pad} {paint['gutter']}┆{end} {_place(label)}"
        yield from _snippet(label, label.text, "-", paint["gutter"], gutter, paint)
    for name, note in _notes(d):
        lines = _lines(note)
        yield f"{pad} {paint['gutter']}={end} {name}{lines[0]}"
        yield from (f"{pad}   {line}" for line in lines[1:])


def _notes(d: Diagnostic) -> Iterator[tuple[str, str]]:
    """What stands below the source, as (what it is, the text)."""
    if d.label is None:
        yield "", d.title
    if d.value is not None:
        yield "value: ", _value(d)
    if d.generated:
        yield "from a generated context: ", d.generated
    if d.locale:
        yield "locale: ", d.locale
    if d.also:
        yield "also: ", f"{listed(d.also)} {'says' if len(d.also) == 1 else 'say'} the same"
    if d.text:
        yield "why: ", d.text
    if d.source:
        yield "source: ", f"{d.source} (checked {d.checked})" if d.checked else d.source
    if d.hint:
        yield "hint: ", d.hint


def _value(d: Diagnostic) -> str:
    names = [f"`{name}`" for name in d.parameters]
    origin = ""
    if names:
        origin = f" from parameter{'s' if len(names) > 1 else ''} {listed(names)}"
    if d.example:
        origin += f" (example `{d.example}`)"
    return f"{quoted(d.value or '')}{origin}"


def listed(names: Sequence[str]) -> str:
    """ "LINE", "LINE and X", "LINE, X and WhatsApp"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _lines(note: str) -> list[str]:
    """A note's lines: those that Handbill itself wrote stay lines, the rest is made printable."""
    return [printable(line) for line in note.split("\n")]


def _line(label: Label) -> int:
    return label.span.source.position(label.span.start)[0]


def _place(label: Label) -> str:
    line, column = label.span.source.position(label.span.start)
    return f"{printable(label.span.source.path)}:{line}:{column}"


def _snippet(label: Label, said: str, mark: str, kind: str, gutter: int, paint: dict[str, str]) -> Iterator[str]:
    """The first line of a span, and the underline with what is said there."""
    source, start = label.span.source, label.span.start
    line, column = source.position(start)
    last, last_column = source.position(start + len(label.span.text.rstrip()))
    text = source.line(line)
    stop = last_column - 1 if last == line else len(text)
    shown, before, under = _window(text, column - 1, stop)
    if last > line:
        said = f"{said} (to line {last})".lstrip()
    bar, end = f"{paint['gutter']}│{paint['end']}", paint["end"]
    yield f"{paint['gutter']}{line:>{gutter}}{end} {bar} {shown}".rstrip()
    first, *rest = _lines(said)
    yield f"{' ' * gutter} {bar} {' ' * before}{kind}{mark * under} {first}".rstrip() + end
    yield from (f"{' ' * gutter} {bar} {' ' * (before + under + 1)}{line}" for line in rest)


def _window(text: str, start: int, stop: int) -> tuple[str, int, int]:
    """The part of a line that is shown, the columns before the span in it, and the span's own.

    A line longer than the widest keeps the neighbourhood of its span, with `…` where it is cut.
    """
    shown, widths = laid_out(text)
    low, high = 0, len(text)
    if sum(widths) > _WIDEST:
        low = _back(widths, start, _BEFORE)
        high = _forward(widths, low, _WIDEST)
    opening, closing = ("…" if low else ""), ("…" if high < len(text) else "")
    before = len(opening) + sum(widths[low:start])
    under = max(1, sum(widths[start : min(stop, high)]))
    return opening + "".join(shown[low:high]) + closing, before, under


def _back(widths: list[int], at: int, room: int) -> int:
    while at > 0 and room >= widths[at - 1]:
        at -= 1
        room -= widths[at]
    return at


def _forward(widths: list[int], at: int, room: int) -> int:
    while at < len(widths) and room >= widths[at]:
        room -= widths[at]
        at += 1
    return at


def summary(diagnostics: Iterable[Diagnostic], payloads: int = 0) -> str:
    """One closing line: "2 errors, 1 warning in 3 templates", or "12 payloads checked, no problems"."""
    found = together(diagnostics)
    if not found:
        return f"{counted(payloads, 'payload')} checked, no problems"
    kinds = [(severity, sum(d.severity is severity for d in found)) for severity in Severity]
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
    said = ", ".join(counted(n, words[severity]) for severity, n in kinds if n)
    templates = {d.template or (d.label.span.source.path if d.label else "") for d in found} - {""}
    return f"{said} in {counted(len(templates), 'template')}" if templates else said


def counted(number: int, noun: str) -> str:
    """ "1 payload", "12 payloads"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
