"""What WhatsApp looks at when it approves a template, asked before it is: placeholders, words, buttons, cards.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..diagnostic import Diagnostic, Label, Severity
from ..findings import diagnose
from ..keywords import Path
from ..resources import load
from ..source import Span
from ..validate import pattern, schema
from . import samples
from .lock import SENDABLE, JsonFile
from .samples import Lack
from .shape import PLACEHOLDER, Button, Shape, Text, kind_of, shape

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_BRACES = re.compile(r"\{\{|\}\}")
# the words whose spelling does not matter to the vendor
_CAPITALS = ("type", "format", "category", "parameter_format")
_COUNTED = {
    "QUICK_REPLY": ("new_template_reply_buttons", "reply"),
    "URL": ("new_template_link_buttons", "link"),
    "PHONE_NUMBER": ("new_template_call_buttons", "call"),
    "COPY_CODE": ("new_template_code_buttons", "copy code"),
    "VOICE_CALL": ("new_template_voice_call_buttons", "voice call"),
}


def limit(name: str) -> dict[str, Any]:
    """A definition of WhatsApp's limits.json."""
    found: dict[str, Any] = load("whatsapp/limits.json")["$defs"][name]
    return found


def problems(file: JsonFile) -> list[Diagnostic]:
    """What would be refused in a file: one definition, a list of them, or the vendor's list ("data")."""
    value = file.value
    data = value.get("data") if isinstance(value, dict) else None
    if isinstance(data, list):
        each: Sequence[tuple[Path, Any]] = [(("data", i), item) for i, item in enumerate(data)]
    elif isinstance(value, list):
        each = [((i,), item) for i, item in enumerate(value)]
    else:
        each = [((), value)]
    return [d for path, item in each for d in _Approval(file, path, item).problems()]


def _in_capitals(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: v.upper() if k in _CAPITALS and isinstance(v, str) else _in_capitals(v) for k, v in value.items()}
    return [_in_capitals(item) for item in value] if isinstance(value, list) else value


class _Approval:
    """One template, at `path` of its file."""

    def __init__(self, file: JsonFile, path: Path, item: Any) -> None:
        self.file = file
        self.path = path
        self.item = _in_capitals(item)
        given = self.item if isinstance(self.item, dict) else {}
        self.name = str(given.get("name") or "")
        self.category = given.get("category")
        self.named = given.get("parameter_format") == "NAMED"
        self.approved = str(given.get("status", "")).upper() == SENDABLE
        components = given.get("components")
        self.components: list[Any] = components if isinstance(components, list) else []

    def problems(self) -> Iterator[Diagnostic]:
        for diagnostic in [*self._form(), *self._content()]:
            if self.approved and diagnostic.severity is Severity.ERROR:
                text = f"It is approved as it is; changed, it would be refused. {diagnostic.text}".rstrip()
                diagnostic = replace(diagnostic, severity=Severity.WARNING, text=text)
            yield diagnostic.at(template=self.name)

    def _form(self) -> Iterator[Diagnostic]:
        rules = schema("whatsapp/template.schema.json")
        if not rules.is_clean(self.item):
            for v in rules.violations(self.item):
                unknown = v.keyword in ("additionalProperties", "x-unsupported")
                told = diagnose(v, who="WhatsApp", span=self.file.span((*self.path, *v.path), key=unknown))
                missing = not v.path and v.keyword == "required"
                yield replace(told, title=f"Template without `{v.key}`") if missing else told

    def _content(self) -> Iterator[Diagnostic]:
        whole = shape(self.components, (*self.path, "components"))
        yield from self._once()
        yield from self._where_it_may_be(whole)
        yield from self._part(whole)
        for card in whole.cards or ():
            yield from self._part(card)
        yield from self._alike(whole.cards or ())

    def _say(
        self, code: str, title: str, path: Path, label: str, hint: str = "", *, span: Span | None = None,
        rule: str = "new_template_body", severity: Severity = Severity.ERROR, text: str = "",
    ) -> Diagnostic:  # fmt: skip
        source = limit(rule)
        return Diagnostic(
            code, title, Label(span or self.file.span(path), label), severity=severity, text=text, hint=hint,
            source=source["x-source"], checked=source["x-checked"], who="WhatsApp",
        )  # fmt: skip

    # the template as a whole

    def _once(self) -> Iterator[Diagnostic]:
        seen: set[str] = set()
        for index, component in enumerate(self.components):
            kind = component.get("type") if isinstance(component, dict) else None
            if isinstance(kind, str) and kind in seen:
                path = (*self.path, "components", index)
                label, hint = f"there is a {kind} already", "take one of them out"
                yield self._say("duplicate-value", f"{kind} given twice", (*path, "type"), label, hint)
            seen.add(str(kind))
        if self.components and "BODY" not in seen:
            label, hint = "no component has the type BODY", 'add {"type": "BODY", "text": "…"}'
            yield self._say("missing-field", "No text", (*self.path, "components"), label, hint)

    def _where_it_may_be(self, whole: Shape) -> Iterator[Diagnostic]:
        if (whole.cards is not None or whole.offer) and self.category in ("UTILITY", "AUTHENTICATION"):
            what = "cards" if whole.cards is not None else "an offer for a limited time"
            label, hint = f"a template with {what} is for MARKETING", "make it a MARKETING template"
            yield self._say(
                "unsupported-content", "Not in this category", (*self.path, "category"), label, hint,
                rule="new_template_offer",
            )  # fmt: skip
        for index, component in enumerate(self.components):
            if whole.offer and isinstance(component, dict) and component.get("type") == "FOOTER":
                path = (*self.path, "components", index, "type")
                label = "an offer for a limited time has no footer"
                yield self._say(
                    "unsupported-field", "Footer not possible", path, label, "take it out", rule="new_template_footer"
                )

    def _part(self, part: Shape) -> Iterator[Diagnostic]:
        if part.header is not None:
            yield from self._placeholders(part.header)
            yield from self._header(part.header)
        if part.body is not None:
            yield from self._placeholders(part.body)
            if self.category != "AUTHENTICATION":  # WhatsApp writes those itself
                yield from self._edges(part.body)
                yield from self._words(part.body)
            if part.offer:
                yield from self._offer(part.body)
        yield from self._buttons(part.buttons)
        if not self.approved:
            yield from self._samples(part)

    def _samples(self, part: Shape) -> Iterator[Diagnostic]:
        """What WhatsApp shows to those who look at the template, in place of its placeholders."""
        for path, lack in self._lacking(part):
            span = None
            if lack.text is not None:
                found = PLACEHOLDER.finditer(lack.text.text)
                span = self._span(lack.text, next(match for match in found if match[1] == lack.name))
            yield self._say(
                "missing-sample", "Sample missing", path, lack.label, lack.hint, span=span, rule="new_template_example",
                text="WhatsApp takes no new template without samples of what its placeholders stand for.",
            )  # fmt: skip

    def _lacking(self, part: Shape) -> Iterator[tuple[Path, Lack]]:
        components = self._within(part.path)
        for index, component in enumerate(components if isinstance(components, list) else ()):
            path = (*part.path, index)
            kind = kind_of(component) if isinstance(component, dict) else ""
            text = {"HEADER": part.header, "BODY": part.body}.get(kind)
            if text is not None and text.path[:-1] == path:
                if kind == "HEADER" or self.category != "AUTHENTICATION":  # WhatsApp writes that text itself
                    yield from ((path, lack) for lack in samples.of_text(component, text, named=self.named))
            elif kind == "HEADER":
                yield from (((*path, "format"), lack) for lack in samples.of_file(component, part.media))
        for button in part.buttons:
            given = self._within(button.path)
            if isinstance(given, dict) and self.category != "AUTHENTICATION":
                yield from (((*button.path, "type"), lack) for lack in samples.of_button(given, button))

    def _within(self, path: Path) -> Any:
        """What stands at a path of the file, within this template; nothing where there is nothing."""
        found = self.item
        try:
            for step in path[len(self.path) :]:
                found = found[step]
        except (LookupError, TypeError):
            return None
        return found

    # texts

    def _span(self, text: Text, match: re.Match[str]) -> Span:
        """A part of a text, in the file, where the text may be written with escapes."""
        whole = self.file.span(text.path)
        at = -1
        for _ in range(text.text.count(match[0], 0, match.start()) + 1):
            at = whole.text.find(match[0], at + 1)
        return whole if at < 0 else Span(whole.source, whole.start + at, whole.start + at + len(match[0]))

    def _placeholders(self, text: Text) -> Iterator[Diagnostic]:
        """Numbered from 1 without a gap, or all by name, as the template says; and closed."""
        rest = PLACEHOLDER.sub(lambda match: " " * len(match[0]), text.text)
        if open_ := _BRACES.search(rest):
            label, hint = "this is no placeholder", "write it as {{1}} or {{first_name}}"
            span = self._span(text, open_)
            yield self._say("placeholder-numbering", "Placeholder not closed", text.path, label, hint, span=span)
            return
        matches = {match[1]: match for match in reversed(list(PLACEHOLDER.finditer(text.text)))}
        letters = pattern(limit("template_parameter_name")["pattern"])
        for name in text.names:
            numbered, span = name.isdigit(), self._span(text, matches[name])
            if not letters.is_valid(name):
                label = f"`{name}` is no name of a placeholder"
                hint = "numbers from 1, or names of lower-case letters and _"
            elif self.named and numbered:
                label, hint = "a number, though the template's placeholders have names", "give it a name"
            elif not self.named and not numbered:
                label = "a name, though the template's placeholders have numbers"
                hint = 'number them, or say "parameter_format": "NAMED"'
            else:
                continue
            yield self._say(
                "placeholder-numbering", f"Placeholder `{name}`", text.path, label, hint, span=span,
                rule="template_parameter_name",
            )  # fmt: skip
            return
        numbers = sorted(int(name) for name in text.names if name.isdigit())
        for wanted, number in enumerate(numbers, 1):
            if number != wanted:
                yield self._say(
                    "placeholder-numbering", "Placeholders not in order", text.path,
                    f"there is no {{{{{wanted}}}}}", "number them from 1, without a gap",
                    span=self._span(text, matches[str(number)]), rule="template_positions",
                )  # fmt: skip
                return

    def _edges(self, text: Text) -> Iterator[Diagnostic]:
        """No placeholder first or last; one that only a full stop follows is taken for last too."""
        found = list(PLACEHOLDER.finditer(text.text))
        if not found:
            return
        for match, outside, where in (
            (found[0], text.text[: found[0].start()], "begins"),
            (found[-1], text.text[found[-1].end() :], "ends"),
        ):
            if _WORD.search(outside):
                continue
            bare = not outside.strip()
            if not bare and self.approved:
                continue
            yield self._say(
                "placeholder-at-edge", "Placeholder at the edge of the text", text.path,
                f"the text {where} with it" if bare else f"the text {where} with it, but for a sign",
                f"put a word {'before' if where == 'begins' else 'behind'} it", span=self._span(text, match),
                severity=Severity.ERROR if bare else Severity.WARNING,
                text="WhatsApp refuses a text that begins or ends with a placeholder (error 2388299).",
            )  # fmt: skip

    def _words(self, text: Text) -> Iterator[Diagnostic]:
        each, count = int(limit("new_template_words")["minimum"]), len(text.names)
        words = len(_WORD.findall(PLACEHOLDER.sub(" ", text.text)))
        if count and words <= each * count and not self.approved:
            yield self._say(
                "too-few-words", "Too few words for the placeholders", text.path,
                f"{_count(words, 'word')} and {_count(count, 'placeholder')}",
                f"write {_count(each * count + 1 - words, 'word')} more, or take out a placeholder",
                rule="new_template_words", severity=Severity.WARNING,
                text="WhatsApp refuses a text with too many placeholders for its length (error 2388293). It gives no "
                "number; more than two words for each have been enough.",
            )  # fmt: skip

    def _header(self, text: Text) -> Iterator[Diagnostic]:
        most = int(limit("new_template_header_variables")["maxItems"])
        if len(text.names) > most:
            second = next(match for match in PLACEHOLDER.finditer(text.text) if match[1] == text.names[most])
            yield self._say(
                "too-many-items", "Too many placeholders in the header", text.path,
                f"{len(text.names)} placeholders; WhatsApp allows {most}", "put it into the text",
                span=self._span(text, second), rule="new_template_header_variables",
            )  # fmt: skip

    def _offer(self, text: Text) -> Iterator[Diagnostic]:
        most = int(limit("new_template_offer_body")["maxLength"])
        if most < len(text.text) <= int(limit("new_template_body")["maxLength"]):
            yield self._say(
                "text-too-long", "Text too long", text.path,
                f"{len(text.text)} characters; WhatsApp allows {most} with an offer",
                f"shorten it by {_count(len(text.text) - most, 'character')}", rule="new_template_offer_body",
            )  # fmt: skip

    # buttons and cards

    def _buttons(self, buttons: Sequence[Button]) -> Iterator[Diagnostic]:
        counts: Counter[str] = Counter()
        for button in buttons:
            counts[button.kind] += 1
            if button.kind in _COUNTED:
                rule, noun = _COUNTED[button.kind]
                most = int(limit(rule)["maxItems"])
                if counts[button.kind] == most + 1 and len(buttons) <= int(limit("new_template_buttons")["maxItems"]):
                    total = sum(each.kind == button.kind for each in buttons)
                    label = f"{_count(total, f'{noun} button')}; WhatsApp allows {most}"
                    hint = f"take out {_count(total - most, f'{noun} button')}"
                    yield self._say("too-many-buttons", f"Too many {noun} buttons", button.path, label, hint, rule=rule)
            if button.url is not None:
                yield from self._address(button.url)
        yield from self._groups(buttons)

    def _groups(self, buttons: Sequence[Button]) -> Iterator[Diagnostic]:
        """Replies stand together, and so do all others."""
        replies = [button.kind == "QUICK_REPLY" for button in buttons]
        changes = [i for i in range(1, len(replies)) if replies[i] != replies[i - 1]]
        if len(changes) > 1:
            label = "replies again" if replies[changes[1]] else "after the replies, others than replies again"
            yield self._say(
                "button-mix", "Buttons in mixed order", (*buttons[changes[1]].path, "type"), label,
                "put all replies together, before or after the others", rule="new_template_buttons",
                text="Replies stand together in one group, all other buttons in another.",
            )  # fmt: skip

    def _address(self, url: Text) -> Iterator[Diagnostic]:
        found = list(PLACEHOLDER.finditer(url.text))
        if not found or (len(found) == 1 and found[0].end() == len(url.text)):
            return
        label = "one placeholder is possible, at the very end" if len(found) > 1 else "not at the very end"
        yield self._say(
            "bad-url", "Placeholder within an address", url.path, label, "end the address with the placeholder",
            span=self._span(url, found[0]), rule="new_template_url",
        )  # fmt: skip

    def _alike(self, cards: Sequence[Shape]) -> Iterator[Diagnostic]:
        """Every card has the same kind of header, the same buttons, and a text or none."""
        for card in cards[1:]:
            first = cards[0]
            for what, own, others in (
                ("header", card.media, first.media),
                ("text", card.body is not None, first.body is not None),
                ("buttons", [b.kind for b in card.buttons], [b.kind for b in first.buttons]),
            ):
                if own != others:
                    yield self._say(
                        "cards-differ", "Cards differ", card.path[:-1], f"its {what} differs from the first card's",
                        "make all cards alike", rule="new_template_card_buttons",
                    )  # fmt: skip
                    break


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def count_of(value: Mapping[str, Any] | Any) -> int:
    """How many templates a file has."""
    data = value.get("data") if isinstance(value, dict) else value
    return len(data) if isinstance(data, list) else 1
