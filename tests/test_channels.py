"""Every channel × template type × gateway, as goldens beside their messages; and every channel is whole.

A new case is one new file, `channels/<channel>/<template_type>-<what is special>.json`; the rest is written by
`make golden`, to be looked at before it is committed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import handbill.channels
import pytest
from channels.cases import DIRECT, FOLDER, MESSAGE, PARTS, REPORT, TYPES, WHOLE, Case, cases, every_case, inputs
from channels.growth import placed
from handbill.channels import CHANNELS, channel
from handbill.diagnostic import merged
from handbill.gateways import GATEWAYS
from handbill.judge import Judge
from handbill.keywords import node_at
from handbill.pipeline import Compiler, Result, to_json
from handbill.project import open_project
from handbill.report import REPORTERS
from handbill.resources import folder
from handbill.tree import pointer_of
from handbill.validate import schema

ADDRESS = {"to": "123456789012345", "channel_id": "987654321098765", "bot_version": "1", "language": "en-us"}
NUMBERS = {"sms": "+13175550123", "apple": "+13175550123", "whatsapp": "13175550123"}  # agentless
PAYLOAD = "payload.schema.json"
MODULES = Path(handbill.channels.__file__).parent
NO_CHANNEL = {"genesys", "direct"}  # folders of `schemas/` that are of a gateway

Compile = Callable[[Case, str], Result]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """What a case becomes through a gateway. Its file is compiled as it is: JSON is a template too."""
    root = tmp_path_factory.mktemp("project")
    for case in every_case():
        file = root / "templates" / case.channel / f"{case.name}.json.j2"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(case.file.read_bytes())
    compiler = Compiler(open_project(root))

    def compile_(case: Case, gateway: str) -> Result:
        fields = [field.name for field in GATEWAYS[gateway].fields(channel(case.channel))]
        known = examples(case.channel) if gateway == "direct" else ADDRESS
        address = {name: known[name] for name in fields if name in known}
        if gateway == "genesys-agentless" and case.channel in NUMBERS:
            address["to"] = NUMBERS[case.channel]
        return compiler.compile(f"{case.channel}/{case.name}", case.channel, gateway, {}, address=address or None)

    return compile_


def examples(name: str) -> dict[str, str]:
    """An address for each field without which a channel's own API takes no message."""
    fields = channel(name).data.get("address", {}).get("fields", ())
    return {each["name"]: each["example"] for each in fields if each.get("required", True)}


def made(case: Case, results: dict[str, Result]) -> dict[str, str]:
    """The goldens of a case, by name."""
    goldens = {case.payload(name): to_json(result.payload).decode() for name, result in results.items() if result.ok}
    reports: dict[str, list[str]] = {}
    for name, result in results.items():
        if not result.ok:
            reports.setdefault(REPORTERS["text"](merged(result.diagnostics)), []).append(name)
    if reports:
        parts = [f"{REPORT}{', '.join(names)}\n{text}" for text, names in reports.items()]
        goldens[case.refusals] = "\n".join([f"{MESSAGE}\n{case.file.read_text(encoding='utf-8')}", *parts])
    return goldens


@pytest.mark.parametrize("case", every_case(), ids=lambda case: case.id)
def test_goldens(case: Case, compiled: Compile, snapshot: Any, request: pytest.FixtureRequest) -> None:
    """Each gateway's payload, or its refusal; nothing else lies there under the case's name."""
    results = {gateway: compiled(case, gateway) for gateway in GATEWAYS}
    assert not [d.code for result in results.values() if result.ok for d in result.diagnostics]
    goldens = made(case, results)
    beside = FOLDER / case.channel
    for stale in sorted((beside / name) for name in case.goldens() - goldens.keys() if (beside / name).exists()):
        if request.config.option.snapshot_update:
            stale.unlink()
        else:
            pytest.fail(f"{stale.relative_to(FOLDER.parents[1])} is no longer made; accept it with: make golden")
    snapshot.snapshot_dir = beside
    for name, text in goldens.items():
        try:
            snapshot.assert_match(text, name)
        except AssertionError as error:
            error.add_note("\nlook at it, then accept it with: make golden")
            raise


def paid(case: Case, gateway: str) -> bool:
    """Whether the case has a golden payload."""
    return (FOLDER / case.channel / case.payload(gateway)).is_file()


def test_every_combination_has_one_golden() -> None:
    """A channel, a template type, a gateway: one payload or one refusal, for each combination of the three."""
    found = {
        (name, case.name, gateway): [paid(case, gateway), gateway in case.reports()].count(True)
        for name in WHOLE
        for case in cases(name)
        if case.name in TYPES
        for gateway in GATEWAYS
    }
    assert found.keys() == {(c, t, g) for c in WHOLE for t in TYPES for g in GATEWAYS}
    assert {combination for combination, goldens in found.items() if goldens != 1} == set()


@pytest.mark.parametrize("name", WHOLE)
def test_what_can_go_out_has_a_payload(name: str) -> None:
    """So that no payload is missing because its only case has a field too many."""
    lacking = []
    for template_type in TYPES:
        tried = [case for case in cases(name) if case.template_type == template_type]
        for gateway in GATEWAYS:
            if not any(paid(case, gateway) for case in tried):
                reports = [case.reports()[gateway] for case in tried]
                if not any(
                    "unsupported-template-type" in text or f"{gateway} does not reach" in text for text in reports
                ):
                    lacking.append(f"{name}/{template_type}-….json that {gateway} carries")
    assert lacking == []


@pytest.mark.parametrize("case", [c for c in every_case() if c.file.parent != FOLDER], ids=lambda case: case.id)
def test_cases_are_what_their_names_say(case: Case) -> None:
    message = case.message()
    assert message["template_type"] in ({"card", "generic"} if case.template_type == "card" else {case.template_type})
    assert schema("message.schema.json").is_clean(message)


# ---- one mistake is one finding

ACTIONS = {"value": "v", "url": "https://example.com/", "phone": "+4930123456"}


@pytest.mark.parametrize("case", [c for c in every_case() if c.file.parent != FOLDER], ids=lambda case: case.id)
def test_one_mistake_is_one_finding(case: Case) -> None:
    """A field too few, null, empty, one too many, a button of another kind: nothing to say, or one thing."""
    message = case.message()
    target = channel(case.channel)
    genesys = [GATEWAYS["genesys-bot"], GATEWAYS["genesys-event"]] if target.genesys else []
    judges = [Judge(target, gateway) for gateway in (*genesys, DIRECT)]
    judge = next(judge for judge in judges if judge.likes(message))
    found = {
        what: [finding.violation.path for finding in judge.findings(wrong)]
        for what, wrong in spoiled(message)
        if not judge.likes(wrong)
    }
    assert len(found) > 3
    assert {what: at for what, at in found.items() if len(at) != 1} == {}


def spoiled(message: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The message with one mistake in it, for every mistake at every place; some are none on some channels."""
    for path, value in places(message):
        at = pointer_of(path)
        yield f"{at} gone", without(message, path)
        yield f"{at} null", placed(message, path, None)
        if isinstance(value, str):
            yield f"{at} empty", placed(message, path, "")
        if "buttons" in path and isinstance(value, dict) and "text" in value:
            plain = {key: child for key, child in value.items() if key not in ACTIONS}
            for action, given in ACTIONS.items():
                yield f"{at} with {action}", placed(message, path, {**plain, action: given})
            yield f"{at} with a picture", placed(message, path, {**value, "image_url": "https://example.com/a.png"})
    for field in ("header", "footer", "nonsense"):
        yield f"{field} added", {**message, field: "x"}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every node below a value but the template type, which decides about all others."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        if key != "template_type":
            yield (*path, key), child
            yield from places(child, (*path, key))


def without(message: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    made = copy.deepcopy(message)
    del node_at(made, path[:-1])[path[-1]]
    return made


# ---- every channel is whole


def missing(name: str, schemas: Path, tests: Path, registry: tuple[str, ...]) -> list[str]:
    """What a channel lacks, of its data, its cases and its place in the registry."""
    lacks = [] if name in registry else [f"`{name}` in CHANNELS (compiler/handbill/channels/__init__.py)"]
    parts = [
        part for part in ("channel.json", "limits.json", "message.schema.json") if not (schemas / name / part).is_file()
    ]
    lacks += [f"schemas/{name}/{part}" for part in parts]
    if parts:
        return lacks
    data = json.loads((schemas / name / "channel.json").read_bytes())
    if data["direct"]:
        lacks += [f"schemas/{name}/{part}" for part in (PAYLOAD,) if not (schemas / name / part).is_file()]
        lacks += [f"compiler/handbill/channels/{name}.py"] if not (MODULES / f"{name}.py").is_file() else []
        lacks += [] if any((tests / name / "native").glob("*.json")) else [f"tests/channels/{name}/native/….json"]
    elif (schemas / name / PAYLOAD).is_file():
        lacks.append(f'"direct": true in schemas/{name}/channel.json, since there is a {PAYLOAD}')
    if data.get("genesys", {}).get("narrows") and not (schemas / name / "genesys.schema.json").is_file():
        lacks.append(f"schemas/{name}/genesys.schema.json, which channel.json speaks of")
    if not data.get("genesys", {}).get("narrows") and (schemas / name / "genesys.schema.json").is_file():
        lacks.append(f'"narrows": true in schemas/{name}/channel.json, since there is a genesys.schema.json')
    rules = json.loads((schemas / name / "message.schema.json").read_bytes())
    wanted = set(rules["properties"]["template_type"]["enum"]) - {"generic"}
    there = {file.stem for file in inputs(tests / name)}
    lacks += [f"tests/channels/{name}/{each}.json" for each in sorted(wanted - there)]
    strange = {each for each in there if each.partition("-")[0] not in wanted}
    lacks += [f"`{each}` among what schemas/{name}/message.schema.json shows" for each in sorted(strange)]
    return lacks


def folders(parent: Path) -> set[str]:
    return {path.name for path in parent.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}


@pytest.mark.parametrize("name", sorted({*CHANNELS, *folders(folder("schemas")), *folders(FOLDER)} - NO_CHANNEL))
def test_every_channel_is_whole(name: str) -> None:
    """A channel in the registry, a folder in `schemas/`, a folder here: one without the others is not whole."""
    assert missing(name, folder("schemas"), FOLDER, CHANNELS) == []


def test_every_golden_belongs_to_a_case() -> None:
    for name in WHOLE:
        known = {LIMITS, *(name for case in cases(name) for name in case.goldens())}
        strange = (
            {file.name for file in (FOLDER / name).iterdir() if file.is_file()}
            - known
            - {c.name for c in inputs(FOLDER / name)}
        )
        assert strange == set()


LIMITS = "limits.txt"  # test_schemas.py


def test_a_channel_that_is_not_whole_is_told_what_it_lacks(tmp_path: Path) -> None:
    schemas, tests = tmp_path / "schemas", tmp_path / "tests"
    (schemas / "gchat").mkdir(parents=True)
    registry = ("`gchat` in CHANNELS (compiler/handbill/channels/__init__.py)",)
    parts = [f"schemas/gchat/{part}" for part in PARTS]
    assert missing("gchat", schemas, tests, ()) == [*registry, *parts]
    assert missing("telegram", schemas, tests, ("telegram",)) == [part.replace("gchat", "telegram") for part in parts]
    (schemas / "gchat" / "channel.json").write_text('{"direct": true, "genesys": {"narrows": true}}', encoding="utf-8")
    (schemas / "gchat" / "limits.json").write_text("{}", encoding="utf-8")
    rules = {"properties": {"template_type": {"enum": ["text", "card", "generic"]}}}
    (schemas / "gchat" / "message.schema.json").write_text(json.dumps(rules), encoding="utf-8")
    (tests / "gchat").mkdir(parents=True)
    (tests / "gchat" / "media-image.json").write_text("{}", encoding="utf-8")
    (tests / "gchat" / "text.genesys-event.json").write_text("{}", encoding="utf-8")
    assert missing("gchat", schemas, tests, ("gchat",)) == [
        "schemas/gchat/payload.schema.json",
        "compiler/handbill/channels/gchat.py",
        "tests/channels/gchat/native/….json",
        "schemas/gchat/genesys.schema.json, which channel.json speaks of",
        "tests/channels/gchat/card.json",
        "tests/channels/gchat/text.json",
        "`media-image` among what schemas/gchat/message.schema.json shows",
    ]
