"""What the judges found, told at the author's text: place, measured value, the parameters behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .channels import Channel
from .diagnostic import Diagnostic, Label, Severity
from .document import Document
from .findings import diagnose
from .judge import GENESYS, Finding, Rule
from .marks import Path, Unreadable
from .markup import Kind, kinds_of
from .mistakes import Violation
from .places import Places, leaf_at
from .reasons import of_value
from .source import Span
from .translations import at_translation
from .tree import Leaf, NotText, Tree, origins, pointer_of, walk

# what is said of a name, not of its value
_OF_THE_NAME = frozenset({"additionalProperties", "x-unsupported", "false"})


# How the pointer of a leaf begins that came from the address, not from the message.
ADDRESS = "address:"


def diagnostics_of(findings: Iterable[Finding], document: Document, places: Places) -> list[Diagnostic]:
    """The diagnostics of a document's findings."""
    return [_diagnostic(f.violation, f.who, document, places) for f in findings]


def lowered_diagnostics(
    findings: Iterable[Finding], tree: Tree, document: Document, places: Places
) -> list[Diagnostic]:
    """The diagnostics of a message that lowering has made, at what it was made of."""
    sources = origins(tree)
    found = []
    for f in findings:
        v = f.violation
        moved = replace(
            v, path=message_path(v.path, sources), others=tuple(message_path(other, sources) for other in v.others)
        )
        found.append(_diagnostic(moved, f.who, document, places, leaf_at(tree, v.path)))
    return found


def payload_diagnostics(rule: Rule, tree: Tree, body: Any, document: Document, places: Places) -> list[Diagnostic]:
    """What a payload schema has against a body, at the part of the message it came from."""
    sources = origins(tree)
    found = []
    for v in rule.schema.violations(body):
        source = sources.get(pointer_of(v.path), "")
        if source.startswith(ADDRESS):
            found.append(_of_address(v, rule.who, source.removeprefix(ADDRESS)))
            continue
        path = message_path(v.path, sources)
        others = tuple(message_path(other, sources) for other in v.others)
        diagnostic = _diagnostic(replace(v, path=path, others=others), rule.who, document, places)
        found.append(replace(diagnostic, pointer=pointer_of(v.path)))
    return found


def _of_address(v: Violation, who: str, field: str) -> Diagnostic:
    """A wrong address has no place in the template; it is named instead."""
    return replace(diagnose(v, who=who), title=f"Wrong address field `{field}`", pointer=pointer_of(v.path))


def message_path(path: Path, sources: dict[str, str]) -> Path:
    """Where in the message the part of a payload came from: itself, or the first leaf in it, or above it."""
    for end in range(len(path), -1, -1):
        pointer = pointer_of(path[:end])
        for place, source in sources.items():
            if source.startswith(ADDRESS):
                continue
            if place == pointer or place.startswith(f"{pointer}/"):
                steps = steps_of(source)
                if place != pointer:
                    steps = steps[: max(1, len(steps) - 1)] if end == len(path) else steps[:-1]
                return steps
    return ()


def steps_of(pointer: str) -> Path:
    """A JSON pointer as a path."""
    steps = pointer.split("/")[1:]
    return tuple(int(s) if s.isdigit() else s.replace("~1", "/").replace("~0", "~") for s in steps)


def _diagnostic(v: Violation, who: str, document: Document, places: Places, measured: Leaf | None = None) -> Diagnostic:
    """`measured` is the text at fault, when it is not the one that stands there."""
    path, key = _spot(v)
    start, end = places.offsets(document, path, key=key)
    span = places.skeleton(start, end)
    others = [places.skeleton(*places.offsets(document, other)) for other in v.others]
    told = diagnose(v, who=who, span=span, others=others)
    related: tuple[Label, ...] = tuple(r for r in told.related if r.span != span)
    leaf = measured or leaf_at(document.root, v.path)
    parameters = places.parameters(leaf) if leaf is not None and leaf.holes else ()
    told = replace(
        told,
        related=related + tuple(site for site in places.sites(start) if site.span != span),
        parameters=parameters,
        who=who,
        hint=_hint(told, v, leaf, parameters, span.text),
    )
    return told if key else at_translation(places, start, end, told)


def _spot(v: Violation) -> tuple[Path, bool]:
    """The node to point at, and whether at its name: of too many, the first one too many."""
    if v.keyword in _OF_THE_NAME:
        return v.path, True
    if v.keyword == "maxItems" and isinstance(v.value, list):
        return (*v.path, int(v.limit)), False
    if v.keyword in ("minItems", "type") and v.path and isinstance(v.path[-1], str):
        return v.path, v.keyword == "minItems"
    return v.path, False


def _hint(told: Diagnostic, v: Violation, leaf: Leaf | None, parameters: tuple[str, ...], written: str) -> str:
    """For a text that is too long because of one parameter: the bound that would keep it short enough."""
    if v.keyword == "type" and leaf is not None and leaf.bare and told.hint.startswith("put it in quotes"):
        return f'put it in quotes: "{written}"'  # what she wrote, not what it came to
    if (
        told.code != "text-too-long"
        or leaf is None
        or leaf.parts is None
        or len(parameters) != 1
        or len(leaf.holes) != 1
    ):
        return told.hint
    if v.allowed is None or v.keyword not in ("maxLength", "x-maxUtf16", "x-maxGraphemes"):
        return told.hint
    room = v.allowed - sum(len(part) for part in leaf.parts if isinstance(part, str))
    if room < 1:
        return told.hint
    shorten = told.hint or "shorten it"
    return f"{shorten}, or give `{parameters[0]}` a maxLength of {room}"


def lost_markup(
    messages: Iterable[Tree], channel: Channel, *, printed: bool, document: Document, places: Places
) -> list[Diagnostic]:
    """A warning when a text's inline markup is not shown. `printed`: by the channel's own API, which may know it."""
    kinds: frozenset[str] = channel.markup if printed else frozenset()
    lost: list[tuple[str, list[Kind]]] = []

    def visit(pointer: str, node: Tree) -> None:
        if isinstance(node, Leaf) and node.marked is not None and "/fallback" not in pointer:
            known: frozenset[str] = kinds if pointer.rpartition("/")[2] in channel.marked else frozenset()
            if gone := [kind for kind in kinds_of(node) if kind not in known]:
                lost.append((node.pointer, gone))

    for message in messages:
        walk(message, visit)
    if not lost:
        return []
    spans = [places.skeleton(*places.offsets(document, steps_of(pointer))) for pointer, _ in lost]
    count = sum(len(gone) for _, gone in lost)
    names = ", ".join(dict.fromkeys(kind for _, gone in lost for kind in gone))
    through = channel.title if printed else f"{channel.title} through {GENESYS}"
    return [
        Diagnostic(
            "lost-markup",
            "Markup lost",
            Label(spans[0], f"{count} {'piece' if count == 1 else 'pieces'} of markup lost: {names}"),
            severity=Severity.WARNING,
            text=f"{through} shows this as plain text.",
            hint="nothing needs to be done; to be rid of the warning, write a version for this channel without it",
            related=tuple(Label(span, "and here") for span in dict.fromkeys(spans[1:])),
        )
    ]


def unreadable(problem: Unreadable, places: Places) -> Diagnostic:
    """A skeleton that cannot be read, at the text that made it."""
    span = places.skeleton(problem.start, problem.end)
    related = [Label(places.skeleton(start, end), text) for start, end, text in problem.related]
    hint = problem.hint
    if any(label.span.source is not span.source for label in related) and "line break" in hint:
        hint = "leave out the file's last line break: {% filter trim %}{% include '…' %}{% endfilter %}"
    return Diagnostic(
        problem.code,
        problem.title,
        Label(span, problem.label),
        text=problem.text,
        hint=hint,
        related=tuple(label for label in related if not _in_line(label.span, span)) + places.sites(problem.start),
    )


def _in_line(a: Span, b: Span) -> bool:
    """Whether one stands in the line of the other, where both can be seen at once."""
    return a.source is b.source and a.source.position(a.start)[0] == b.source.position(b.start)[0]


def not_text(problem: NotText, places: Places) -> Diagnostic:
    """A value without a text form, at the hole that printed it."""
    what, hint = of_value(problem.value)
    return Diagnostic(
        "value-not-text",
        f"{what[0].upper()}{what[1:]} within a text",
        Label(places.hole(problem.hole), f"this is {what}"),
        text="It would be shown to the customer as computer language.",
        hint=hint,
    )
