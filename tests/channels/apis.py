"""What the tests of a channel's own API share: a template compiled for it, and what its schema says of a body."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from handbill.channels import channel
from handbill.diagnostic import Diagnostic
from handbill.keywords import Path as KeyPath
from handbill.pipeline import Compiler, Result
from handbill.project import open_project
from handbill.validate import schema


def sent(folder: Path, name: str, template: str, contexts: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The payloads of a template, which are the same one by one and as a stream, where a stamp makes them."""
    compiler, given = _compiler(folder, template), list(contexts)
    alone = [_payload(compiler.compile("message", name, "direct", context)) for context in given]
    stream = Compiler(compiler.project).many("message", name, "direct", given)
    assert [json.loads(line) if isinstance(line, bytes) else _payload(line) for line in stream] == alone
    return alone


def refused(folder: Path, name: str, message: Any) -> list[Diagnostic]:
    """What the author of a message is told."""
    return list(_compiler(folder, json.dumps(message)).compile("message", name, "direct", {}).diagnostics)


def wrong(name: str, body: Any) -> list[tuple[KeyPath, str]]:
    """Where a body breaks the schema of a channel's own API, and which rule."""
    return [(found.path, found.keyword) for found in schema(channel(name).payload_schema).violations(body)]


def _compiler(folder: Path, template: str) -> Compiler:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "message.json.j2").write_text(template, encoding="utf-8")
    return Compiler(open_project(folder))


def _payload(result: Result) -> Any:
    assert result.ok, result.diagnostics
    return result.payload
