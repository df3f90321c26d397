"""A WhatsApp template message in WhatsApp's own JSON, read like a notification, so that it can be held against one.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/template-messages
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..keywords import Path
from .held import Problem, held
from .lock import Lock
from .shape import kind_of

_HEADERS = {"image": "image", "video": "video", "gif": "video", "document": "file"}
_BUTTONS = {"QUICK_REPLY": "reply", "URL": "link"}


def held_native(lock: Lock, body: Any) -> Iterator[Problem]:
    """What of a body that has passed the channel's rules does not fit what was approved. Paths are the body's own."""
    read = message(body)
    if read is not None:
        given, places = read
        for problem in held(lock, given, native=True):
            yield replace(problem, path=_own(problem.path, places), key=False)


def message(body: Any) -> tuple[dict[str, Any], dict[Path, Path]] | None:
    """The notification that a body is, and where its parts stand in the body; None for any other message."""
    template = body.get("template") if isinstance(body, dict) and body.get("type") == "template" else None
    if not isinstance(template, dict):
        return None
    here: Path = ("template",)
    places: dict[Path, Path] = {
        (): here, ("name",): (*here, "name"), ("language",): (*here, "language", "code"),
        ("parameters",): (*here, "components") if "components" in template else (*here, "name"),
    }  # fmt: skip
    given = _parameters(template.get("components") or [], ("parameters",), (*here, "components"), places)
    name, language = template.get("name"), template.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    return {"name": name, "language": code, "parameters": given}, places


def _parameters(components: Sequence[Any], at: Path, own: Path, places: dict[Path, Path]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for index, component in enumerate(components):
        here = (*own, index)
        parameters = component.get("parameters") or []
        match kind_of(component):
            case "HEADER":
                places[*at, "header"] = here
                found["header"] = _header(parameters, (*at, "header"), here, places)
            case "BODY":
                places[*at, "body"] = here
                found["body"] = _values(parameters, (*at, "body"), here, places)
            case "BUTTON":
                buttons = found.setdefault("buttons", [])
                places[*at, "buttons", len(buttons)] = here
                kind = kind_of(component, "sub_type")
                value = _text(parameters[0]) if parameters else ""
                own_kind = _BUTTONS.get(kind, kind.lower())
                buttons.append({"index": int(component["index"]), "kind": own_kind, "value": value})
            case "CAROUSEL":
                places[*at, "cards"] = here
                found["cards"] = [
                    _card(card, (*at, "cards", each), (*here, "cards", each), places)
                    for each, card in enumerate(component.get("cards") or [])
                ]
            case "LIMITED_TIME_OFFER":
                found["offer"] = True
    return found


def _card(card: Mapping[str, Any], at: Path, own: Path, places: dict[Path, Path]) -> dict[str, Any]:
    places[at] = own
    return _parameters(card.get("components") or [], at, (*own, "components"), places)


def _header(parameters: Sequence[Any], at: Path, own: Path, places: dict[Path, Path]) -> dict[str, Any]:
    kind = str(parameters[0].get("type")) if parameters else "text"
    if kind in _HEADERS or kind in ("location", "product"):
        places[*at, "kind"] = (*own, "parameters", 0, "type")
        return {"kind": _HEADERS.get(kind, kind), "url": "given"}
    return {"values": _values(parameters, (*at, "values"), own, places)}


def _values(parameters: Sequence[Any], at: Path, own: Path, places: dict[Path, Path]) -> dict[str, str]:
    """The values by their names, or by their numbers from 1."""
    found = {}
    for index, each in enumerate(parameters):
        name = str(each.get("parameter_name") or index + 1)
        places[*at, name] = (*own, "parameters", index)
        found[name] = _text(each)
    return found


def _text(parameter: Mapping[str, Any]) -> str:
    """What a customer sees of a parameter; of an amount or a date, at least what is shown where it is not known."""
    kind = str(parameter.get("type"))
    value = parameter.get(kind)
    return str(value.get("fallback_value") or "") if isinstance(value, dict) else str(value or "")


def _own(path: Path, places: Mapping[Path, Path]) -> Path:
    """Where a part stands in the body, or the nearest thing around it that is there."""
    while path not in places:
        path = path[:-1]
    return places[path]
