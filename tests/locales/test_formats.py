"""Numbers, money, dates and times as each language writes them; the same values always give the same text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .speaking import message, project, said

FRONT = "---\nchannels: [messenger]\n---\n"
NOON = "2026-11-22T12:05:00Z"


def written(folder: Path, expression: str, locale: str, **values: object) -> str:
    settings = {"handbill.toml": f'channels = ["messenger"]\nlocale = "{locale}"\n'}
    compiler = project(folder, {**settings, "templates/a.json.j2": message(f'"{{{{ {expression} }}}}"', FRONT)})
    return said(compiler.compile("a", "messenger", None, values))


@pytest.mark.parametrize(
    ("expression", "locale", "text"),
    [
        ("1234.5|number", "en", "1,234.5"),
        ("1234.5|number", "de", "1.234,5"),
        ("'1234.50'|number('#,##0.00')", "de", "1.234,50"),
        ("1234567|number", "hi", "12,34,567"),
        ("0.1|number('0.00000000000000000')", "en", "0.10000000000000000"),
        ("0.256|percent", "en", "26%"),
        ("0.256|percent('0.0 %')", "de", "25,6 %"),
        ("0.25|percent", "fr", "25 %"),
        ("1234.5|currency('EUR')", "en", "€1,234.50"),
        ("1234.5|currency('EUR')", "de", "1.234,50 €"),
        ("1234|currency('JPY')", "ja", "￥1,234"),
        ("'2026-11-22'|date", "en", "Nov 22, 2026"),
        ("'2026-11-22'|date('long')", "de", "22. November 2026"),
        ("'2026-11-22'|date('d. MMMM')", "pl", "22. listopada"),
        ("'14:05'|time", "en", "2:05 PM"),
        ("'14:05'|time", "de", "14:05"),
        (f"'{NOON}'|time(timezone='Europe/Berlin')", "de", "13:05"),
        (f"'{NOON}'|time", "de", "12:05"),
        (f"'{NOON}'|datetime('short')", "de", "22.11.26, 12:05"),
        (f"'{NOON}'|datetime('short', timezone='Asia/Tokyo')", "de", "22.11.26, 21:05"),
        ("'2026-11-22T23:30:00+01:00'|date", "en", "Nov 22, 2026"),
        ("'2026-11-22T23:30:00Z'|date(timezone='Asia/Tokyo')", "en", "Nov 23, 2026"),
        ("'2026-07-01T12:00:00Z'|datetime('E HH:mm z', timezone='Europe/Berlin')", "en_GB", "Wed 14:00 CEST"),
    ],
)  # fmt: skip
def test_as_a_language_writes_it(tmp_path: Path, expression: str, locale: str, text: str) -> None:
    """White space apart: which kind of space it is changes from one edition of the languages' data to the next."""
    assert " ".join(written(tmp_path, expression, locale).split()) == text


def test_a_value_is_never_a_pattern(tmp_path: Path) -> None:
    expression = "name ~ ' ' ~ price|currency('EUR')"
    assert written(tmp_path, expression, "en", name="#,##0 %(x)s", price=1) == "#,##0 %(x)s €1.00"


@pytest.mark.parametrize(
    "expression",
    [
        "'ten'|number", "none|number", "true|number", "[1]|number", "{}|number", "'1_000'|number", "'nan'|number",
        "'1e9'|number", "1|currency('EURO')", "1|currency(1)", "1|currency('')", "1|number('x' * 200)", "1|number(3)",
        "'22.11.2026'|date", "'2026-02-30'|date", "20261122|date", "none|date", "'2026-11-22'|date('lang')",
        "'2026-11-22'|datetime", "'25:00'|time", "'14'|date", f"'{NOON}'|time(timezone=1)",
        f"'{NOON}'|time(timezone='Mars')",
        f"'{NOON}'|time(timezone='../../etc/passwd')", "'0001-01-01T00:00:00+14:00'|datetime", "('9' * 5000)|number",
        "1|percent([])", "'2026-11-22'|date('')", "'2026-11-22'|date(1)",
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_written(tmp_path: Path, expression: str) -> None:
    compiler = project(tmp_path, {"templates/a.json.j2": message(f'"{{{{ {expression} }}}}"', FRONT)})
    result = compiler.compile("a", "messenger", None, {})
    assert [d.code for d in result.diagnostics] == ["filter-failed"], result
    [d] = result.diagnostics
    assert d.hint
    assert d.label is not None
    assert d.label.span.text == expression.rpartition("|")[2].partition("(")[0]


def test_a_language_that_nobody_writes(tmp_path: Path) -> None:
    settings = {"handbill.toml": 'channels = ["messenger"]\nlocale = "xx"\n'}
    files = {**settings, "templates/a.json.j2": message('"{{ 1|number }} {{ locale }}"', FRONT)}
    [d] = project(tmp_path, files).compile("a", "messenger", None, {}).diagnostics
    assert d.code == "filter-failed"
    assert "xx" in str(d.label)


PLURAL = "{% set n = 2 %}{% trans n %}Yes{% pluralize %}{{ n }} times yes{% endtrans %}"
LOADED = """
import sys
from click.testing import CliRunner
from handbill.cli.group import handbill
result = CliRunner().invoke(handbill, ["check", "--project", sys.argv[1]])
print(result.exit_code, "babel" in sys.modules)
"""


@pytest.mark.parametrize(
    ("text", "loaded"), [("{% trans %}Yes{% endtrans %}", False), (PLURAL, False), ("{{ 1|number }}", True)]
)
def test_babel_is_loaded_only_when_it_is_needed(tmp_path: Path, text: str, loaded: bool) -> None:
    project(tmp_path, {"templates/a.json.j2": message(f'"{text}"', FRONT)})
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == f"0 {loaded}\n"
