"""Handbill within a program.

    import handbill

    shipped = handbill.load("campaigns").template("order_shipped")
    payload = shipped.compile({"first_name": "Zoë", "order_id": "A-1042", "days": 1}, channel="whatsapp")
    payload.data  # the JSON that the gateway accepts, as dict and list
    payload.json()  # the same as bytes: compact, with a line feed

    for line in shipped.compile_many(contexts, channel="whatsapp", via="direct"):
        ...  # bytes, one message each, in order

What is loaded can be shared by threads, and pickled: another process loads it anew from its folder. Nothing
here prints, and nothing touches the network.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from .diagnostic import Diagnostic, Failed
from .filtering import Filter
from .pipeline import Compiler, Result, to_json
from .project import find
from .report.text import report

# A context: the values of a template's parameters, by name. Plain data: dict, list, str, int, float, bool, None.
Context: TypeAlias = Mapping[str, Any]
# Who a message goes to: the values of a gateway's address fields, such as {"to": "+49…"}.
Address: TypeAlias = Mapping[str, str]
# What is called with a message's number, from 0, and what is to be said about it.
Told: TypeAlias = Callable[[int, Sequence[Diagnostic]], None]


class CompileError(Exception):
    """A message that a channel would refuse, or a project that makes no sense. str() is the report.

    `diagnostics` are the findings: each has `code`, `severity`, `title`, `label` (place and figure), `text`, `hint`.
    `index` is the message's number, from 0, when it is one of many.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic], index: int | None = None) -> None:
        super().__init__(diagnostics, index)
        self.diagnostics = list(diagnostics)
        self.index = index

    def __str__(self) -> str:
        where = f"message {self.index}: " if self.index is not None else ""
        return where + report(self.diagnostics).rstrip("\n")


class CompileWarning(UserWarning):
    """What a channel will show, but poorer than it was meant."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What goes out for one context: one JSON body, or several where a template is a sequence of messages."""

    bodies: tuple[Any, ...]  # plain JSON, one a request
    diagnostics: tuple[Diagnostic, ...] = ()  # warnings and remarks; errors raise CompileError

    @property
    def data(self) -> Any:
        """The one body; the list of them when there are several."""
        return self.bodies[0] if len(self.bodies) == 1 else list(self.bodies)

    def json(self, *, indent: bool = False) -> bytes:
        """`data` in UTF-8 with a line feed at the end, as `handbill compile` writes it; compact unless indented."""
        return to_json(self.data, compact=not indent)


class Project:
    """A project's templates. Use `load`."""

    def __init__(
        self, folder: str | None, policy: str | None, fail_on: tuple[str, ...], filters: tuple[Filter[Any, Any], ...]
    ) -> None:
        self._options = (policy, fail_on, filters)
        with _told():
            project = find(Path(folder) if folder is not None else None)
            self._compiler = Compiler(project, policy=policy, fail_on=fail_on, filters=filters)
        self.root = project.root

    def __reduce__(self) -> tuple[Any, ...]:
        return Project, (str(self.root), *self._options)

    def names(self) -> list[str]:
        """The names of all templates, sorted; a name may hold folders ("winter/greeting")."""
        return list(self._compiler.project.names())

    def template(self, name: str) -> Template:
        """One template, by its name. Raises CompileError for one that is not there or cannot be read."""
        with _told():
            self._compiler.base(name)
        return Template(self, name)


class Template:
    """One template of a project: contexts go in, payloads come out. Use `Project.template`.

    `channel` is where the customer reads ("whatsapp"), `via` who takes the payload ("direct", "genesys-event"…; by
    default what the template and the project say), `locale` one of the project's languages (by default its own).
    """

    def __init__(self, project: Project, name: str) -> None:
        self.project = project
        self.name = name

    def __reduce__(self) -> tuple[Any, ...]:
        return Template, (self.project, self.name)

    def __repr__(self) -> str:
        return f"<handbill.Template {self.name!r} of {str(self.project.root)!r}>"

    def compile(
        self,
        context: Context,
        *,
        channel: str,
        via: str | None = None,
        locale: str = "",
        address: Address | None = None,
    ) -> Payload:
        """One message. Without an address the payload has none, as `handbill compile` shows it.

        Raises CompileError when there is an error: in the template, in the context, in what the channel takes.
        """
        with _told():
            result = self.project._compiler.compile(self.name, channel, via, context, address=address, locale=locale)
        if result.bodies is None:
            raise CompileError(result.diagnostics)
        return Payload(tuple(result.bodies), tuple(result.diagnostics))

    def compile_many(
        self,
        contexts: Iterable[Context],
        *,
        channel: str,
        via: str | None = None,
        locale: str = "",
        told: Told | None = None,
    ) -> Iterator[bytes]:
        """A message for each context, in order: `Payload.json()` of each, and much faster.

        Contexts are taken one at a time, so a million of them need no memory. A message with errors raises
        CompileError, with its `index`; given `told`, that is called instead and the message is left out.
        Warnings go to `told`, too, else to Python's `warnings` as CompileWarning; what is lost by lowering is said of
        the first message that loses it. Raises CompileError at once for an unknown channel, gateway or locale.
        """
        compiler = self.project._compiler
        with _told():
            compiler.line(self.name, channel, via, locale)
            made = compiler.many(self.name, channel, via, contexts, locale=locale)
        return _bytes(made, told)


def load(
    project: str | os.PathLike[str] | None = None,
    *,
    policy: str | None = None,
    fail_on: Iterable[str] = (),
    filters: Iterable[Filter[Any, Any]] = (),
) -> Project:
    """The project in a folder; without one, the nearest upward from here, as for the command line.

    `policy`, "strict" or "adapt", goes before what the project and the template say; `fail_on` are the kinds of loss
    that are errors ("image", "link"…); `filters` (see `handbill.filtering`) are there beside those of the project.
    Raises CompileError for a folder that is not there or a wrong handbill.toml, ValueError for a filter's name twice.
    """
    return Project(os.fspath(project) if project is not None else None, policy, tuple(fail_on), tuple(filters))


def _bytes(made: Iterator[bytes | Result], told: Told | None) -> Iterator[bytes]:
    for index, each in enumerate(made):
        if isinstance(each, bytes):
            yield each
            continue
        if told is not None:
            told(index, each.diagnostics)
        elif each.bodies is None:
            raise CompileError(each.diagnostics, index)
        else:
            warnings.warn(report(each.diagnostics), CompileWarning, stacklevel=2)
        if each.bodies is not None:
            yield to_json(each.payload, compact=True)


@contextmanager
def _told() -> Iterator[None]:
    """What a stage raises, as the error of this module."""
    try:
        yield
    except Failed as failed:
        raise CompileError(failed.diagnostics) from None
