"""What the proof has to say of a limit: it holds whatever the data are, it may be broken, or that cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

from ..diagnostic import Diagnostic, Label, Severity
from ..findings import diagnose
from ..keywords import Path
from ..mistakes import Violation
from ..phrases import capital, list_name
from ..source import Span
from ..tree import Leaf
from .rules import Limit
from .texts import Sum, Text, arithmetic, causes, givens, longest, paths, size
from .trees import Shape


@dataclass(frozen=True, slots=True)
class Verdict:
    """`excess` is how much there may be too much; inf when nothing is known."""

    limit: Limit
    kind: Literal["too-long", "too-many", "unknown"]
    excess: float
    text: Text | None = None

    @property
    def paths(self) -> set[str]:
        """The parameters that make it so long."""
        if self.text is None:
            return set(filter(None, self.limit.reasons))
        return {given.path for given in givens(longest(self.text, self.limit.keyword))}

    @property
    def rare(self) -> bool:
        """Whether only texts of signs that few texts have are too long."""
        if self.text is None or self.kind != "too-long":
            return False
        return size(self.text, usual=True).fits(self.limit.keyword, self.limit.most)


def verdict(limit: Limit, shape: Shape) -> Verdict | None:
    """What is to be said of a limit; None when it is proved."""
    if limit.cause:
        return Verdict(limit, "unknown", inf)
    if not isinstance(limit.node, Leaf):
        if limit.number <= limit.most:
            return None
        return Verdict(limit, "unknown" if limit.number == inf else "too-many", limit.number - limit.most)
    if limit.whole:
        text: Text | None = limit.whole
        most = size(limit.whole)
    else:
        text, most = shape.measured(limit.node)
    if text is None:
        return None
    if most.fits(limit.keyword, limit.most):
        return None
    measured = most.measured(limit.keyword)
    return Verdict(limit, "unknown" if measured == inf else "too-long", measured - limit.most, text)


def told(found: Verdict, span: Span, path: Path, sites: tuple[Label, ...]) -> Diagnostic:
    """A verdict in words, at the author's own text."""
    limit = found.limit
    v = Violation(limit.keyword, limit.most, path, "", annotations=dict(limit.notes), allowed=limit.most)
    base = diagnose(v, who=limit.who, span=span)
    subject = base.title.removesuffix(" too long").removesuffix(" too large").removeprefix("Too many ")
    if found.kind == "unknown":
        return _unknown(found, base, subject, span, sites)
    if found.kind == "too-many":
        code, title = "may-be-too-many", f"Maybe too many {subject}"
        number = int(limit.number)
        label = f"up to {number} {_noun(path)}; {limit.who} allows {limit.most}"
        text, hint, names = _many_words(limit)
    else:
        assert found.text is not None
        most = int(size(found.text).measured(limit.keyword))
        code, title = "may-be-too-long", f"{subject} maybe too {'large' if limit.whole else 'long'}"
        in_all = " in all" if limit.whole else ""
        label = f"up to {most} {_units(limit.keyword)}{in_all}; {limit.who} allows {limit.most}"
        total = arithmetic(found.text, limit.keyword)
        one = not isinstance(longest(found.text, limit.keyword), Sum)
        summed = "" if one and total.endswith(f"≤ {most}") else f" = {most}"
        text = f"{limit.shown} {capital(total)}{summed} > {limit.most}.{_why(found)}".lstrip()
        hint, names = _fitting(found.text, limit)
        if found.rare and limit.keyword == _JSON:
            hint += ", or a pattern without control characters, as ^[^\\x00-\\x1f]*$"
    return Diagnostic(
        code,
        title,
        Label(span, label),
        severity=Severity.INFO if found.rare else Severity.WARNING,
        text=text,
        hint=hint,
        source=base.source,
        checked=base.checked,
        related=sites,
        parameters=names,
        pointer=limit.pointer,
        who=limit.who,
    )


def _unknown(found: Verdict, base: Diagnostic, subject: str, span: Span, sites: tuple[Label, ...]) -> Diagnostic:
    limit = found.limit
    names: tuple[str, ...] = ()
    title = "Length unknown"
    if limit.cause:
        reasons = [limit.cause]
    elif found.text is None:
        title = f"Number of {_lower(subject)} unknown"
        reasons = [f"the number of `{path}`" if path else "the number of turns" for path in limit.reasons]
    else:
        title = f"{'Size' if limit.whole else 'Length'} of {_lower(subject)} unknown"
        reasons = list(dict.fromkeys(causes(found.text)))
        names = tuple(dict.fromkeys(map(_root, filter(None, paths(found.text)))))
    shown = _and(reasons[:3]) or "what the template computes"
    label = f"nothing bounds {shown}; {limit.who} allows {limit.most}" if limit.most else f"nothing bounds {shown}"
    return Diagnostic(
        "length-unknown",
        title,
        Label(span, label),
        severity=Severity.INFO,
        text=f"{limit.shown} So it is not known whether every value fits.".lstrip(),
        hint=_bound_hint(found, reasons),
        source=base.source,
        checked=base.checked,
        related=sites,
        parameters=names,
        pointer=limit.pointer,
        who=limit.who,
    )


def _bound_hint(found: Verdict, reasons: list[str]) -> str:
    limit = found.limit
    if found.text is not None:
        free = {given.path for given in givens(found.text) if given.size.points == inf}
        if len(free) == 1 and len(reasons) == 1:
            path = free.pop()
            room = _room(found.text, path, limit)
            if room > 0:
                return f"give `{path}` a maxLength of {room} or less"
        if free:
            return f"give {_and([f'`{path}`' for path in sorted(free)])} a maxLength"
        return ""
    if not limit.cause and len(limit.reasons) == 1 and limit.reasons[0]:
        return f"give `{limit.reasons[0]}` a maxItems{f' of {limit.room} or less' if limit.room else ''}"
    return ""


def _fitting(text: Text, limit: Limit) -> tuple[str, tuple[str, ...]]:
    """The largest bound that fits, and the parameters that the text is made of."""
    chosen = longest(text, limit.keyword)
    names = tuple(dict.fromkeys(map(_root, filter(None, paths(text)))))
    over = sorted({given.path for given in givens(chosen)})
    if len(over) == 1:
        room = _room(text, over[0], limit)
        if room > 0:
            return f"give `{over[0]}` a maxLength of {room} or less", names
    elif over:
        excess = int(size(text).measured(limit.keyword) - limit.most)
        unit = " bytes" if _units(limit.keyword) == "bytes" else ""
        every = _and([f"`{path}`" for path in over])
        return f"shorten it, or give {every} a smaller maxLength: {excess}{unit} less in all", names
    return "shorten it", names


def _room(text: Text, path: str, limit: Limit) -> int:
    """The largest maxLength of a parameter with which the text fits; 0 when none does."""
    low, high = 0, limit.most + 1
    while high - low > 1:
        middle = (low + high) // 2
        if size(text, {path: middle}).fits(limit.keyword, limit.most):
            low = middle
        else:
            high = middle
    return low


def _many_words(limit: Limit) -> tuple[str, str, tuple[str, ...]]:
    names = tuple(dict.fromkeys(map(_root, filter(None, limit.reasons))))
    lists = _and([f"`{path}`" for path in limit.reasons if path])
    text = f"{capital(lists)} can have so many items: {int(limit.number)} > {limit.most}." if lists else ""
    smaller = f"a maxItems of {limit.room} or less" if limit.room else "a smaller maxItems"
    return text, f"give {lists} {smaller}" if lists else "take some out", names


def _why(found: Verdict) -> str:
    limit = found.limit
    if found.rare and found.text is not None:
        most = int(size(found.text, usual=True).measured(limit.keyword))
        why = _IN_JSON if limit.keyword == _JSON else _SIGNS
        return f" Only {why} make it so long: without them it is {most} {_units(limit.keyword)} at most."
    if limit.keyword == "x-maxUtf16":
        return f" {limit.who} counts most emoji as 2."
    if limit.keyword == "x-maxBytes":
        return f" {limit.who} counts bytes: a letter such as ä is 2, an emoji 4."
    if limit.keyword == _JSON:
        return f" {limit.who} counts bytes of JSON: a letter such as ä is 2, an emoji 4, a control character 6."
    return ""


_JSON = "x-maxJsonBytes"
_IN_JSON = "control characters, each of which takes 6 bytes in JSON, and signs like them"
_SIGNS = "signs that are written as several, as * or &,"


def _units(keyword: str) -> str:
    names = {"x-maxUtf16": "units", "x-maxBytes": "bytes", "x-maxSeptets": "units", _JSON: "bytes"}
    return names.get(keyword, "characters")


def _noun(path: Path) -> str:
    return list_name(path) or "messages"


def _root(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _and(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
