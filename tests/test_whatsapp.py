"""WhatsApp's own rules that no golden shows: values of an approved template, texts that it writes in its way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from handbill.pipeline import Compiler, Result
from handbill.project import open_project

TEMPLATE = {"template_type": "notification", "name": "order_shipped", "language": "en_US"}
MEDIUM = {"kind": "image", "url": "https://example.com/a.png"}


def compiled(root: Path, message: str, via: str = "direct", **context: Any) -> Result:
    file = root / "templates" / "message.json.j2"
    file.parent.mkdir(exist_ok=True)
    file.write_text(message, encoding="utf-8")
    return Compiler(open_project(root)).compile("message", "whatsapp", via, context)


def template(**parameters: Any) -> str:
    return json.dumps({**TEMPLATE, "parameters": parameters})


def parameters(result: Result, component: int = 0) -> list[Any]:
    found: list[Any] = result.payload["template"]["components"][component]["parameters"]
    return found


@pytest.mark.parametrize("name", ["cannedresponse@6d1f2c3a", "6d1f2c3a-93b4", "Order"])
def test_the_letters_of_a_templates_name_are_the_apis_own_rule(tmp_path: Path, name: str) -> None:
    message = json.dumps({**TEMPLATE, "name": name})
    assert [d.code for d in compiled(tmp_path, message).diagnostics] == ["wrong-format"]
    for gateway in ("genesys-event", "genesys-bot", "genesys-agentless"):
        assert compiled(tmp_path, message, gateway).ok


@pytest.mark.parametrize("gateway", ["direct", "genesys-event"])
def test_the_length_of_a_templates_name_is_everybodys_rule(tmp_path: Path, gateway: str) -> None:
    most, beyond = (json.dumps({**TEMPLATE, "name": "n" * size}) for size in (512, 513))
    assert compiled(tmp_path, most, gateway).ok
    assert [d.code for d in compiled(tmp_path, beyond, gateway).diagnostics] == ["text-too-long"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"body": {"1": "a", "3": "c"}}, "missing-field"),
        ({"body": {"2": "b"}}, "missing-field"),
        ({"body": {"1": "a", "first_name": "b"}}, "wrong-format"),
        ({"header": {"values": {"2": "b"}}}, "missing-field"),
        ({"body": {"1": "Zoë\nMiller"}}, "wrong-format"),
        ({"body": {"1": "a     b"}}, "wrong-format"),
        ({"header": {"values": {"1": "a\tb"}}}, "wrong-format"),
        ({"header": MEDIUM, "cards": [{"header": MEDIUM}, {"header": MEDIUM}]}, "unsupported-field"),
        ({"cards": [{"body": {"1": "a"}}, {"body": {"1": "a\nb"}}]}, "wrong-format"),
    ],
)
@pytest.mark.parametrize("gateway", ["direct", "genesys-event"])
def test_one_wrong_value_of_a_template_is_one_finding(
    tmp_path: Path, given: dict[str, Any], code: str, gateway: str
) -> None:
    assert [d.code for d in compiled(tmp_path, template(**given), gateway).diagnostics] == [code]


def test_numbered_values_go_out_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    result = compiled(
        tmp_path, template(body={str(number): f"v{number}" for number in (10, 2, 1, 3, 4, 5, 6, 7, 8, 9)})
    )
    assert [each["text"] for each in parameters(result)] == [f"v{number}" for number in range(1, 11)]
    assert all("parameter_name" not in each for each in parameters(result))


def test_named_values_keep_their_names(tmp_path: Path) -> None:
    result = compiled(tmp_path, template(body={"order": "A-1042", "first_name": "Zoë"}))
    assert [(each["parameter_name"], each["text"]) for each in parameters(result)] == [
        ("order", "A-1042"),
        ("first_name", "Zoë"),
    ]


@pytest.mark.parametrize(
    ("number", "text"), [(0.00001, "0.00001"), (-7, "-7"), (51.5, "51.5"), (89.999999, "89.999999")]
)
def test_degrees_are_text_without_an_exponent(tmp_path: Path, number: float, text: str) -> None:
    message = (
        "---\nparams: {at: {type: number}}\n---\n"
        '{"template_type": "location", "latitude": {{ at }}, "longitude": {{ at }}}'
    )
    assert compiled(tmp_path, message, at=number).payload["location"] == {"latitude": text, "longitude": text}


def test_metadata_come_back_as_json(tmp_path: Path) -> None:
    message = (
        "---\nparams: {who: {type: string}}\n---\n"
        '{"template_type": "text", "text": "Hi", "metadata": {"a \\"b\\"": "x", "who": "{{ who }}!"}}'
    )
    data = compiled(tmp_path, message, who='Zoë "\\ \n').payload["biz_opaque_callback_data"]
    assert data.isascii()
    assert json.loads(data) == {'a "b"': "x", "who": 'Zoë "\\ \n!'}


def test_markup_is_written_with_whatsapps_signs(tmp_path: Path) -> None:
    message = (
        "---\nmarkup: true\nparams: {who: {type: string}}\n---\n"
        '{"template_type": "quick_reply", "text": "**Hi {{ who }}**, _now_: `{{ who }}`",'
        ' "buttons": [{"text": "*Yes*", "value": "y"}]}'
    )
    interactive = compiled(tmp_path, message, who="Zoë").payload["interactive"]
    assert interactive["body"]["text"] == "*Hi Zoë*, _now_: ```Zoë```"
    assert interactive["action"]["buttons"][0]["reply"]["title"] == "*Yes*"


@pytest.mark.parametrize("text", ["Only *today*", "_now_", "~gone~", "`x`", "```a\nb```", "so:\n> said", "(*a b*)"])
def test_signs_that_would_be_formatted_are_told(tmp_path: Path, text: str) -> None:
    result = compiled(tmp_path, json.dumps({"template_type": "text", "text": text}))
    assert result.ok
    assert [d.code for d in result.diagnostics] == ["formatting-signs"]


@pytest.mark.parametrize("field", ["title", "subtitle"])
def test_signs_in_a_card_are_told(tmp_path: Path, field: str) -> None:
    card = {"template_type": "card", "title": "A", "subtitle": "B", "buttons": [{"text": "Yes", "value": "yes"}]}
    result = compiled(tmp_path, json.dumps({**card, field: "Only *today*"}))
    assert [d.code for d in result.diagnostics] == ["formatting-signs"]


@pytest.mark.parametrize("text", ["2 * 3 * 4", "snake_case_name", "* a\n* b", "a ~ b ~ c", "5 > 4", "it`s", "a*b*c"])
def test_signs_that_stay_as_they_are_are_not(tmp_path: Path, text: str) -> None:
    assert compiled(tmp_path, json.dumps({"template_type": "text", "text": text})).diagnostics == []
