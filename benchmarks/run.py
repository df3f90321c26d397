"""What a message costs and what the command line costs, beside the peers, and what sending costs; in `results.md`.

Everything is measured in one run, the rounds of all interleaved, and medians are taken: what else the
machine does then falls on all alike. Read the ratios, not the microseconds.
"""

from __future__ import annotations

import os
import platform
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


def main() -> None:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    compiled = messages.measured()
    parts = [
        "# Results",
        "Written by `make bench`.",
        *messages.report(compiled),
        *instructions.report(),
        *command_line.report(),
        *sending.report(2_000),
        *ledger.report(200_000),
        *recipients.report(),
        *many.report(),
        f"{machine}; {versions}.",
    ]
    text = "\n\n".join(parts) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    told(messages.short(compiled))
    print(text, end="")


def told(figures: str) -> None:
    """Put figures into the README, where it has a place for them."""
    before, rest = README.read_text(encoding="utf-8").split("<!-- bench -->\n")
    after = rest.split("<!-- /bench -->")[1]
    README.write_text(f"{before}<!-- bench -->\n{figures}\n<!-- /bench -->{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
