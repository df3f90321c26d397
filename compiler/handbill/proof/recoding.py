"""How much longer a text gets where a channel, or lowering, writes it in another form: escapes, base64, times.

Each such function is known by its name; of one that is not in the table nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

from ..tree import Recode
from .sizes import Size, plain
from .texts import Lit, Text, Unknown, Worked


@dataclass(frozen=True, slots=True)
class Recoding:
    """What a function makes of the size of a text."""

    how: str
    effect: Callable[[Size], Size]
    usual: bool = False  # whether ordinary texts get longer, too


def _escaping(points: int, bytes_: int, json: int, how: str = "escaping") -> Recoding:
    """What each code point can have more, in three units; in UTF-16 it is as in code points."""

    def effect(size: Size) -> Size:
        grown = size.points * (1 + points)
        return Size(
            grown,
            size.utf16 + size.points * points,
            size.bytes + size.points * bytes_,
            grown,
            2 * grown,
            size.json + size.points * json,
            size.ascii and bytes_ == points,
        )

    return Recoding(how, effect)


def _same(size: Size) -> Size:
    return size


def _in_ascii(size: Size) -> Size:
    r"""`é` is `\u00e9`, an emoji is two of them; in a JSON text each of their backslashes is two."""
    if size.ascii:
        return _escaping(5, 5, 6).effect(size)  # \x7f, too
    return plain(12 * size.points)._replace(json=14 * size.points, septets=24 * size.points, gsm=False)


def _base64(size: Size) -> Size:
    return plain(inf if size.bytes == inf else 4 * ceil(size.bytes / 3))


def _minutes(size: Size) -> Size:
    """`1439.983333`: ten figures that count."""
    return size.largest(plain(13 if size.points <= 11 else 17))


QUOTING = _escaping(5, 5, 2, "quoting")
_BY_NAME: dict[str, Recoding] = {
    "builtins.str": Recoding("", _same, usual=True),
    "html.escape": _escaping(5, 5, 5),
    "channels.teams._html": _escaping(5, 5, 5),
    "channels.viber._html": _escaping(4, 4, 4),
    "channels.telegram._as_text": _escaping(4, 4, 4),
    "channels.googlechat._as_html": _escaping(4, 4, 4),
    "channels.slack._escape": _escaping(4, 4, 4),
    "channels.slack._address": _escaping(4, 4, 4),
    "channels.discord._escape": _escaping(1, 1, 2),
    "channels.discord._address": _escaping(2, 2, 2),
    "channels.discord._within_code": _escaping(2, 6, 6),
    "channels.messenger._quoted": QUOTING,
    "channels.twilio._inside": QUOTING,
    "channels.whatsapp._quoted": Recoding("quoting", _in_ascii, usual=True),
    "channels.whatsapp._degrees": Recoding("digits", lambda size: size.largest(plain(350))),  # 5e-324
    "channels.rcs.in_base64": Recoding("base64", _base64, usual=True),
    # what is no time in ISO 8601 is refused before
    "channels.apple.start_time": Recoding("time", lambda _: plain(len("2027-01-11T14:30+0100")), usual=True),
    "lowering.prose._readable": Recoding("time", lambda _: plain(len("2027-01-11 14:30 UTC")), usual=True),
    "lowering.prose._minutes": Recoding("minutes", _minutes, usual=True),
}
_HERE = __package__.rpartition(".")[0]


def recoding(recode: Recode) -> Recoding | None:
    """What is known of a function that rewrites texts."""
    name = f"{recode.__module__}.{recode.__qualname__}"
    return _BY_NAME.get(name.removeprefix(f"{_HERE}."))


def recoded(text: Text, recode: Recode | None) -> Text:
    """A text that has gone through a function."""
    if recode is None:
        return text
    if isinstance(text, Lit):
        return Lit(recode(text.text))
    known = recoding(recode)
    if known is None:
        return Unknown("the channel's own escapes")
    return Worked(known.how, text, known.effect, usual=known.usual) if known.how else text
