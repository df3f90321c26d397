"""What has changed in the payloads of a project, for people, for programs, and for a pull request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..diagnostic import Diagnostic, merged
from ..diff.comparison import Compared, Detail, Difference, Length, Parts
from ..tree import pointer_of
from .json import dumps
from .printable import printable, quoted
from .text import counted, listed

_SHORT = 60  # characters of two values that stand in one line
_WIDE = 100  # characters of a value that are shown
_BEFORE = 24  # of them before the first that differs
SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": ">"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared with what."""

    revision: str  # as it was asked for
    commit: str
    templates: Sequence[Compared]

    @property
    def differing(self) -> list[Compared]:
        return [each for each in self.templates if each.differs]


def text(comparison: Comparison) -> str:
    """Each template with what is different, the same for several channels once."""
    told = [_template(each, comparison.revision) for each in comparison.templates]
    return "\n".join("".join(f"{line}\n" for line in lines) for each in told if (lines := list(each)))


def summary(comparison: Comparison) -> str:
    """One closing line."""
    words = {"changed": "changed", "new": "new", "removed": "removed", "renamed": "renamed"}
    counts = {status: sum(each.status == status for each in comparison.differing) for status in words}
    since = f"since {printable(comparison.revision)} ({comparison.commit[:9]})"
    if not any(counts.values()):
        return f"no payload has changed {since}"
    said = ", ".join(f"{count} {words[status]}" for status, count in counts.items() if count)
    payloads = sum(_payloads(each) for each in comparison.differing)
    return f"{counted(len(comparison.differing), 'template')} {since}: {said}; {counted(payloads, 'payload')} differ"


def _payloads(each: Compared) -> int:
    if each.status in ("new", "removed"):
        return each.payloads
    return sum(d.status != "failing" for d in each.differences)


def _template(each: Compared, revision: str) -> Iterator[str]:
    said = head(each)
    groups = grouped(each)
    if not said and not groups:
        return
    yield printable(each.name) + (f": {said}" if said else "")
    for where, difference in groups:
        if difference.status != "changed":
            yield f"  {where}: {status(difference, revision)}"
            yield from (f"    {problem}" for problem in problems(difference.problems))
        else:
            yield f"  {where}"
            yield from (f"    {line}" for detail in difference.details for line in _detail(detail))
        if difference.parts and costs(difference.parts):
            yield f"    SMS: {costs(difference.parts)}"


def head(each: Compared) -> str:
    if each.status == "renamed":
        same = "" if any(d.status == "changed" for d in each.differences) else ", otherwise the same"
        return f"renamed from {printable(each.was)}{same}"
    if each.status in ("new", "removed"):
        channels = list(dict.fromkeys(d.target[0] for d in each.differences if d.target[0]))
        on = f", on {listed(channels)}" if channels and each.status == "new" else ""
        return f"{each.status}{on}"
    return ""


def grouped(each: Compared) -> list[tuple[str, Difference]]:
    """What is different, with the targets of which the same is to be said."""
    groups: dict[str, list[Difference]] = {}
    for difference in each.differences:
        if each.status in ("new", "removed") and not difference.problems and not difference.parts:
            continue
        key = f"{difference.status} {difference.details!r} {difference.parts!r} {problems(difference.problems)}"
        groups.setdefault(key, []).append(difference)
    return [(_where(same), same[0]) for same in groups.values()]


def _where(differences: Sequence[Difference]) -> str:
    """The channels; of examples and locales those, unless it is the same for all."""
    said: dict[tuple[str, str], list[str]] = {}
    for d in differences:
        said.setdefault((d.target[1], d.target[2]), []).append(d.target[0])
    groups: dict[str, list[str]] = {}
    for (example, locale), channels in said.items():
        about = [f"example `{printable(example)}`"] if example else []
        about += [printable(locale)] if locale else []
        groups.setdefault(", ".join(filter(None, channels)), []).append(", ".join(about))
    parts = []
    for names, abouts in groups.items():
        told = "; ".join(filter(None, abouts))
        parts.append((names or "all") + (f" ({told})" if told else ""))
    return "; ".join(parts)


def status(difference: Difference, revision: str) -> str:
    at = printable(revision)
    compiles = not difference.problems
    return {
        "added": "new" if compiles else "new, and does not compile",
        "removed": "removed" if compiles else f"removed, and did not compile at {at}",
        "broken": "no longer compiles",
        "mended": f"compiles now; at {at} it did not",
        "failing": f"does not compile, neither now nor at {at}",
        "changed": "changed",
    }[difference.status]


def problems(problems: Iterable[Diagnostic]) -> list[str]:
    """Each problem in a line: what, and where."""
    found = []
    for d in merged(problems):
        place = ""
        if d.label:
            line, column = d.label.span.source.position(d.label.span.start)
            place = f"{d.label.span.source.path}:{line}:{column}: "
        found.append(printable(f"{place}{d.code}: {d.label.text if d.label and d.label.text else d.title}"))
    return list(dict.fromkeys(found))


def _detail(detail: Detail) -> Iterator[str]:
    change, sign = detail.change, SIGNS[detail.change.kind]
    path, size = path_of(change.path), length(detail.length)
    after = f"  {size}" if size else ""
    if change.kind == "moved":
        yield f"{sign} {path}: was {path_of(change.before_path)}"
    elif change.kind != "changed":
        value = change.after if change.kind == "added" else change.before
        yield f"{sign} {path}: {value_of(value)}{after}"
    else:
        was, now = both(change.before, change.after)
        if len(was) + len(now) <= _SHORT:
            yield f"{sign} {path}: {was} → {now}{after}"
        else:
            yield f"{sign} {path}:{f' {size}' if size else ''}"
            yield f"    - {was}"
            yield f"    + {now}"


def path_of(path: Sequence[str | int]) -> str:
    """`content.buttons[0].text`; a name that is no word in brackets and quotes."""
    said = ""
    for step in path:
        if isinstance(step, int):
            said += f"[{step}]"
        elif step.isidentifier():
            said += f".{step}" if said else step
        else:
            said += f"[{quoted(step)}]"
    return said or "all of it"


def length(size: Length | None) -> str:
    """ "3 → 10 of 20 characters"."""
    if size is None:
        return ""
    sizes = [f"{n:,}" for n in (size.before, size.after) if n is not None]
    if len(sizes) == 2 and sizes[0] == sizes[1]:
        sizes = sizes[:1]
    return f"{' → '.join(sizes)}{f' of {size.most:,}' if size.most else ''} {size.unit}"


def costs(parts: Parts) -> str:
    """What it costs more or less; nothing when it is as before."""
    if parts.before == parts.after and parts.encodings_before == parts.encodings_after:
        return ""
    sides = [f"{counted(n, 'part')}{f' ({listed(how)})' if how else ''}" for n, how in _sides(parts) if n]
    return " → ".join(sides)


def _sides(parts: Parts) -> list[tuple[int, tuple[str, ...]]]:
    return [(parts.before, parts.encodings_before), (parts.after, parts.encodings_after)]


def value_of(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value, _WIDE)
    shown = printable(json.dumps(value, ensure_ascii=False))
    return shown if len(shown) <= _WIDE else f"{shown[:_WIDE]}…"


def both(before: Any, after: Any) -> tuple[str, str]:
    """Two values; of long texts the neighbourhood of what differs."""
    if not (isinstance(before, str) and isinstance(after, str)) or max(len(before), len(after)) <= _WIDE:
        return value_of(before), value_of(after)
    same = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, min(same, len(before), len(after)) - _BEFORE)
    return _stretch(before, start), _stretch(after, start)


def _stretch(value: str, start: int) -> str:
    cut = value[start : start + _WIDE - 2]
    opening, closing = ("…" if start else ""), ("…" if start + len(cut) < len(value) else "")
    return f"{opening}{quoted(cut, _WIDE)}{closing}"


# for programs


def as_json(comparison: Comparison) -> str:
    """One object; of every template that differs, or that does not compile."""
    return dumps(
        {
            "revision": comparison.revision,
            "commit": comparison.commit,
            "changed": len(comparison.differing),
            "templates": [_object(each) for each in comparison.templates if each.differs or each.differences],
        }
    )


def _object(each: Compared) -> dict[str, Any]:
    return {
        "name": each.name,
        "status": each.status,
        "was": each.was if each.was != each.name else "",
        "payloads": [_payload(difference) for difference in each.differences],
    }


def _payload(d: Difference) -> dict[str, Any]:
    channel, example, locale = d.target
    return {
        "channel": channel,
        "example": example,
        "locale": locale,
        "status": d.status,
        "changes": [_change(detail) for detail in d.details],
        "sms_parts": {"before": d.parts.before, "after": d.parts.after} if d.parts else None,
        "problems": problems(d.problems),
    }


def _change(detail: Detail) -> dict[str, Any]:
    change, size = detail.change, detail.length
    told: dict[str, Any] = {"kind": change.kind, "pointer": pointer_of(change.path)}
    if change.kind in ("changed", "moved") and change.before_path != change.path:
        told["pointer_before"] = pointer_of(change.before_path)
    if change.kind in ("removed", "changed"):
        told["before"] = change.before
    if change.kind in ("added", "changed"):
        told["after"] = change.after
    if size:
        told["length"] = {"before": size.before, "after": size.after, "limit": size.most, "unit": size.unit}
    return told
