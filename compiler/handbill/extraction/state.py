"""How far the translations of each language are."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..locales import Entry, Po
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

    @property
    def clean(self) -> bool:
        return not (self.missing or self.fuzzy or self.differs or self.unused)


def state(texts: dict[Key, Found], po: Po | None, locale: str, file: str, *, own: bool) -> State:
    """How far a language is. `own` is the language of the templates, which needs no translation. Raises Failed."""
    found = State(locale, file, len(texts))
    entries = po.entries if po else {}
    for key, text in texts.items():
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
