"""A file of translations brought up to date: what is new, what is no longer used, and what is nearly the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ..locales import Entry, Po
from ..locales.plurals import Plural, of, usual
from ..locales.po import Key, Text
from ..locales.writing import written
from .found import Found

_ALIKE = 0.7  # how much of two texts is the same when one is taken for an older form of the other
_LONGEST = 2_000  # characters of a text that is compared
_SAID = ("Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit", "MIME-Version: 1.0")


@dataclass(slots=True)
class Change:
    """What becomes of a file."""

    text: str
    new: int = 0
    fuzzy: int = 0  # new, and much like one that is no longer used
    obsolete: int = 0


def template_file(texts: dict[Key, Found]) -> str:
    """The .pot file: the texts, without a language."""
    return written([_header(()), *(_blank(text, 2) for text in texts.values())])


def merged(texts: dict[Key, Found], po: Po | None, locale: str) -> Change:
    """The .po file of a language with the texts of the templates. Raises Failed for plural forms that make no sense."""
    plural = of(po, locale)
    change = Change("")
    old = dict(po.entries) if po else {}
    gone = {key: entry for key, entry in old.items() if key not in texts}
    gone |= {
        entry.key: entry for entry in (po.obsolete if po else ()) if entry.key not in gone and entry.key not in old
    }
    entries = []
    for key, text in texts.items():
        entry = old.get(key)
        if entry is None:
            entry = _again(gone.pop(key, None)) or _alike(text, gone, change)
        if entry is None:
            change.new += 1
        entries.append(_renewed(text, entry, plural))
    change.obsolete = sum(not entry.obsolete for entry in gone.values())
    left = [_obsolete(entry) for entry in gone.values() if any(text.text for text in entry.texts)]
    header = po.header if po and po.header else _header(_heading(locale))
    change.text = written([header, *entries, *left])
    return change


def _heading(locale: str) -> tuple[str, ...]:
    plural = usual(locale)
    return f"Language: {locale}", f"Plural-Forms: nplurals={plural.forms}; plural={plural.rule};"


def _header(more: tuple[str, ...]) -> Entry:
    return Entry(_text(""), texts=[_text("".join(f"{line}\n" for line in (*_SAID, *more)))])


def _text(text: str) -> Text:
    return Text(text, 0, 0)


def _blank(found: Found, forms: int) -> Entry:
    message = found.message
    return Entry(
        _text(message.id),
        _text(message.plural) if message.plural else None,
        message.context,
        [_text("") for _ in range(forms if message.plural else 1)],
        {"python-format"} if message.names else set(),
        [],
        list(found.comments),
        list(found.places),
    )


def _renewed(found: Found, entry: Entry | None, plural: Plural) -> Entry:
    """What is kept of an entry: its translations, the translator's notes and marks."""
    blank = _blank(found, plural.forms)
    if entry is None:
        return blank
    texts = list(entry.texts)
    flags = {flag for flag in entry.flags if flag != "python-format"} | blank.flags
    changed = (entry.plural.text if entry.plural else "") != found.message.plural or len(texts) != len(blank.texts)
    if changed:
        texts = [texts[min(at, len(texts) - 1)] if texts else _text("") for at in range(len(blank.texts))]
        flags |= {"fuzzy"} if any(text.text for text in texts) else set()
    previous = entry.previous if "fuzzy" in flags else []
    return replace(blank, texts=texts, flags=flags, notes=entry.notes, previous=previous)


def _again(entry: Entry | None) -> Entry | None:
    """One that was obsolete and is used again."""
    return replace(entry, obsolete=False) if entry else None


def _obsolete(entry: Entry) -> Entry:
    return replace(entry, obsolete=True, comments=[], places=[])


def _alike(found: Found, gone: dict[Key, Entry], change: Change) -> Entry | None:
    """The one of those no longer used that a new text is most like: its translation is a guess."""
    best: tuple[float, Key] | None = None
    for key, entry in gone.items():
        if max(len(key[1]), len(found.message.id)) > _LONGEST:  # comparing takes its time
            continue
        if key[0] != found.message.context or not any(text.text for text in entry.texts):
            continue
        matcher = SequenceMatcher(None, entry.id.text, found.message.id, autojunk=False)
        if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
            continue
        if (ratio := matcher.ratio()) >= _ALIKE and (best is None or ratio > best[0]):
            best = ratio, key
    if best is None:
        return None
    change.fuzzy += 1
    entry = gone.pop(best[1])
    before = [line for line in written([Entry(entry.id)]).splitlines() if not line.startswith("msgstr")]
    return replace(entry, obsolete=False, flags=entry.flags | {"fuzzy"}, previous=before)
