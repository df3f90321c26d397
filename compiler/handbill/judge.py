"""Everything that has a say in a message: the neutral schema, the channel, Genesys Cloud, the gateway, the payload.

A judge is made once for a channel and a gateway. It says yes or no fast, and why not when asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from .channels import Channel
from .gateways import Gateway
from .keywords import Path
from .markup import TEXTS
from .mistakes import Violation
from .validate import Schema, schema


@dataclass(frozen=True, slots=True)
class Rule:
    """One schema, and in whose name it speaks."""

    schema: Schema
    who: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation with its path from the top of the document, and whose rule it breaks."""

    violation: Violation
    who: str


GENESYS = "Genesys Cloud"


@cache
def _as_plain(formats: tuple[str, ...], fields: tuple[str, ...], source: str, checked: str) -> Schema:
    """A rule for the texts that the channel takes for markup: nothing in them that it would format."""
    texts = {name: {"x-plain": list(formats), "x-source": source, "x-checked": checked} for name in fields}
    return Schema({"properties": {**texts, "cards": {"items": {"properties": texts}}}}, "formats")


class Judge:
    def __init__(self, channel: Channel, gateway: Gateway) -> None:
        self.channel = channel
        self.neutral = Rule(schema("message.schema.json"), "Handbill")
        self.message = [Rule(schema(channel.message_schema), channel.title)]
        if gateway.NAME.startswith("genesys-") and channel.genesys_schema:
            self.message.append(Rule(schema(channel.genesys_schema), f"{channel.title} through {GENESYS}"))
        own = gateway.message_schema(channel)
        who = channel.title if gateway.NAME == "direct" else gateway.NAME
        if own:
            self.message.append(Rule(schema(own), who))
        if formats := channel.formats:
            plain = _as_plain(formats, channel.formatted or TEXTS, *channel.formats_source)
            self.message.append(Rule(plain, channel.title))
        self.payload = Rule(schema(gateway.schema(channel)), who)

    def likes(self, document: Any) -> bool:
        """Whether nothing is to be said about a document (a message, or a list of them)."""
        if not self.neutral.schema.is_clean(document):
            return False
        messages = document if isinstance(document, list) else [document]
        return all(map(self.shows, messages))

    def findings(self, document: Any) -> list[Finding]:
        """What is to be said, each mistake once: a place that one rule has spoken of is left alone by the next."""
        found = [Finding(v, self.neutral.who) for v in self.neutral.schema.violations(document)]
        sequence = isinstance(document, list)
        for index, message in enumerate(document if sequence else [document]):
            if not isinstance(message, dict):
                continue
            prefix: tuple[str | int, ...] = (index,) if sequence else ()
            found += self.of_message(message, prefix, found)
        return found

    def shows(self, message: Any) -> bool:
        """Whether the channel and the gateway have nothing to say about a message that is a Handbill message."""
        return all(rule.schema.is_clean(message) for rule in self.message)

    def of_message(self, message: Any, prefix: Path = (), earlier: Sequence[Finding] = ()) -> list[Finding]:
        """What the channel and the gateway have to say about one message, which stands at `prefix`."""
        found: list[Finding] = []
        for rule in self.message:
            found += _new(_below(rule, message, prefix), [*earlier, *found])
        refused = [f for f in found if f.violation.path == (*prefix, "template_type")]
        return refused or found  # of a message that cannot go at all, the parts do not matter


def _below(rule: Rule, message: Any, prefix: tuple[str | int, ...]) -> Iterator[Finding]:
    if rule.schema.is_clean(message):
        return
    for v in rule.schema.violations(message):
        others = tuple((*prefix, *path) for path in v.others)
        yield Finding(replace(v, path=(*prefix, *v.path), others=others), rule.who)


def _new(later: Iterator[Finding], earlier: list[Finding]) -> list[Finding]:
    """Those of `later` that are at no place of `earlier`, nor within one."""
    spoken = {f.violation.path for f in earlier if f.violation.path}
    said = {(f.violation.path, f.violation.keyword, f.violation.key) for f in earlier}
    fresh = []
    for finding in later:
        path = finding.violation.path
        if (path, finding.violation.keyword, finding.violation.key) in said:
            continue
        if not any(path[:n] in spoken for n in range(1, len(path) + 1)):
            fresh.append(finding)
    return fresh
