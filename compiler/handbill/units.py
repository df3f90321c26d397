"""How long a text is, in each unit that channels count in.

GSM-7: 3GPP TS 23.038 §6.2.1, https://www.3gpp.org/dynareport/23038.htm; parts of a long SMS: TS 23.040 §9.2.3.24.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

# The basic alphabet without its escape code, and what stands behind the escape code.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = _BASIC | _EXTENSION


def utf16(text: str) -> int:
    """UTF-16 code units: most emoji are two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for char in text if char > "\uffff")


def utf8(text: str) -> int:
    """Bytes of UTF-8; a lone surrogate, which has no UTF-8, as three."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def graphemes(text: str) -> int:
    """Characters as a reader counts them (extended grapheme clusters, UAX #29): a family emoji is one."""
    if text.isascii() and "\r" not in text:
        return len(text)
    import regex  # type: ignore[import-untyped]  # 20 ms, and few texts get here

    return sum(1 for _ in regex.finditer(r"\X", text))


def septets(text: str) -> int | None:
    """GSM-7 septets, two for a character of the extension table; None when GSM-7 cannot write the text."""
    if not _GSM.issuperset(text):
        return None
    return len(text) + sum(1 for char in text if char in _EXTENSION)


def not_gsm(text: str) -> list[str]:
    """The characters that force a text out of GSM-7, each once, in order."""
    return list(dict.fromkeys(char for char in text if char not in _GSM))


def ucs2_room(septets_: int) -> int:
    """How many UTF-16 units fit where `septets_` GSM-7 septets fit: 70 for 160, 67 for 153."""
    octets = -(-septets_ * 7 // 8)
    return octets // 2


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text goes out by SMS."""

    encoding: Literal["GSM-7", "UCS-2"]
    size: int  # septets in GSM-7, UTF-16 units in UCS-2
    parts: int


def segments(text: str, *, gsm: tuple[int, int], ucs2: tuple[int, int]) -> Segments:
    """Count the SMS parts of a text; an empty text is one part.

    `gsm` and `ucs2` are the sizes (alone, as one part of several): septets, and UTF-16 units. Neither
    an escape pair nor a surrogate pair is cut in two, so a part may end one short.
    """
    size = septets(text)
    if size is not None:
        parts = _parts(size, gsm, (2 if char in _EXTENSION else 1 for char in text))
        return Segments("GSM-7", size, parts)
    size = utf16(text)
    return Segments("UCS-2", size, _parts(size, ucs2, (2 if char > "\uffff" else 1 for char in text)))


def _parts(size: int, room: tuple[int, int], widths: Iterable[int]) -> int:
    alone, part = room
    if size <= alone:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > part:
            count, used = count + 1, 0
        used += width
    return count


# By the name that `x-unit` gives them.
UNITS: dict[str, Callable[[str], int | None]] = {
    "characters": len,
    "code points": len,
    "UTF-16 units": utf16,
    "bytes": utf8,
    "graphemes": graphemes,
    "septets": septets,
}
