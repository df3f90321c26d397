"""A channel's limits in words: "at most 20 characters"."""

from __future__ import annotations

import re
from typing import Any

_ABOUT = {"x-title", "x-unit", "x-source", "x-checked", "x-status", "x-note", "x-path", "x-code", "x-hint", "x-label"}
_STANDARD = {"title", "description", "type", "if", "then", "else", "not", "$ref", "default", "examples"}

_UNITS = {  # where the definition itself does not name the unit
    "maxItems": "items",
    "minItems": "items",
    "maxProperties": "entries",
    "minProperties": "entries",
    "maxLength": "characters",
    "minLength": "characters",
    "x-maxUtf16": "UTF-16 units",
    "x-maxBytes": "bytes",
    "x-maxGraphemes": "graphemes",
    "x-maxSeptets": "septets",
}
_STATUS = {
    "official_conflict": "the channel's own pages disagree",
    "older_official": "from an older page of the channel's",
    "sdk": "from the SDK's source",
    "observed": "seen, not documented",
    "third_party": "from a third party",
    "inferred": "inferred, not documented",
    "unverified": "not verified",
}


def in_words(limit: dict[str, Any]) -> str:
    """What a definition of limits.json limits, without its title: "1 to 20 characters"."""
    said = [_range(limit, "minItems", "maxItems"), _range(limit, "minProperties", "maxProperties"), _lengths(limit)]
    said.append(_range(limit, "minimum", "maximum"))
    done = {*_UNITS, "minimum", "maximum"} | _ABOUT | _STANDARD
    said += [_other(key, value, limit) for key, value in limit.items() if key not in done]
    return "; ".join(part for part in said if part)


def status_in_words(limit: dict[str, Any]) -> str:
    """Why a number may be doubted; empty for one that the channel's own documentation states."""
    status = str(limit.get("x-status", "official"))
    return "" if status == "official" else _STATUS.get(status, status.replace("_", " "))


def _lengths(limit: dict[str, Any]) -> str:
    for key in ("x-maxUtf16", "x-maxBytes", "x-maxGraphemes", "x-maxSeptets"):
        if key in limit:
            return _range({**limit, "x-unit": _UNITS[key]}, "minLength", key)
    return _range(limit, "minLength", "maxLength")


def _range(limit: dict[str, Any], low: str, high: str) -> str:
    unit = str(limit.get("x-unit", _UNITS.get(high, "")))
    if low in limit and high in limit:
        both = limit[low] == limit[high]
        said = f"exactly {_number(limit[low])}" if both else f"{_number(limit[low])} to {_number(limit[high])}"
    elif high in limit:
        said = f"at most {_number(limit[high])}"
    elif low in limit:
        said = f"at least {_number(limit[low])}"
    else:
        return ""
    last = limit.get(high, limit.get(low))
    return f"{said} {unit.removesuffix('s') if last == 1 and unit in _UNITS.values() else unit}".rstrip()


def _other(key: str, value: Any, limit: dict[str, Any]) -> str:
    if key == "x-maxFileBytes":
        return f"at most {_size(value)}" if isinstance(value, int) else f"at most {_value(value)}"
    if key == "x-maxTotal":
        return f"at most {_number(value['max'])} {limit.get('x-unit', 'items')} in all"
    if key == "x-maxTotalText":
        return f"at most {_number(value['max'])} {limit.get('x-unit', 'characters')} in all"
    if key == "x-maxJsonBytes":
        return f"at most {_number(value)} bytes as JSON"
    if key in ("enum", "x-formats", "x-characters"):
        return ", ".join(_value(one).strip() or repr(one) for one in value)
    if key == "const":
        return _value(value)
    if key == "pattern":
        return f"in the form {value}"
    if isinstance(value, list) and key.lower().endswith("pixels"):
        value = " × ".join(_number(one) for one in value)
    words = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: f" {m[1].lower()}", key.removeprefix("x-"))
    if words in ("value", "advised"):
        said = f"{_value(value)} {limit.get('x-unit', '')}".rstrip()
        return said if words == "value" else f"{said}, advised"
    if words in ("maximum", "minimum"):
        return f"at {'most' if words == 'maximum' else 'least'} {_value(value)} {limit.get('x-unit', '')}".rstrip()
    if words.startswith("max "):
        return f"at most {_value(value)} {words.removeprefix('max ')}"
    if words.startswith("min "):
        return f"at least {_value(value)} {words.removeprefix('min ')}"
    return f"{words} {_value(value)}"


def _size(size: int) -> str:
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if size % 1000**power == 0:
            return f"{size // 1000**power:,} {unit}"
        if size % 1024**power == 0:
            return f"{size // 1024**power:,} {unit[0].upper()}iB"
    return f"{size:,} bytes"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(one)}" for key, one in value.items() if not str(key).startswith("x-"))
    return str(value)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
