"""Is a payload what Genesys Cloud and the channel take? The compiler's own schemas say."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from ..channels import CHANNELS, channel
from ..gateways import gateway
from ..judge import GENESYS, Judge
from ..keywords import Path
from ..mistakes import Violation
from ..validate import Schema, diagnose, schema
from .answers import Refused, facts
from .neutral import message_of, place_of


def check(name: str, body: Any) -> None:
    """Judge one body of a gateway. Raises Refused, with every finding in its details."""
    try:
        _check(name, body)
    except RecursionError:  # nested deeper than any message
        raise Refused("bad.request") from None


def _check(name: str, body: Any) -> None:
    for rules in (_needs(name), schema(f"genesys/{name.removeprefix('genesys-')}.schema.json")):
        if not rules.is_valid(body):
            raise _refused((v, v.path, GENESYS) for v in rules.violations(body))
    if name == "genesys-event":
        _check_channel(body)


def recipient(name: str, body: Any) -> tuple[str, str]:
    """Who a body is for, and the channel's id. The body has passed `check`."""
    ways = facts()["recipient"][name]
    user, sender = (next(filter(None, (_at(body, way) for way in ways[which])), "") for which in ("user", "channel"))
    return user, sender


def _at(body: Any, way: list[str]) -> str:
    for step in way:
        body = body.get(step, {})
    return body if isinstance(body, str) else ""


def _check_channel(event: dict[str, Any]) -> None:
    """What the channel cannot show, the vendor refuses; a provider that Handbill does not know is let through."""
    judge = _judges().get(event["external_conversation_reference"]["provider_id"])
    if judge is None:
        return
    content = event["content"]
    message = message_of(content)
    if all(rule.schema.is_valid(message) for rule in judge.message):
        return
    found = judge.findings(message)
    raise _refused((f.violation, place_of(content, f.violation.path), f.who) for f in found)


@cache
def _judges() -> dict[str, Judge]:
    """By the channel's name at Genesys Cloud."""
    event = gateway("genesys-event")
    carried = [each for each in map(channel, CHANNELS) if each.genesys]
    return {each.genesys["provider_id"]: Judge(each, event) for each in carried}


@cache
def _needs(name: str) -> Schema:
    return Schema({"type": "object", "required": facts()["needs"][name]})


def _refused(found: Iterable[tuple[Violation, Path, str]]) -> Refused:
    told = [(path, diagnose(violation, who=who)) for violation, path, who in found]
    errors = [(path, d) for path, d in told if d.severity == "error"]
    first = errors[0][1]
    code = facts()["meanings"].get(first.code, "constraint.validation")
    words = () if code == "bad.request" else (f"{first.title}: {first.text}",)
    details = [{"errorCode": d.code, "fieldName": _written(path)} for path, d in errors]
    return Refused(code, *words, details=details)


def _written(path: Path) -> str:
    """`content.buttons[3].text`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
