"""What filters make of values of which only bounds are known."""

from __future__ import annotations

from jinja2.filters import do_title

from .list_filters import batch, default, join, mapped, one, reverse, some
from .modelling import MODELS
from .number_filters import absolute, as_json, floating, integer, length, rounded
from .text_filters import indent, padded, recased, replaced, string, striptags, trim, truncate

MODELS |= {
    "upper": recased("upper", str.upper, "upper"),
    "lower": recased("lower", str.lower, "lower"),
    "capitalize": recased("title", str.capitalize, "capitalize"),
    "title": recased("title", do_title, "title"),
    "truncate": truncate,
    "trim": trim,
    "replace": replaced,
    "center": padded("center"),
    "indent": indent,
    "string": string,
    "striptags": striptags,
    "default": default,
    "d": default,
    "join": join,
    "map": mapped,
    "reverse": reverse,
    "batch": batch,
    "length": length,
    "count": length,
    "int": integer,
    "round": rounded,
    "abs": absolute,
    "float": floating,
    "tojson": as_json,
    **dict.fromkeys(["list", "sort", "unique", "select", "reject", "selectattr", "rejectattr"], some),
    **dict.fromkeys(["first", "last", "min", "max"], one),
}
