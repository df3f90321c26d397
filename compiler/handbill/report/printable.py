"""Text from strangers, made safe and measured for a terminal."""

from __future__ import annotations

import unicodedata

TAB = 4  # columns between tab stops

_JOINERS = "\u200c\u200d"  # needed by Persian and by emoji, and harmless
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def printable(text: str) -> str:
    """The text with everything that could steer a terminal, or reorder a line, written out.

    Control and escape characters, bidirectional controls, private-use characters, lone surrogates and
    line separators become `\\x1b`, `\\u202e`, `\\U000f0000`; line feed and tab `\\n`, `\\t`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join([_shown(char) for char in text])


def quoted(text: str, most: int = 100) -> str:
    """A value between double quotes; past `most` characters its middle is left out and the length said."""
    cut = len(text) > most
    shown = f"{text[: most - 20]}…{text[-19:]}" if cut else text
    escaped = printable(shown.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{escaped}"' + (f" ({len(text):,} code points)" if cut else "")


def cells(char: str) -> int:
    """How many columns of a terminal one printable character takes: 0, 1 or 2."""
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def laid_out(line: str) -> tuple[list[str], list[int]]:
    """A source line as it is shown, character by character, and the columns each takes.

    A tab goes on to the next tab stop, as spaces.
    """
    shown: list[str] = []
    widths: list[int] = []
    column = 0
    for char in line:
        if char == "\t":
            width = TAB - column % TAB
            piece = " " * width
        else:
            piece = _shown(char)
            width = cells(piece) if len(piece) == 1 else len(piece)
        shown.append(piece)
        widths.append(width)
        column += width
    return shown, widths


def _shown(char: str) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    if unicodedata.category(char) not in _HIDDEN or "\U000e0020" <= char <= "\U000e007f":  # flags' tags
        return char
    if char in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
