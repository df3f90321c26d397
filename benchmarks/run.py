"""What a message costs and what the command line costs, beside the peers, and what sending costs; in `results.md`.

Everything is measured in one run, the rounds of all interleaved, and medians are taken: what else the
machine does then falls on all alike. Read the ratios, not the microseconds.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import command_line
import instructions
import ledger
import many
import messages
import recipients
import sending

PACKAGES = (
    "handbill",
    "jinja2",
    "jsonschema",
    "jsonschema-rs",
    "orjson",
    "minijinja",
    "fastjsonschema",
    "json-e",
    "jsonnet",
    "check-jsonschema",
)
RESULTS = Path(__file__).with_name("results.md")
README = Path(__file__).parents[1] / "README.md"


def _messages() -> list[str]:
    compiled = messages.measured()
    told(messages.short(compiled))
    return messages.report(compiled)


PARTS: dict[str, Callable[[], list[str]]] = {
    "messages": _messages,
    "instructions": instructions.report,
    "command_line": command_line.report,
    "sending": lambda: sending.report(2_000),
    "ledger": lambda: ledger.report(200_000),
    "recipients": recipients.report,
    "many": many.report,
}


def main() -> None:
    """Measure all parts, or those that are named; what is known of the others stays."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    wanted = sys.argv[1:] or list(PARTS)
    known = _sections() if len(wanted) < len(PARTS) else {}
    for part in wanted:
        known |= _by_heading("\n\n".join(PARTS[part]()))
    parts = ["# Results", "Written by `make bench`.", *known.values(), f"{machine}; {versions}."]
    text = "\n\n".join(parts) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text, end="")


def _sections() -> dict[str, str]:
    """What was measured before, without the first and the last lines."""
    return _by_heading(RESULTS.read_text(encoding="utf-8").rpartition("\n\n")[0])


def _by_heading(text: str) -> dict[str, str]:
    found = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    return {section.partition("\n")[0]: section.strip() for section in found if section.startswith("## ")}


def told(figures: str) -> None:
    """Put figures into the README, where it has a place for them."""
    before, rest = README.read_text(encoding="utf-8").split("<!-- bench -->\n")
    after = rest.split("<!-- /bench -->")[1]
    README.write_text(f"{before}<!-- bench -->\n{figures}\n<!-- /bench -->{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
