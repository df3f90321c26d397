"""What filters make of values of which only bounds are known."""

from __future__ import annotations

from jinja2.filters import do_title

from .list_filters import batch, default, groups, join, mapped, one, pairs, reverse, slices, some, total
from .modelling import MODELS
from .number_filters import absolute, as_json, file_size, floating, integer, length, rounded, words
from .spoken_filters import day, decimal, moment, money, share, time_of_day
from .text_filters import (
    indent,
    padded,
    recased,
    replaced,
    string,
    striptags,
    trim,
    truncate,
    urlencoded,
    wordwrap,
)

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
    "wordwrap": wordwrap,
    "wordcount": words,
    "urlencode": urlencoded,
    "filesizeformat": file_size,
    "sum": total,
    "groupby": groups,
    "items": pairs,
    "dictsort": pairs,
    "slice": slices,
    "number": decimal,
    "percent": share,
    "currency": money,
    "date": day,
    "time": time_of_day,
    "datetime": moment,
    **dict.fromkeys(["list", "sort", "unique", "select", "reject", "selectattr", "rejectattr"], some),
    **dict.fromkeys(["first", "last", "min", "max"], one),
}
