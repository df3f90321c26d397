"""Arbitrary messages that `schemas/message.schema.json` accepts, as plain JSON."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
WORDS = st.from_regex(r"\A[a-z0-9]{1,8}\Z")
URLS = WORDS.map(lambda word: f"https://example.com/{word}")
PHONES = st.from_regex(r"\A\+[1-9][0-9]{7,12}\Z")
VALUES = st.dictionaries(TEXTS, TEXTS, max_size=3)
ZONES = st.sampled_from(["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
LANGUAGES = st.sampled_from(["en", "en_US", "pt-BR", "yue"])
MIMES = st.sampled_from(["image/png", "application/vnd.ms-excel", "audio/mp4"])

TEMPLATE_TYPES = (
    "text", "quick_reply", "card", "generic", "carousel", "list", "media", "location", "date_picker", "notification",
)  # fmt: skip


def messages(template_type: str, without: frozenset[str] = frozenset()) -> st.SearchStrategy[Json]:
    """Messages of one type; values of buttons and of list items are unique in a message.

    `without` takes things away: header, footer, metadata, fallback, link, call, button_image, alt, timezone,
    short_time (a start without seconds), bare_card (a card without buttons), medium (in a template's
    header), loose_header (a medium without address, an address without kind, a medium beside values),
    button_values, loose_kind (a button's value that does not say what it is for), card_values.
    """
    fields: dict[str, st.SearchStrategy[Json]] = {
        "text": _fields({"text": TEXTS}),
        "quick_reply": _fields({"text": TEXTS, "buttons": _buttons(without)}),
        "card": _card(without),
        "generic": _card(without),
        "carousel": _fields({"cards": st.lists(_card(without), min_size=1, max_size=10)}, {"text": TEXTS}),
        "list": _fields({"text": TEXTS, "button": TEXTS, "sections": st.lists(_SECTIONS, min_size=1, max_size=3)}),
        "media": _fields(
            {"kind": st.sampled_from(["image", "video", "audio", "file"]), "url": URLS},
            {"caption": TEXTS, "filename": TEXTS, "mime": MIMES},
        ),
        "location": _fields({"latitude": _degrees(90), "longitude": _degrees(180)}, {"name": TEXTS, "address": TEXTS}),
        "date_picker": _fields(
            {"text": TEXTS, "slots": st.lists(_slot(without), min_size=1, max_size=3)},
            {"title": TEXTS, **({} if "timezone" in without else {"timezone": ZONES})},
        ),
        "notification": _fields({"name": TEXTS, "language": LANGUAGES}, {"parameters": _parameters(without)}),
    }
    common = {
        "header": TEXTS,
        "footer": TEXTS,
        "metadata": VALUES,
        "fallback": TEXTS | _fields({"text": TEXTS}).map(_text),
    }
    optional = {name: each for name, each in common.items() if name not in without}
    return st.builds(
        lambda own, more: _unique({"template_type": template_type, **own, **more}),
        fields[template_type],
        _fields({}, optional),
    )


def _fields(required: Json, optional: Json | None = None) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(required, optional=optional or {})


def _text(fields: Json) -> Json:
    return {"template_type": "text", **fields}


def _unique(message: Json) -> Json:
    """The message, each `value` of a button or an item made different from the others by a number."""
    numbered = 0

    def visit(node: Any) -> Any:
        nonlocal numbered
        if isinstance(node, list):
            return [visit(child) for child in node]
        if not isinstance(node, dict):
            return node
        made = {key: child if key in ("metadata", "parameters") else visit(child) for key, child in node.items()}
        if "value" in made:
            numbered += 1
            made["value"] = f"{made['value']}{numbered}"
        return made

    result: Json = visit(message)
    return result


def _buttons(without: frozenset[str]) -> st.SearchStrategy[list[Json]]:
    image = {} if "button_image" in without else {"image_url": URLS}
    kinds = {"value": TEXTS, "url": URLS, "phone": PHONES}
    taken = {"url": "link" in without, "phone": "call" in without}
    each = [_fields({"text": TEXTS, key: of}, image) for key, of in kinds.items() if not taken.get(key)]
    return st.lists(st.one_of(each), min_size=1, max_size=3)


def _card(without: frozenset[str]) -> st.SearchStrategy[Json]:
    image = _fields({"url": URLS}, {} if "alt" in without else {"alt": TEXTS})
    buttons = {"buttons": _buttons(without)}
    optional = {"subtitle": TEXTS, "image": image, "url": URLS}
    if "bare_card" in without:
        return _fields({"title": TEXTS, **buttons}, optional)
    return _fields({"title": TEXTS}, {**optional, **buttons})


_ITEMS = _fields({"text": TEXTS, "value": TEXTS}, {"subtitle": TEXTS, "image_url": URLS})
_SECTIONS = _fields({"items": st.lists(_ITEMS, min_size=1, max_size=3)}, {"title": TEXTS})


def _degrees(most: int) -> st.SearchStrategy[float]:
    return st.floats(-most, most, allow_nan=False) | st.integers(-most, most)


def _slot(without: frozenset[str]) -> st.SearchStrategy[Json]:
    seconds = st.sampled_from([":00", ":59"] if "short_time" in without else ["", ":30"])
    start = st.builds(
        lambda day, second, zone: f"2026-12-{day:02}T09:30{second}{zone}",
        st.integers(1, 31),
        seconds,
        st.sampled_from(["Z", "+01:00", "-09:30"]),
    )
    return _fields({"start": start, "duration": st.integers(1, 86400)})


def _parameters(without: frozenset[str], deep: bool = True) -> st.SearchStrategy[Json]:
    button = {"index": st.integers(0, 9), "value": TEXTS}
    kind = {"kind": st.sampled_from(["reply", "link"])}
    optional: Json = {"body": VALUES}
    if deep or "card_header" not in without:
        optional["header"] = _header(without)
    if "button_values" not in without:
        each = _fields({**button, **kind}) if "loose_kind" in without else _fields(button, kind)
        optional["buttons"] = st.lists(each, max_size=2)
    if deep and "card_values" not in without:
        optional["cards"] = st.lists(_parameters(without, deep=False), min_size=1, max_size=2)
    return _fields({}, optional)


def _header(without: frozenset[str]) -> st.SearchStrategy[Json]:
    kinds = st.sampled_from(["image", "video", "file"])
    if "medium" in without:
        return _fields({}, {"values": VALUES})
    if "loose_header" in without:
        return _fields({}, {"values": VALUES}) | _fields({"kind": kinds, "url": URLS}, {"filename": TEXTS})
    return _fields({}, {"values": VALUES, "kind": kinds, "url": URLS, "filename": TEXTS})
