"""The inbox's pages: conversations with the one that is open, and a request with its answer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...faces import page
from ...faces.writing import visible
from ..faults import FAULTS
from .seen import Asked, Row, Seen
from .store import Item, Who
from .views import View, messages, pretty_body, title_of, view

HTML = Path(__file__).parent / "html"
STYLES = ("/assets/handbill.css", "/assets/inbox.css")
SCRIPTS = ("/assets/handbill.js", "/assets/inbox.js")
_WORDS = 120  # characters of a message in the list
_HINT = """\
[connections.sandbox]
base_url = "{url}"

handbill send followup_call --channel messenger --to user-1 --channel-id page-1"""
_NOBODY = "Requests to nobody"


def inbox(seen: Seen) -> str:
    asked = seen.asked
    words = _counted(seen.counts)
    body = _environment().get_template("inbox.html").render(
        query=asked.query, words=words, counts=seen.counts, events=seen.events, state=_state(seen),
        hint=_HINT.format(url=seen.url),
        list=[_row(row, asked) for row in seen.rows], talk=_talk(seen) if asked.who is not None else None,
        newer=replace(asked, page=asked.page - 1).address() if asked.page else "",
        older=replace(asked, page=asked.page + 1).address() if seen.more else "",
    )  # fmt: skip
    return _page(f"{_name(asked.who)} · Sandbox" if asked.who is not None else "Sandbox inbox", Markup(body))


def request(item: Item) -> str:
    """One request and its answer, in full."""
    exchange = item.exchange
    status = str(exchange.status) if exchange.status else "no answer"
    facts = [
        ("Request", f"{exchange.method} {exchange.path}"),
        ("When", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(exchange.at))),
        ("Gateway", exchange.gateway),
        ("Status", status),
        ("Time", f"{exchange.seconds * 1000:.1f} ms"),
        ("Size", f"{exchange.size:,} bytes"),
    ]
    if item.of > 1:
        facts.append(("Message", f"{item.place + 1} of {item.of} in the request"))
    if item.entry is not None and item.entry.key:
        facts.append(("Idempotency key", visible(item.entry.key)))
    if item.refused:
        facts.append(("Refused", visible(item.refused)))
    if exchange.fault:
        facts.append(("Fault", f"{exchange.outcome}: {exchange.fault}"))
    title = "What was tapped" if item.inbound is not None else "A request and its response"
    gone = "It is not kept any more." if item.entry is not None else "It is empty."
    parts = [_part("Request", item.body, gone, exchange.headers), _part("Response", exchange.answer, "It has no body.")]
    if item.inbound is not None:
        parts = [{**_part("Event", b"", ""), "body": view(item).event}]
        facts = facts[1:3]
    body = (
        _environment()
        .get_template("request.html")
        .render(back=f"{Asked(item.who).address()}#item-{item.number}", title=title, facts=facts, parts=parts)
    )
    return _page(f"Request {item.number} · Sandbox", Markup(body))


def _part(title: str, body: bytes, empty: str, headers: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    return {"title": title, "headers": headers, "body": pretty_body(body) if body else "", "empty": empty}


def lost(title: str, text: str) -> str:
    body = Markup('<div class="ib-welcome"><h1>{}</h1><p>{}</p><p><a href="/">The inbox</a></p></div>')
    return _page(title, body.format(title, text))


def _page(title: str, body: Markup) -> str:
    header = Markup('<strong><a href="/">Sandbox</a></strong>')
    return page(title, body, header=header, styles=STYLES, scripts=SCRIPTS)


def _row(row: Row, asked: Asked) -> dict[str, Any]:
    at = row.newest.exchange.at
    return {
        "href": f"{Asked(row.who, asked.query, asked.page).address()}#item-{row.newest.number}",
        "key": "\t".join(map(visible, row.who)),
        "name": _name(row.who),
        "channel": title_of(row.who),
        "when": time.strftime("%H:%M:%S", time.localtime(at)),
        "iso": _iso(at),
        "words": _said(row.newest),
        "count": row.count,
        "refused": row.refused,
        "open": row.who == asked.who,
    }


def _said(item: Item) -> str:
    """The beginning of what an item says."""
    if item.inbound is not None:
        return f"↩ {visible(item.said)}"[:_WORDS]
    read, _ = messages(item)
    texts = (text for message in read.messages for text in _texts(message))
    return visible(" · ".join(islice(texts, 4)).replace("\n", " "))[:_WORDS] or visible(item.refused)[:_WORDS]


def _texts(value: Any) -> Iterator[str]:
    """What people read of a message, in order."""
    if isinstance(value, dict):
        for key in ("header", "text", "title", "subtitle", "caption", "name"):
            if isinstance(value.get(key), str):
                yield value[key]
        for key in ("cards", "buttons"):
            yield from _texts(value.get(key))
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)


def _talk(seen: Seen) -> dict[str, Any]:
    asked = seen.asked
    who = asked.who or ("", "")
    shown = [_with_iso(view(item)) for item in seen.items]
    first = seen.items[0].number if seen.items else 0
    return {
        "name": _name(who),
        "channel": title_of(who) or "no recipient",
        "count": f"{seen.size:,} {'item' if seen.size == 1 else 'items'}",
        "shown": shown,
        "back": Asked(None, asked.query, asked.page).address(),
        "older": replace(asked, before=first).address() if seen.earlier else "",
        "newest": replace(asked, before=None).address() if asked.before is not None else "",
    }


def _with_iso(one: View) -> dict[str, Any]:
    return {**{name: getattr(one, name) for name in View.__slots__}, "iso": _iso(one.at)}


def _iso(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def _name(who: Who | None) -> str:
    if who is None:
        return ""
    return visible(who[1]) or (f"{title_of(who)}: to nobody" if who[0] else _NOBODY)


def _counted(counts: dict[str, int]) -> str:
    told = [f"{counts['message']:,} {'message' if counts['message'] == 1 else 'messages'}"]
    if counts["refused"]:
        told.append(f"{counts['refused']:,} refused")
    if counts["inbound"]:
        told.append(f"{counts['inbound']:,} {'tap' if counts['inbound'] == 1 else 'taps'}")
    kept = f"the newest; {counts['dropped']:,} older ones were let go of" if counts["dropped"] else ""
    return ", ".join([*told, *([kept] if kept else [])])


def _state(seen: Seen) -> dict[str, Any]:
    """The settings as a form."""
    settings = seen.settings
    fails = [f"{name} {share * 100:g} %" for name, share in settings.shares.items() if share]
    upcoming = next((each for each in settings.next if each), "")
    words = "Faults: " + (", ".join(fails) or "off")
    words += f"; next: {upcoming}" if upcoming else ""
    percents = {name: f"{share * 100:g}" for name, share in settings.shares.items() if share}
    faults = [{"name": n, "about": each.about, "percent": percents.get(n, "")} for n, each in FAULTS.items()]
    return {
        "on": bool(fails or upcoming),
        "open": seen.asked.faults or bool(seen.error),
        "words": words,
        "faults": faults,
        "next": upcoming,
        "rate": settings.rate,
        "error": seen.error,
        "back": seen.asked.address(),
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HTML), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
