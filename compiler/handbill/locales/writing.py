"""Writes a file of translations, always in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .po import Entry

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def written(entries: Iterable[Entry]) -> str:
    """Entries as a .po file has them, the header first."""
    return "\n".join("".join(f"{line}\n" for line in _entry(entry)) for entry in entries)


def _entry(entry: Entry) -> Iterator[str]:
    mark = "#~ " if entry.obsolete else ""
    yield from (f"# {note}".rstrip() for note in entry.notes)
    yield from (f"#. {comment}".rstrip() for comment in entry.comments)
    yield from (f"#: {place}" for place in entry.places)
    if entry.flags:
        yield f"#, {', '.join(sorted(entry.flags))}"
    yield from (f"#{'~' if entry.obsolete else ''}| {line}" for line in entry.previous)
    if entry.context is not None:
        yield from _text(f"{mark}msgctxt", entry.context, mark)
    yield from _text(f"{mark}msgid", entry.id.text, mark)
    if entry.plural is not None:
        yield from _text(f"{mark}msgid_plural", entry.plural.text, mark)
    for number, text in enumerate(entry.texts):
        yield from _text(f"{mark}msgstr[{number}]" if entry.plural is not None else f"{mark}msgstr", text.text, mark)


def _text(word: str, text: str, mark: str) -> Iterator[str]:
    lines = text.replace("\n", "\n\0").split("\0") if "\n" in text else [text]
    pieces = [f'"{line.translate(_ESCAPES)}"' for line in lines if line] or ['""']
    if len(pieces) == 1:
        yield f"{word} {pieces[0]}"
        return
    yield f'{word} ""'
    yield from (f"{mark}{piece}" for piece in pieces)
