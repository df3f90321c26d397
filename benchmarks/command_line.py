"""What the command line costs: a fresh process each time, as at every commit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from branching import write_branching
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


@dataclass(frozen=True, slots=True)
class Run:
    """A command that is timed. `limit`: the seconds it may take; `before` is done each time, untimed."""

    command: list[str]
    rounds: int = ROUNDS
    limit: float | None = None
    before: Callable[[int], object] = int  # of the number of the round


def _seconds(command: list[str], folder: Path) -> float:
    started = perf_counter()
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    took = perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return took


def _runs(folder: Path, document: Path) -> dict[str, Run]:
    spoken, branching, edited = (folder / name for name in ("spoken", "branching", "edited"))
    write_spoken(spoken)
    write_branching(branching)
    write_branching(edited)
    handbill = str(BIN / "handbill")
    project = f"{TEMPLATES} templates × {len(CHANNELS)} channels"
    several, arms = f"handbill check, {project} × 2 languages", "with arms and loops"
    plain = [handbill, "check", "--project", str(spoken)]
    at = [handbill, "check", "--project", str(branching)]

    def edit(turn: int) -> None:
        template = edited / "templates" / "message_000.json.j2"
        text = template.read_text(encoding="utf-8")
        template.write_text(re.sub("about visit .*", f"about visit {turn}", text, count=1), encoding="utf-8")

    return {
        "python -c pass": Run([sys.executable, "-c", "pass"]),
        "handbill --version": Run([handbill, "--version"], limit=0.1),
        "handbill check, one file": Run([handbill, "check", "templates/message_001.json.j2"], limit=0.3),
        PEER: Run([str(BIN / "check-jsonschema"), "--schemafile", str(SCHEMA), str(document)]),
        f"handbill check, {project}": Run([handbill, "check", "--no-cache"], 5, 2.0),
        f"handbill check, {project}, in one process": Run([handbill, "check", "--no-cache", "--jobs", "1"], 5),
        several: Run([*plain, "--no-cache"], 5),
        f"{several}, unchanged": Run(plain, limit=0.45),
        f"{several}, {arms}": Run([*at, "--no-cache"], 3),
        f"{several}, {arms}, in one process": Run([*at, "--no-cache", "--jobs", "1"], 3),
        f"{several}, {arms}, unchanged": Run(at, limit=0.45),
        f"{several}, {arms}, one template changed": Run([*at[:-1], str(edited)], before=edit),
    }


def report() -> list[str]:
    """The table: medians of fresh processes, interleaved, and what each may take."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_project(folder)
        job = jobs(1)[0]
        document = folder / "document.json"
        document.write_bytes(next(by_hand(job)(job.contexts)))
        runs = _runs(folder, document)
        for run in runs.values():  # byte code is written, files are in memory, results are kept
            run.before(-1)
            _seconds(run.command, folder)
        taken: dict[str, list[float]] = {name: [] for name in runs}
        for turn in range(ROUNDS):
            for name, run in runs.items():
                if turn < run.rounds:
                    run.before(turn)
                    taken[name].append(_seconds(run.command, folder))
    peer = median(taken[PEER])
    rows = [
        [name, f"{took * 1e3:,.0f}", f"{took / peer:.2f}", f"{run.limit * 1e3:,.0f}" if run.limit else ""]
        for name, run in runs.items()
        if (took := median(taken[name]))
    ]
    heads = ["command", "ms", "of check-jsonschema", "target, ms"]
    return ["## The command line", "A fresh process each time.", table(heads, rows)]
