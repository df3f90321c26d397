"""The two messages that everyone compiles, and who they are for.

`quick_reply` has three buttons and 5 values; `carousel` has ten cards of three buttons and 70 values.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCHEMA = HERE / "peers" / "payload.schema.json"
PEOPLE = ("Zoë", "Ada", "Bo", "Иван", "Mary-Ann", "王芳", "O'Neil", "Léa 🌻")

Context = dict[str, Any]


@dataclass(frozen=True)
class Job:
    name: str  # of the template in every peer's own language
    contexts: tuple[Context, ...]


def quick_reply(number: int) -> Context:
    return {
        "first_name": PEOPLE[number % len(PEOPLE)],
        "topic": f"order {number}",
        "yes": f"yes_{number}",
        "no": f"no_{number}",
        "later": f"later_{number}",
    }


def _card(number: int, place: int) -> Context:
    sku = f"{number}-{place}"
    return {
        "title": f"Product {sku}",
        "subtitle": f"Picked for {PEOPLE[(number + place) % len(PEOPLE)]}",
        "image_url": f"https://example.com/images/{sku}.jpg",
        "page_url": f"https://example.com/products/{sku}",
        "cart": f"add_{sku}",
        "ask_label": f"Ask about {place}",
        "ask": f"ask_{sku}",
    }


def carousel(number: int) -> Context:
    return {"products": [_card(number, place) for place in range(10)]}


def jobs(people: int = 50) -> list[Job]:
    """Both jobs, with one context a person."""
    return [Job(make.__name__, tuple(make(n) for n in range(people))) for make in (quick_reply, carousel)]


@cache
def schema() -> dict[str, Any]:
    """What every peer validates its payload against."""
    loaded: dict[str, Any] = json.loads(SCHEMA.read_bytes())
    return loaded
