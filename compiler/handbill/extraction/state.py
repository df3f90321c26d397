"""How far the translations of each language are."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..locales import Catalog, Entry, Po
from ..locales.catalog import differing
from ..locales.plurals import of
from ..locales.po import Key
from .found import Found


@dataclass(slots=True)
class Item:
    """A text that something is to be said of."""

    id: str
    context: str | None
    file: str  # of translations; the template's where there is no translation
    line: int
    said: str = ""


@dataclass(slots=True)
class State:
    """One language."""

    locale: str
    file: str
    texts: int
    translated: int = 0
    missing: list[Item] = field(default_factory=list)
    fuzzy: list[Item] = field(default_factory=list)
    differs: list[Item] = field(default_factory=list)
    unused: list[Item] = field(default_factory=list)
    falls_back: list[Item] = field(default_factory=list)  # texts that are taken from another language

    @property
    def clean(self) -> bool:
        return not (self.missing or self.fuzzy or self.differs or self.unused)


def state(texts: dict[Key, Found], known: Catalog) -> State:
    """How far a language is. The language of the templates needs no translation. Raises Failed."""
    po, own = known.po, known.own
    needed = {key: text for key, text in texts.items() if text.needed(known.locale)}
    found = State(known.locale, known.file, len(needed))
    entries = po.entries if po else {}
    for key, text in needed.items():
        if (speaker := known.speaker(text.message)) is not known and _complete(speaker, text):
            place, _, line = text.places[0].rpartition(":")
            found.falls_back.append(Item(key[1], key[0], place, int(line), f"from {speaker.locale}"))
            continue
        entry = entries.get(key)
        if entry is None or po is None:
            if own:
                found.translated += 1
                continue
            place, _, line = text.places[0].rpartition(":")
            found.missing.append(Item(key[1], key[0], place, int(line)))
        else:
            _judge(found, text, entry, po, own)
    for key, entry in entries.items():
        if key not in texts and po is not None:
            found.unused.append(_item(po, entry))
    return found


def _complete(known: Catalog, text: Found) -> bool:
    """Whether a language has a text, without anything that is wrong."""
    forms = range(known.plural_of(text.message).forms) if text.message.plural else range(1)
    return all(known.phrase(text.message, form).problem is None for form in forms)


def _judge(found: State, text: Found, entry: Entry, po: Po, own: bool) -> None:
    plural = of(po, found.locale)
    message = text.message
    same = (entry.plural.text if entry.plural else "") == message.plural
    forms = plural.forms if message.plural else 1
    if entry.fuzzy:
        found.fuzzy.append(_item(po, entry))
    elif not same or len(entry.texts) != forms or not entry.done:
        if own and not any(each.text for each in entry.texts):
            found.translated += 1
        else:
            found.missing.append(_item(po, entry))
    else:
        for form, each in enumerate(entry.texts):
            if wrong := differing(message, each, plural if message.plural else None, form):
                said = [f"%({name})s is missing" for name in wrong[0]]
                said += [f"%({name})s is not in the source" for name in wrong[1]]
                found.differs.append(_item(po, entry, "; ".join(said)))
                return
        found.translated += 1


def _item(po: Po, entry: Entry, said: str = "") -> Item:
    return Item(entry.id.text, entry.context, po.source.path, po.source.position(entry.id.start)[0], said)
