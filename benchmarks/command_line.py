"""What the command line costs: a fresh process each time, as at every commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from compilers import by_hand
from table import table
from work import SCHEMA, jobs

BIN = Path(sys.executable).parent
TEMPLATES = 200
CHANNELS = ("messenger", "instagram", "whatsapp", "webmessaging", "apple", "open")
ROUNDS = 11
PEER = "check-jsonschema, one file"
# pip writes byte code when it installs; a checkout has it after the first run, unless it is told not to
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

KINDS = {
    "text": '"text": "Hi {{ name }}, your order %d is on its way."',
    "quick_reply": '"text": "Hi {{ name }}, shall we call you about order %d?", "buttons": ['
    '{"text": "Yes", "value": "yes"}, {"text": "No", "value": "no"}]',
}
SPOKEN = {
    "text": '"text": "{{ _("Your order %d is on its way.") }} {{ name }}"',
    "quick_reply": '"text": "{{ _("Shall we call you about order %d?") }} {{ name }}", "buttons": ['
    '{"text": "{{ _("Yes") }}", "value": "yes"}, {"text": "{{ _("No") }}", "value": "no"}]',
}
GERMAN = {
    "Yes": "Ja",
    "No": "Nein",
    "Your order %d is on its way.": "Ihre Bestellung %d ist unterwegs.",
    "Shall we call you about order %d?": "Sollen wir Sie wegen Bestellung %d anrufen?",
}
HEADER = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
CONTRACT = "---\nparams:\n  name: {type: string, maxLength: 40}\nexamples:\n  default: {name: Zoë}\n---\n"


def write_project(folder: Path, kinds: dict[str, str] = KINDS) -> None:
    """A content project of 200 templates for 6 channels, every one right."""
    folder.joinpath("handbill.toml").write_text(f"channels = {json.dumps(CHANNELS)}\n", encoding="utf-8")
    templates = folder / "templates"
    templates.mkdir()
    for number in range(TEMPLATES):
        kind, fields = list(kinds.items())[number % len(kinds)]
        body = f'{{"template_type": "{kind}", {fields % number}}}\n'
        templates.joinpath(f"message_{number:03}.json.j2").write_text(CONTRACT + body, encoding="utf-8")


def write_spoken(folder: Path) -> None:
    """The same in English and German."""
    folder.mkdir()
    write_project(folder, SPOKEN)
    said = {text: own for text, own in GERMAN.items() if "%" not in text}
    for number in range(TEMPLATES):
        text, own = list(GERMAN.items())[2 + number % 2]
        said[text % number] = own % number
    catalog = folder / "locales" / "de" / "messages.po"
    catalog.parent.mkdir(parents=True)
    entries = (f'msgid "{text}"\nmsgstr "{own}"\n\n' for text, own in said.items())
    catalog.write_text(HEADER + "".join(entries), encoding="utf-8")


def _seconds(command: list[str], folder: Path) -> float:
    started = perf_counter()
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    took = perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return took


def report() -> list[str]:
    """The table: medians of fresh processes, interleaved, and what each may take."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_project(folder)
        job = jobs(1)[0]
        document = folder / "document.json"
        document.write_bytes(next(by_hand(job)(job.contexts)))
        spoken = folder / "spoken"
        write_spoken(spoken)
        handbill = str(BIN / "handbill")
        project = f"{TEMPLATES} templates × {len(CHANNELS)} channels"
        at = [handbill, "check", "--project", str(spoken)]
        commands: dict[str, tuple[list[str], int, float | None]] = {
            "python -c pass": ([sys.executable, "-c", "pass"], ROUNDS, None),
            "handbill --version": ([handbill, "--version"], ROUNDS, 0.1),
            "handbill check, one file": ([handbill, "check", "templates/message_001.json.j2"], ROUNDS, 0.3),
            PEER: (
                [str(BIN / "check-jsonschema"), "--schemafile", str(SCHEMA), str(document)],
                ROUNDS,
                None,
            ),
            f"handbill check, {project}": ([handbill, "check", "--no-cache"], 5, 2.0),
            f"handbill check, {project}, in one process": ([handbill, "check", "--no-cache", "--jobs", "1"], 5, None),
            f"handbill check, {project} × 2 languages": ([*at, "--no-cache"], 5, None),
            f"handbill check, {project} × 2 languages, unchanged": (at, ROUNDS, 0.45),
        }
        for command, _, _ in commands.values():
            _seconds(command, folder)  # byte code is written, files are in memory
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(ROUNDS):
            for name, (command, rounds, _) in commands.items():
                if turn < rounds:
                    taken[name].append(_seconds(command, folder))
    peer = median(taken[PEER])
    rows = [
        [name, f"{took * 1e3:,.0f}", f"{took / peer:.2f}", f"{limit * 1e3:,.0f}" if limit else ""]
        for name, (_, _, limit) in commands.items()
        if (took := median(taken[name]))
    ]
    heads = ["command", "ms", "of check-jsonschema", "target, ms"]
    return ["## The command line", "A fresh process each time.", table(heads, rows)]
