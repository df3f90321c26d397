"""The peers, each written as its documentation shows, and Handbill.

`jsonschema.validate()` is the first example of jsonschema's documentation; the row above it does what
the same page advises for many messages. `unescaped` templates put `"{{ value }}"` where the others
write `{{ value | tojson }}`: fast, and broken by the first quotation mark in a value.

Each is a function that prepares once (templates parsed, schema compiled) and gives back another that
turns contexts into payloads: bytes that have been validated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import _jsonnet
import fastjsonschema
import handbill
import jinja2
import jsone
import jsonschema
import jsonschema_rs
import minijinja
import orjson
from work import HERE, Context, Job, schema

PEERS = HERE / "peers"

HANDBILL = "handbill"
BY_HAND = "by hand: dict + jsonschema-rs + orjson"
FLOOR = "the floor: orjson.dumps of a ready dict, not validated"

Run = Callable[[Iterable[Context]], Iterator[bytes]]


def _template(job: Job, suffix: str) -> Path:
    return PEERS / f"{job.name}{suffix}"


def _each(one: Callable[[Context], bytes]) -> Run:
    return lambda contexts: map(one, contexts)


def _jinja2(job: Job, suffix: str = ".json.j2") -> jinja2.Template:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(PEERS), undefined=jinja2.StrictUndefined)
    return environment.get_template(f"{job.name}{suffix}")


def jinja2_json_jsonschema(job: Job) -> Run:
    template = _jinja2(job)
    validator = jsonschema.Draft202012Validator(schema())

    def one(context: Context) -> bytes:
        payload = json.loads(template.render(context))
        validator.validate(payload)
        return json.dumps(payload).encode()

    return _each(one)


def jinja2_json_jsonschema_validate(job: Job) -> Run:
    template = _jinja2(job)
    rules = schema()

    def one(context: Context) -> bytes:
        payload = json.loads(template.render(context))
        jsonschema.validate(instance=payload, schema=rules)
        return json.dumps(payload).encode()

    return _each(one)


def jinja2_orjson_jsonschema_rs(job: Job, suffix: str = ".json.j2") -> Run:
    template = _jinja2(job, suffix)
    validator = jsonschema_rs.validator_for(schema())

    def one(context: Context) -> bytes:
        payload = orjson.loads(template.render(context))
        validator.validate(payload)
        return orjson.dumps(payload)

    return _each(one)


def unescaped_orjson_jsonschema_rs(job: Job) -> Run:
    return jinja2_orjson_jsonschema_rs(job, ".unescaped.json.j2")


def minijinja_orjson_jsonschema_rs(job: Job) -> Run:
    name = f"{job.name}.json.j2"
    environment = minijinja.Environment(templates={name: (PEERS / name).read_text()}, undefined_behavior="strict")
    validator = jsonschema_rs.validator_for(schema())

    def one(context: Context) -> bytes:
        payload = orjson.loads(environment.render_template(name, **context))
        validator.validate(payload)
        return orjson.dumps(payload)

    return _each(one)


def jinja2_orjson_fastjsonschema(job: Job) -> Run:
    template = _jinja2(job)
    validate = fastjsonschema.compile({**schema(), "$schema": "http://json-schema.org/draft-07/schema#"})

    def one(context: Context) -> bytes:
        payload = orjson.loads(template.render(context))
        validate(payload)
        return orjson.dumps(payload)

    return _each(one)


def json_e_orjson_jsonschema_rs(job: Job) -> Run:
    template = json.loads(_template(job, ".json-e.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema())

    def one(context: Context) -> bytes:
        payload = jsone.render(template, context)
        validator.validate(payload)
        return orjson.dumps(payload)

    return _each(one)


def jsonnet_orjson_jsonschema_rs(job: Job) -> Run:
    path = str(_template(job, ".jsonnet"))
    validator = jsonschema_rs.validator_for(schema())

    def one(context: Context) -> bytes:
        payload = orjson.loads(_jsonnet.evaluate_file(path, tla_codes={"context": json.dumps(context)}))
        validator.validate(payload)
        return orjson.dumps(payload)

    return _each(one)


def _quick_reply(context: Context) -> dict[str, Any]:
    text = f"Hi {context['first_name']}, shall we call you about {context['topic']}?"
    return {
        "template_type": "quick_reply",
        "content": [{"type": "text", "text": text}],
        "buttons": [
            {"type": "button", "text": "Yes", "value": context["yes"]},
            {"type": "button", "text": "No", "value": context["no"]},
            {"type": "button", "text": "Later", "value": context["later"]},
        ],
    }


def _carousel(context: Context) -> dict[str, Any]:
    return {
        "template_type": "carousel",
        "cards": [
            {
                "type": "card",
                "title": product["title"],
                "subtitle": product["subtitle"],
                "image": {"url": product["image_url"]},
                "buttons": [
                    {"type": "button", "text": "View", "url": product["page_url"]},
                    {"type": "button", "text": "Add to cart", "value": product["cart"]},
                    {"type": "button", "text": product["ask_label"], "value": product["ask"]},
                ],
            }
            for product in context["products"]
        ],
    }


def _payload(job: Job, context: Context) -> dict[str, Any]:
    write = {"quick_reply": _quick_reply, "carousel": _carousel}[job.name]
    return {"type": "send", "content": {"type": "template", **write(context)}}


def by_hand(job: Job) -> Run:
    write = {"quick_reply": _quick_reply, "carousel": _carousel}[job.name]
    validator = jsonschema_rs.validator_for(schema())

    def one(context: Context) -> bytes:
        payload = {"type": "send", "content": {"type": "template", **write(context)}}
        validator.validate(payload)
        return orjson.dumps(payload)

    return _each(one)


def floor(job: Job) -> Run:
    """Nothing but writing: the payloads are there before the clock starts."""
    ready = {id(context): _payload(job, context) for context in job.contexts}

    def one(context: Context) -> bytes:
        return orjson.dumps(ready[id(context)])

    return _each(one)


def handbill_compile_many(job: Job) -> Run:
    template = handbill.load(HERE / "project").template(job.name)
    return lambda contexts: template.compile_many(contexts, channel="messenger", via="genesys-event")


COMPILERS: dict[str, Callable[[Job], Run]] = {
    HANDBILL: handbill_compile_many,
    "jinja2 + json + jsonschema": jinja2_json_jsonschema,
    "jinja2 + json + jsonschema.validate()": jinja2_json_jsonschema_validate,
    "jinja2 + orjson + jsonschema-rs": jinja2_orjson_jsonschema_rs,
    "jinja2, values unescaped + orjson + jsonschema-rs": unescaped_orjson_jsonschema_rs,
    "minijinja + orjson + jsonschema-rs": minijinja_orjson_jsonschema_rs,
    "jinja2 + orjson + fastjsonschema": jinja2_orjson_fastjsonschema,
    "json-e + orjson + jsonschema-rs": json_e_orjson_jsonschema_rs,
    "jsonnet + orjson + jsonschema-rs": jsonnet_orjson_jsonschema_rs,
    BY_HAND: by_hand,
    FLOOR: floor,
}
