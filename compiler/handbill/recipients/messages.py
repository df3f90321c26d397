"""The message of every recipient in a file: rows → payloads, each mistake at the template and at the row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .. import names
from ..channels import Channel
from ..contracts import ContextRules, check_front_matter
from ..diagnostic import Diagnostic, Failed, Label, Severity
from ..gateways import direct
from ..names import known_channel
from ..pipeline import Compiler, Result, to_json
from .rows import Recipients, Row


@dataclass(frozen=True, slots=True)
class Compiled:
    """The message of one recipient."""

    row: Row
    payload: bytes | None  # compact JSON with a line feed: the body, or a list of bodies; None when there is none
    found: tuple[Diagnostic, ...] = ()  # at the recipient's line, or with it beside the template's


def one_of(channel: Channel) -> tuple[str, ...]:
    """The address fields of which the channel's own API needs one, whichever."""
    return tuple(channel.data.get("address", {}).get("one_of", ()))


def recipients_of(
    compiler: Compiler,
    name: str,
    channel: str,
    via: str | None,
    path: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    address: Mapping[str, str] | None = None,
    shown: str = "",
    locale: str = "",
    addressed: bool = True,
    also: Sequence[str] = (),
) -> Recipients:
    """The recipients of a template, in a file; see `Recipients` for what is given with them.

    When they are not `addressed`, no column is part of an address, and none needs to be there.

    Raises Failed for a template that is wrong whatever the values, for a file that is none of ours or has not the
    columns that are needed, and for an unknown name.
    """
    template = compiler.project.template(name, channel, locale)
    gateway = compiler.via(template, via, channel)
    for each in dict.fromkeys((compiler.base(name), template)):
        problems = check_front_matter(each) + names.problems(compiler.project, each, gateway.NAME)
        if any(d.severity is Severity.ERROR for d in problems):
            raise Failed(*(d.at(template=name, channel=channel, gateway=gateway.NAME) for d in problems))
    rules = ContextRules(template if template.contract.has_params else compiler.base(name))
    target = known_channel(channel)
    return Recipients(
        path, rules, gateway.fields(target) if addressed else (), mapping=mapping, address=address, shown=shown,
        one_of=one_of(target) if gateway is direct and addressed else (), locales=compiler.project.locales,
        locale=locale, also=also,
    )  # fmt: skip


def compiled(
    compiler: Compiler,
    name: str,
    channel: str,
    via: str | None,
    recipients: Recipients,
    locale: str = "",
    rows: Iterable[Row] | None = None,
) -> Iterator[Compiled]:
    """Every row, or these `rows` of the file, in order, one at a time.

    Raises Failed for a file of which the rest cannot be read.
    """
    gateway = compiler.via(compiler.project.template(name, channel, locale), via, channel).NAME
    where = {"template": name, "channel": channel, "gateway": gateway}
    current: Row

    def items() -> Iterator[tuple[Mapping[str, object], Mapping[str, str], str]]:
        while True:
            yield current.values, current.address, current.locale

    results = compiler.stream(name, channel, via, items())
    for current in recipients if rows is None else rows:
        if current.problem is not None:
            yield Compiled(current, None, (current.problem.at(**where),))
            continue
        result = next(results)
        yield Compiled(current, result) if isinstance(result, bytes) else told(current, result, recipients)


def told(row: Row, result: Result, recipients: Recipients) -> Compiled:
    """A message of which there is something to say: beside the template's place, that of the recipient."""
    found = []
    for d in result.diagnostics:
        spans = [] if d.code.startswith("lost-") else recipients.places(row, d.parameters)  # not one recipient's
        said = "the value is here" if d.parameters else "for this recipient"
        found.append(replace(d, related=(*d.related, *(Label(span, said) for span in spans))))
    return Compiled(row, to_json(result.payload, compact=True) if result.ok else None, tuple(found))
