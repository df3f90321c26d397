"""Messages of every kind to learn from: all optional fields, some of them, none; the fullest first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product
from typing import Any

from ..tree import Leaf, Tree, pointer_of

Json = dict[str, Any]
Path = tuple[str | int, ...]

_KINDS = (
    ("reply", "reply", "reply"),
    ("link", "link"),
    ("reply", "link", "call"),
    ("reply", "link"),
    ("call",),
    ("link",),
    ("reply",),
    (),
)
_COMMON = {"header": "", "footer": "", "metadata": {"note": ""}}
_CONSTANT = ("template_type", "kind")  # what gateways may read


def probes(template_type: str) -> Iterator[Json]:
    """Messages of a type as plain JSON; no two of their texts are the same."""
    numbers = count(1)
    every = list(_OWN[template_type]())
    few = _extremes(every)
    for common in _some(**_COMMON):
        for own in few if common else every:
            yield _filled({"template_type": template_type, **own, **common}, numbers)


def _extremes(every: list[Json]) -> list[Json]:
    """The fullest and the barest of those with the same buttons."""
    groups: dict[str, list[Json]] = {}
    for own in every:
        cards = own.get("cards", [{}])
        groups.setdefault(str((own.get("buttons"), cards[0].get("buttons"), own.get("kind"))), []).append(own)
    return [own for some in groups.values() for own in (some[0], some[-1])]


def holed(message: Json) -> tuple[Tree, list[Path]]:
    """A message in which every text and number is a hole, and where in the message each hole is."""
    places: list[Path] = []

    def made(value: Any, path: Path) -> Tree:
        if isinstance(value, dict):
            return {key: made(child, (*path, key)) for key, child in value.items()}
        if isinstance(value, list):
            return [made(child, (*path, index)) for index, child in enumerate(value)]
        if path[-1] in _CONSTANT:
            return Leaf(pointer_of(path), value)
        places.append(path)
        return Leaf(pointer_of(path), parts=(len(places) - 1,), bare=True)

    return made(message, ()), places


def _some(**options: Any) -> Iterator[Json]:
    """Objects with every choice of the options; each is there, or not. The fullest comes first."""
    for chosen in product((True, False), repeat=len(options)):
        yield {name: value for (name, value), there in zip(options.items(), chosen, strict=True) if there}


def _buttons(kinds: tuple[str, ...], image: bool = False) -> Json:
    what = {"reply": "value", "link": "url", "call": "phone"}
    icon = {"image_url": ""} if image else {}
    made = [{"text": "", what[kind]: "", **icon} for kind in kinds]
    return {"buttons": made} if made else {}


def _text() -> Iterator[Json]:
    yield {"text": ""}


def _quick_reply() -> Iterator[Json]:
    for kinds, image in product(_KINDS[:-1], (True, False)):
        yield {"text": "", **_buttons(kinds, image)}


def _cards() -> Iterator[Json]:
    for kinds in _KINDS:
        for some in _some(subtitle="", image={"url": "", "alt": ""}, url=""):
            yield {"title": "", **some, **_buttons(kinds)}
            if "image" in some:
                yield {"title": "", **some, "image": {"url": ""}, **_buttons(kinds)}
    yield {"title": "", **_buttons(_KINDS[0], image=True)}


def _carousel() -> Iterator[Json]:
    for card in _cards():
        yield {"text": "", "cards": [card, card]}
    for card in _extremes(list(_cards())):
        yield {"cards": [card, card]}


def _list() -> Iterator[Json]:
    for item, title, sections in product(_some(subtitle="", image_url=""), ({"title": ""}, {}), (2, 1)):
        row = {"text": "", "value": "", **item}
        yield {"text": "", "button": "", "sections": [{**title, "items": [row, row]}] * sections}


def _media() -> Iterator[Json]:
    for some, kind in product(_some(caption="", filename="", mime=""), ("image", "video", "audio", "file")):
        yield {"kind": kind, "url": "", **some}


def _location() -> Iterator[Json]:
    for some in _some(name="", address=""):
        yield {"latitude": 0, "longitude": 0, **some}


def _date_picker() -> Iterator[Json]:
    for some in _some(title="", timezone=""):
        yield {"text": "", "slots": [{"start": "", "duration": 0}] * 2, **some}


def _notification() -> Iterator[Json]:
    names = ({"alpha": "", "beta": ""}, {"1": "", "2": ""})
    media = [{"kind": kind, "url": "", **name} for kind in ("image", "video", "file") for name in _some(filename="")]
    for body in names:
        buttons = [{"index": at, "kind": kind, "value": ""} for at, kind in enumerate(("reply", "link"))]
        header = {"values": dict(list(body.items())[:1])}
        for some in _some(header=header, body=body, buttons=buttons):
            for more in ({"cards": [some] * 2}, {}) if some else ({},):
                yield {"name": "", "language": "", **({"parameters": {**some, **more}} if some else {})}
        for medium, one in product(media, buttons):
            own = {"header": medium, "body": body, "buttons": [one]}
            for more in ({"cards": [own] * 2}, {}):
                yield {"name": "", "language": "", "parameters": {**own, **more}}
        yield {"name": "", "language": "", "parameters": {"body": body, "cards": [{"body": body}] * 2}}


_OWN = {
    "text": _text, "quick_reply": _quick_reply, "card": _cards, "carousel": _carousel, "list": _list, "media": _media,
    "location": _location, "date_picker": _date_picker, "notification": _notification,
}  # fmt: skip
TYPES = tuple(_OWN)


def _filled(value: Any, numbers: Iterator[int], key: str = "") -> Any:
    """With a value of its own in every place, of the kind that the place takes."""
    if isinstance(value, dict):
        return {name: _filled(child, numbers, name) for name, child in value.items()}
    if isinstance(value, list):
        return [_filled(child, numbers, key) for child in value]
    if key == "index" or (value != "" and value != 0):
        return value
    number = next(numbers)
    if value == 0:
        return 60 * (1 + number % 50) if key == "duration" else number % 80
    return _WORDS.get(key, "t{}").format(number) if key != "start" else _start(number)


def _start(number: int) -> str:
    return f"2027-01-{1 + number % 28:02}T{number // 28 % 24:02}:30:00+01:00"


_WORDS = {
    "url": "https://example.com/{}.jpg",
    "image_url": "https://example.com/{}.png",
    "phone": "+4930{}00000",
    "mime": "image/png",
    "timezone": "Europe/Berlin",
    "language": "en",
    "filename": "{}.pdf",
}
