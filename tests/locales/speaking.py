"""Projects of several languages, for the tests of translations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.result import Result

HEADS = {
    "de": "nplurals=2; plural=(n != 1);",
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "he": "nplurals=2; plural=(n != 1);",
    "ja": "nplurals=1; plural=0;",
}
TEXT = """\
---
channels: [messenger]
params:
  name: {type: string, maxLength: 60}
  n: {type: integer, minimum: 0}
examples:
  default: {name: Zoë, n: 1}
---
"""


def po(locale: str, body: str) -> str:
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    return f'{head}"Plural-Forms: {HEADS[locale]}\\n"\n\n{body}'


def project(folder: Path, files: dict[str, str], **translations: str) -> Compiler:
    """A project of these files; translations are the bodies of .po files, by language."""
    files = {"handbill.toml": 'channels = ["messenger"]\n', **files}
    files |= {f"locales/{locale}/messages.po": po(locale, body) for locale, body in translations.items()}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Compiler(open_project(folder))


def message(text: str, front: str = TEXT) -> str:
    """A template with one text; what stands in `text` is as in the file, quotes and all."""
    return f'{front}{{"template_type": "text", "text": {text}}}\n'


def said(result: Result) -> str:
    """The text of a payload."""
    assert result.ok, [d.title for d in result.diagnostics]
    found: Any = result.payload
    return str(found["content"]["text"])
