"""What a compiler does for one template on one channel, and what came of one message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from .channels import Channel
from .diagnostic import Diagnostic
from .document import Document
from .gateways import Gateway
from .judge import GENESYS
from .locales import Speech
from .lowering import Explained
from .telling import ADDRESS
from .template import Template
from .tree import Leaf, Tree
from .wordings import Untranslated

# The values of a gateway's address fields, by name; None for a payload that is to be looked at.
Address: TypeAlias = Mapping[str, str] | None

KEPT = 1024  # skeletons a template may have before the oldest are forgotten


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for every context."""

    template: Template
    target: Channel
    gateway: Gateway
    adapt: bool = False  # the policy
    wording: Mapping[str, str] = field(default_factory=dict)
    untranslated: tuple[Untranslated, ...] = ()  # of the wording
    locale: str = ""
    form: int | None = None  # the plural form of every text, whatever the numbers; only for a check

    def key(self, address: Address) -> tuple[str, ...]:
        """What a stamp depends on: of an address only which fields it has."""
        policy = "adapt" if self.adapt else "strict"
        where = (self.target.name, self.gateway.NAME, self.locale)
        return (self.template.source.path, *where, policy, *(address or ()))

    @property
    def who(self) -> str:
        """Who shows it, in words."""
        direct = self.gateway.NAME == "direct"
        return self.target.title if direct else f"{self.target.title} through {GENESYS}"

    @property
    def surroundings(self) -> dict[str, Any]:
        return {"channel": about(self.target), "locale": self.locale}


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one context, and what a stamp is made of."""

    bodies: list[Any] | None = None
    found: list[Diagnostic] = field(default_factory=list)
    skeleton: str = ""
    values: list[object] = field(default_factory=list)  # of the skeleton's holes
    document: Document | None = None
    trees: list[Tree] = field(default_factory=list)
    messages: list[Tree] = field(default_factory=list)  # what the document's have become
    losses: list[Diagnostic] = field(default_factory=list)  # the same for every context that gives this skeleton
    explained: Explained | None = None
    speech: Speech | None = None


def about(target: Channel) -> dict[str, Any]:
    """What a template can ask about its channel."""
    return {"name": target.name, "title": target.title, "supports": list(_kinds(target))}


@cache
def _kinds(target: Channel) -> tuple[str, ...]:
    return tuple(target.message_rules["properties"]["template_type"]["enum"])


def addressed(address: Address, values: list[object]) -> tuple[dict[str, Leaf] | None, list[object]]:
    """An address as leaves with holes, its values behind the render's: so a stamp serves every recipient."""
    if address is None:
        return None, values
    leaves = {name: Leaf(ADDRESS + name, parts=(len(values) + at,)) for at, name in enumerate(address)}
    return leaves, [*values, *address.values()]


def keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    """Keep a value; of very many, only the newest."""
    if len(kept) >= KEPT:
        del kept[next(iter(kept))]
    kept[key] = value
