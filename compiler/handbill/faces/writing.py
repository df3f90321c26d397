"""Text from strangers as HTML: made visible, escaped, folded when it is long, with its inline markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from markupsafe import Markup, escape

from ..source import Span

# A text with its inline markup: {"kind": "bold", "content": [...]}, and of a link {"url": "..."} too.
Pieces: TypeAlias = "Sequence[str | dict[str, Any]]"

FOLD = 3000  # characters above which a text scrolls in a box of its own
_HIDDEN = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: 0x2421}
_SURROGATE = re.compile("[\ud800-\udfff]")
_TICKED = re.compile(r"`([^`\n]+)`")
_TAGS = {"bold": "strong", "italic": "em", "code": "code"}


def visible(value: Any) -> str:
    """A value as text that a page can hold: control characters as their pictures (NUL as ␀), no lone surrogates."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    if text.isascii() and text.isprintable():
        return text
    return _SURROGATE.sub("\ufffd", text).translate(_HIDDEN)


def ticked(text: Any) -> Markup:
    """A sentence of Handbill's own, in which names stand between backticks."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(visible(text)))))


def rich(pieces: Pieces) -> Markup:
    """A text with its inline markup."""
    return Markup("").join(_piece(piece) for piece in pieces)


def _piece(piece: str | dict[str, Any]) -> Markup:
    if isinstance(piece, str):
        return escape(visible(piece))
    within = rich(piece["content"])
    if piece["kind"] == "link":
        return link(piece.get("url"), within)
    tag = Markup(_TAGS[piece["kind"]])
    return Markup("<{}>{}</{}>").format(tag, within, tag)


def link(url: Any, within: Markup) -> Markup:
    """What leads somewhere: a real link when it goes to an https address, else text that says where."""
    shown = visible(url)
    if address(url):
        form = '<a class="hb-link" href="{}" title="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>'
        return Markup(form).format(shown, shown, within)
    return Markup('<span class="hb-link">{} <span class="hb-url">({})</span></span>').format(within, shown)


def address(url: Any) -> str:
    """The address, when a page may link to it: https and nothing else."""
    return url if isinstance(url, str) and re.fullmatch(r"https://[^\s/?#@\\]+([/?#]\S*)?", url) else ""


def folded(written: Markup, size: int, most: int = FOLD) -> Markup:
    """A text of `size` characters; with more than `most` in a box that scrolls, and says how long it is."""
    if size <= most:
        return written
    form = '<span class="hb-long" role="group" tabindex="0" aria-label="Long text, {} characters">{}</span>'
    return Markup(form).format(f"{size:,}", written)


def position(span: Span) -> str:
    """`templates/hello.json.j2:12:5`."""
    line, column = span.source.position(span.start)
    return f"{span.source.path}:{line}:{column}"
