"""The words that are added to a message that is lowered, in the language of the message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .diagnostic import Diagnostic, Label
from .holes import spelled
from .locales import Catalog, Message
from .locales.catalog import differs
from .lowering import Plan, added, default_wording
from .template import Template

CONTEXT = "wording"  # of these texts in a file of translations
_PLACE = re.compile(r"\{[a-z]+\}")


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A wording that a language lacks: what a text has in it that uses it, and what is then said."""

    piece: str
    problem: Diagnostic


def to_translate(own: Mapping[str, str]) -> dict[str, str]:
    """The wordings that have words in them, by name: those given, and the defaults of the others."""
    return {name: text for name, text in {**default_wording(), **own}.items() if _PLACE.sub("", text).strip(" .:()-")}


def message(text: str) -> Message:
    return Message(text, context=CONTEXT)


def spoken(own: Mapping[str, str], catalog: Catalog) -> tuple[dict[str, str], tuple[Untranslated, ...]]:
    """The wording in a language, and what of it is not translated."""
    words = dict(own)
    lacking = []
    for name, text in to_translate(own).items():
        phrase = catalog.phrase(message(text))
        problem = phrase.problem
        words[name] = spelled("".join(piece for piece in phrase.pieces if isinstance(piece, str)))
        if problem is None and sorted(_PLACE.findall(text)) != sorted(_PLACE.findall(words[name])):
            po = catalog.speaker(message(text)).po
            assert po is not None
            told = differs(po, po.entries[(CONTEXT, text)].texts[0], [], [])
            said = f"it needs {' and '.join(_PLACE.findall(text))}, each once"
            problem = replace(told, label=replace(told.label, text=said) if told.label else None)
        if problem is not None:
            words[name] = text
            lacking.append(Untranslated(max(_PLACE.split(text), key=len), problem))
    return words, tuple(lacking)


def missing(lacking: tuple[Untranslated, ...], plan: Plan, template: Template) -> list[Diagnostic]:
    """What is said of a message that was lowered with words of another language."""
    texts = added(plan) if lacking else []
    setting = "wording" if template.contract.wording else "policy"
    here = Label(template.span((setting,), key=True), "words are added to this message")
    found = []
    for each in lacking:
        if any(each.piece in text for text in texts):
            d = each.problem
            found.append(replace(d, label=d.label or here, related=(here,) if d.label else ()))
    return found
