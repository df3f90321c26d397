"""The recipients of a campaign, read from a file: for each, the template's values and the address.

A column is a parameter, or a part of the address, by its name; `mapping` says it for columns that are called
otherwise. An empty cell is a value that was not given. The format is told by the file's ending.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from ..contracts import ContextRules, Origin
from ..diagnostic import Diagnostic, Failed, Label, Severity, did_you_mean
from ..gateways.base import AddressField
from ..marks import Path as KeyPath
from ..marks import Place
from ..source import Span
from .csv_table import Csv
from .json_lines import JsonLines
from .tables import Chunk, Code, Record, Table, opened, refused

_ENDINGS = ".csv, .tsv, .jsonl, .ndjson or .parquet"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,399})(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,3})?")
_LISTED = 8  # names of columns in a remark


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient. With a problem there are no values."""

    number: int  # from 1
    line: int  # in the file, from 1; where a file has no lines, the number
    values: Mapping[str, Any]  # by parameter, defaults filled in
    address: Mapping[str, str]  # by field of the gateway
    problem: Diagnostic | None
    record: Record  # as the file has it
    locale: str = ""  # of the message; the project's own when it is empty


Quick: TypeAlias = tuple[Mapping[str, Any], Mapping[str, str], str]  # values, address, locale


@dataclass(frozen=True, slots=True)
class _Use:
    """What a column is for."""

    name: str  # of the parameter or the field
    column: str
    typed: Callable[[str], Any] | None = None  # from text; None where text is wanted


class Recipients:
    """The rows of a file, in order. Each iteration reads it anew; never more of it is held than one row.

    Rows that cannot be read or break the contract are among them, with their problem.
    """

    def __init__(
        self,
        path: Path,
        rules: ContextRules,
        fields: Sequence[AddressField],
        *,
        mapping: Mapping[str, str] | None = None,
        address: Mapping[str, str] | None = None,
        one_of: Sequence[str] = (),
        shown: str = "",
        locales: Sequence[str] = (),
        locale: str = "",
        also: Sequence[str] = (),
    ) -> None:
        """`fields` are the gateway's; `mapping` gives columns by parameter or field; `address` is the same for all.

        Of the fields `one_of`, where there are some, every recipient needs one. Of `locales`, where there are some, a
        row may name its own in the column `locale`; `locale` is that of the others. The columns `also` are read for
        another use. Raises Failed, before any row, for a file that is none of ours or has not the columns that are
        needed.
        """
        self.table = _table(path, shown or path.as_posix())
        self._rules = rules
        self._fields = fields
        self._same = dict(address or {})
        self._mapping = dict(mapping or {})
        self._locales = {name.replace("-", "_").lower(): name for name in locales}
        self._locale = locale
        self._one_of = one_of
        self._check_mapping()
        self._values = [self._use(name, rule) for name, rule in rules.template.contract.params.items()]
        self._spoken = _Use("locale", self._mapping.get("locale", "locale"))
        self._address = [_Use(f.name, self._mapping.get(f.name, f.name)) for f in fields]
        self._open = not rules.template.contract.has_params  # any column is a value
        self._used = {use.column for use in (*self._values, *self._address, *([self._spoken] if locales else []))}
        self._used |= set(also)
        self._wanted = self.table.columns or () if self._open else self._used
        self._columns = [(use.name, use.column) for use in self._values]
        self._typed = [(use.name, use.typed) for use in self._values if use.typed]
        self._asked = [
            (field.name, use.column, field.required) for use, field in zip(self._address, fields, strict=True)
        ]
        self.unused: dict[str, None] = {}  # names that nothing asks for, of JSON lines
        if self.table.columns is not None:
            self._check_columns(self.table.columns)

    def __iter__(self) -> Iterator[Row]:
        """Raises Failed when the rest of the file cannot be read."""
        return map(self.row, self.records())

    def records(self, chunk: Chunk | None = None) -> Iterator[Record]:
        """As the file has them, or a chunk of it. Raises Failed when the rest cannot be read."""
        return self.table.records(self._wanted, chunk)

    def quickly(self, chunk: Chunk) -> Iterator[Quick | None]:
        """For each record of a chunk values without defaults, address and locale; None where it needs a closer look.

        Nothing is said against the values yet, and the contract has not judged them. Where it is not None, `row` finds
        the same, or that they break the contract.
        """
        for cells in self.table.cells(self._wanted, chunk):
            yield None if cells is None else self._quick(cells)

    @property
    def remarks(self) -> list[Diagnostic]:
        """What is to be said of the file though it can be used; of JSON lines, of those that were read."""
        columns = self.table.columns
        unused = [name for name in self.unused if name] if columns is None else []
        if columns is not None and not self._open:
            unused = [name for name in columns if name and name not in self._used]
        if not unused:
            return []
        label = Label(self.table.heading(columns.index(unused[0])), "nothing asks for it") if columns else None
        listed = ", ".join(f"`{name}`" for name in unused[:_LISTED])
        more = f" and {len(unused) - _LISTED} more" if len(unused) > _LISTED else ""
        known = [use.name for use in (*self._values, *self._address)]
        known += ["locale"] if self._locales else []
        meant = did_you_mean(unused[0], known)
        return [
            Diagnostic(
                "unknown-parameter", f"Columns that are not used: {listed}{more}", label, Severity.INFO,
                text=f"Not used: {listed}{more}." if len(unused) > 1 else "",
                hint=f"did you mean `{meant}`? then --map {meant}={unused[0]}" if meant else "",
            )
        ]  # fmt: skip

    def content(self, record: Record) -> dict[str, Any]:
        """What a row says, by column, as a line of JSON can say it: numbers for parameters that take numbers."""
        typed = {use.column: use.typed for use in self._values if use.typed}
        return {name: typed[name](cell) if name in typed else cell for name, cell in record.values.items()}

    def places(self, row: Row, names: Sequence[str]) -> list[Span]:
        """Where the row has the values of these parameters; the whole row when it has none of them."""
        origin = self._origin(row.record)
        spans = [origin.span((name,)) for name in names if (name,) in origin.places]
        return spans or [origin.span(())]

    # what the file must have

    def _check_mapping(self) -> None:
        known = {*self._rules.template.contract.params, *(field.name for field in self._fields)}
        known |= {"locale"} if self._locales else set()
        for name in self._mapping:
            if name not in known and self._rules.template.contract.has_params:
                meant = did_you_mean(name, known)
                hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(sorted(known))}"
                text = f"--map gives it the column `{self._mapping[name]}`."
                raise Failed(Diagnostic("unknown-parameter", f"Unknown parameter `{name}`", text=text, hint=hint))

    def _check_columns(self, columns: Sequence[str]) -> None:
        """Whether every column that is needed is there. Raises Failed with each that is not."""
        there = set(columns)
        needed = [use for use in self._values if use.name not in self._rules.defaults]
        needed += [
            use for use, field in zip(self._address, self._fields, strict=True)
            if field.required and field.name not in self._same
        ]  # fmt: skip
        needed += [_Use(name, column) for name, column in self._mapping.items()]
        missing = {use.column: use.name for use in needed if use.column not in there}
        if missing:
            raise Failed(*(self._no_column(column, name, columns) for column, name in missing.items()))

    def _no_column(self, column: str, name: str, columns: Sequence[str]) -> Diagnostic:
        about = next((field.about for field in self._fields if field.name == name), "")
        meant = did_you_mean(column, [other for other in columns if other])
        add = f"add it, or name the column that has it: --map {name}=COLUMN"
        if about and name != "to":
            add += f"; or {_to_all(name)}"
        map_to = f"`{meant}`? then --map {name}={meant}" if meant else ""
        first, last = self.table.heading(0), self.table.heading(len(columns) - 1)
        divided = f" Columns are divided by {self.table.separator}." if isinstance(self.table, Csv) else ""
        return Diagnostic(
            Code.FILE, f"No column `{column}`",
            Label(Span(first.source, first.start, last.end), f"`{column}` is not among them"),
            text=(f"`{name}` is {about}." if about else f"The template needs `{name}`.") + divided,
            hint=f"did you mean {map_to}" if meant else add,
        )  # fmt: skip

    # one row

    def _quick(self, cells: dict[str, Any]) -> Quick | None:
        address = self._same.copy()
        for name, column, required in self._asked:
            value = cells.get(column)
            if value is not None:
                if type(value) is int:
                    value = str(value)
                if (
                    type(value) is not str
                    or not value
                    or not value.isprintable()
                    or value[0] == " "
                    or value[-1] == " "
                ):
                    return None  # of all that `strip` takes away only the space is printable
                address[name] = value
            elif required and name not in address:
                return None
        if self._one_of and not any(name in address for name in self._one_of):
            return None
        locale: str | None = self._locale
        if self._locales:
            locale = self._language(cells.get(self._spoken.column))
        return None if locale is None else (self._given(cells), address, locale)

    def row(self, record: Record) -> Row:
        """A record as a recipient, with what is wrong with it."""
        problem = record.problem
        values: dict[str, Any] = {}
        address: dict[str, str] = dict(self._same)
        if problem is None:
            values = self._rules.complete(self._given(record.values))
            problem = self._addressed(record, address)
            if problem is None and not self._rules.holds(values):
                problem = self._broken(record, values)
        speaks = problem is None and self._locales
        locale = self._language(record.values.get(self._spoken.column)) if speaks else self._locale
        if locale is None:
            problem = self._unspoken(record)
        return Row(record.number, record.line, values, address, problem, record, locale or "")

    def _language(self, cell: Any) -> str | None:
        """The language of a row, its own or everybody's; None for one that the project does not have."""
        asked = cell.strip() if isinstance(cell, str) else cell
        return self._locales.get(str(asked).replace("-", "_").lower()) if asked else self._locale

    def _unspoken(self, record: Record) -> Diagnostic:
        label = Label(self._origin(record).span((self._spoken.column,)), "the project does not have this language")
        return Diagnostic(Code.ROW, "Bad `locale`", label, hint=f"there are: {', '.join(self._locales.values())}")

    def _given(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        if self.table.columns is None and not self._open and not cells.keys() <= self._used:
            for name in cells:
                if name not in self._used and len(self.unused) < 100:  # enough to be told; a line could have any
                    self.unused[name[:60]] = None
        if self._open:
            given = dict(cells)
            given.update({name: cells[column] for name, column in self._mapping.items() if column in cells})
            return given
        given = {name: cells[column] for name, column in self._columns if column in cells}
        for name, typed in self._typed:
            if name in given:
                given[name] = typed(given[name])
        return given

    def _addressed(self, record: Record, address: dict[str, str]) -> Diagnostic | None:
        """Fill in the address of a row; what is wrong with it."""
        for use, field in zip(self._address, self._fields, strict=True):
            value = record.values.get(use.column)
            if value is not None:
                text = str(value).strip() if type(value) in (str, int) else ""
                if not text or not text.isprintable():
                    return self._bad_address(record, use, "it holds what cannot be sent" if text else "not an id")
                address[use.name] = text
            elif field.required and use.name not in address:
                return self._bad_address(record, use, "nobody to send to" if use.name == "to" else "not given")
        if self._one_of and not any(name in address for name in self._one_of):
            use = next(use for use in self._address if use.name == self._one_of[0])
            return self._bad_address(record, use, f"needed: one of {', '.join(self._one_of)}")
        return None

    def _bad_address(self, record: Record, use: _Use, said: str) -> Diagnostic:
        about = next(field.about for field in self._fields if field.name == use.name)
        origin = self._origin(record)
        there = (use.column,) in origin.places
        label = Label(origin.span((use.column,) if there else ()), said)
        title = f"{'Bad' if use.column in record.values else 'No'} `{use.name}`"
        hint = "" if there or use.name == "to" else _to_all(use.name)
        return Diagnostic(Code.ROW, title, label, text=f"`{use.name}` is {about}.", hint=hint)

    def _broken(self, record: Record, values: dict[str, Any]) -> Diagnostic:
        """The first thing that breaks the contract, at its place."""
        origin = self._origin(record)
        first = self._rules.problems(values, origin)[0]
        name = (first.parameters or ("",))[0]
        if first.label is not None and first.code == "missing-parameter" and (name,) in origin.places:
            first = replace(first, label=replace(first.label, span=origin.span((name,))))
        return first

    def _origin(self, record: Record) -> Origin:
        """The places of a row's values, by parameter; and by column, for the address."""
        origin = self.table.origin(record)
        marks: dict[KeyPath, Place] = dict(origin.places)
        for use in self._values:
            for path, place in origin.places.items():
                if path and path[0] == use.column:
                    marks[(use.name, *path[1:])] = place
        return Origin(origin.source, marks)

    def _use(self, name: str, rule: Mapping[str, Any]) -> _Use:
        kinds = rule.get("type", "string")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        text = self.table.typed or "string" in kinds
        return _Use(name, self._mapping.get(name, name), None if text else _typed)


def _to_all(name: str) -> str:
    return f"give it to all: {'--channel-id ID' if name == 'channel_id' else f'--address {name}=…'}"


def _typed(cell: str) -> Any:
    """What a cell says, for a parameter that takes no text; the text again where it says nothing of the kind."""
    text = cell.strip()
    if text.lower() in ("true", "false"):  # Excel writes TRUE
        return text.lower() == "true"
    if not text.startswith(("{", "[", "n")) and not _NUMBER.fullmatch(text):
        return cell
    from ..marks import Unreadable, plain
    from ..read_json import read_json

    if _NUMBER.fullmatch(text):
        value = json.loads(text)
        return cell if value in (float("inf"), float("-inf")) else value
    try:
        return plain(read_json(text))
    except Unreadable:
        return cell  # the contract says what is wrong with it


def _table(path: Path, shown: str) -> Table:
    match path.suffix.lower():
        case ".csv" | ".tsv":
            return Csv(path, shown)
        case ".jsonl" | ".ndjson":
            return JsonLines(path, shown)
        case ".parquet":
            from .parquet_table import Parquet

            return Parquet(path, shown)
    raise refused(shown, "Unknown kind of file", f"it does not end in {_ENDINGS}", hint="name the file for what it is")


def digest(path: Path, shown: str = "") -> str:
    """A fingerprint of a file's bytes, in hex: BLAKE2b, 128 bits. Raises Failed when it cannot be read."""
    with opened(path, shown or path.as_posix()) as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
