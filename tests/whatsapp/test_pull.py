"""`handbill whatsapp pull`: a real HTTP server on loopback gives the list, page by page, or fails to."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result
from handbill.cli.group import handbill
from handbill.send.whatsapp_templates import written
from send.fake_channel import Api
from send.fake_genesys import Reply, Seen
from whatsapp.conftest import listed

TOKEN = "EAAJ-canary-token"
WABA = "102290129340398"
CONFIG = """\
channels = ["whatsapp"]

[connections.shop]
gateway = "direct"
channel = "whatsapp"
waba_id = "{waba}"
base_url = "{url}"
timeouts = {{connect = 1, read = 1}}
"""
A, B, C = (listed(f"Text of {name}.", name=name, id=name * 3) for name in "abc")

Pull = Callable[..., Result]


@pytest.fixture
def pull(folder: Path, api: Api) -> Pull:
    folder.joinpath("handbill.toml").write_text(CONFIG.format(waba=WABA, url=api.url), encoding="utf-8")

    def _pull(*arguments: str, code: int = 0, token: str = TOKEN) -> Result:
        runner = CliRunner(env={"WHATSAPP_TOKEN": token})
        result = runner.invoke(handbill, ["whatsapp", "pull", *arguments])
        assert result.exit_code == code, result.output
        assert "canary" not in result.output
        assert "Traceback" not in result.output
        return result

    return _pull


def lock(folder: Path) -> Any:
    return json.loads(folder.joinpath("whatsapp.lock.json").read_bytes())


def page(*templates: Any, after: str = "", more: bool = False) -> Reply:
    paging: dict[str, Any] = {"cursors": {"before": "x", "after": after}} if after else {}
    paging |= {"next": "https://evil.example/?access_token=canary"} if more else {}
    return Reply(body={"data": list(templates), "paging": paging})


def test_the_list_is_written_sorted(pull: Pull, api: Api, folder: Path) -> None:
    german = {**A, "language": "de"}
    api.replies["*"] = [page(C, A, B, german)]
    result = pull()
    assert [(each["name"], each["language"]) for each in lock(folder)["data"]] == [
        ("a", "de"), ("a", "en_US"), ("b", "en_US"), ("c", "en_US"),
    ]  # fmt: skip
    assert lock(folder)["data"][2] == B
    assert result.stdout.splitlines()[0] == "new      a de, APPROVED"
    assert "whatsapp.lock.json: 4 templates" in result.stderr
    assert [path.name for path in folder.iterdir() if "lock" in path.name] == ["whatsapp.lock.json"]


def test_the_request(pull: Pull, api: Api) -> None:
    api.replies["*"] = [page(A)]
    pull()
    [seen] = api.seen
    url = urlsplit(seen.path)
    assert (seen.method, url.path) == ("GET", f"/v26.0/{WABA}/message_templates")
    query = parse_qs(url.query)
    assert query["limit"] == ["100"]
    assert {"name", "language", "status", "components", "parameter_format"} <= set(query["fields"][0].split(","))
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert "canary" not in seen.path
    assert seen.body == b""


def test_every_page_is_asked_for_at_the_same_place(pull: Pull, api: Api, folder: Path) -> None:
    api.replies["*"] = [page(A, after="Q+/=1", more=True), page(B, after="2", more=True), page(C, after="3")]
    pull()
    assert [each["name"] for each in lock(folder)["data"]] == ["a", "b", "c"]
    assert [parse_qs(urlsplit(seen.path).query).get("after") for seen in api.seen] == [None, ["Q+/=1"], ["2"]]


def test_the_same_templates_give_the_same_file(pull: Pull, api: Api, folder: Path) -> None:
    def other(template: dict[str, Any], handle: str) -> dict[str, Any]:
        header = {"example": {"header_handle": [handle]}, "format": "IMAGE", "type": "HEADER"}
        return dict(random.sample(list({**template, "components": [header], "quality_score": handle}.items()), 7))

    api.replies["*"] = [page(other(A, "https://scontent/1"), B), page(B, other(A, "https://scontent/2"))]
    pull()
    before = folder.joinpath("whatsapp.lock.json").read_bytes()
    assert b"scontent" not in before
    assert "as before" in pull().stderr
    assert folder.joinpath("whatsapp.lock.json").read_bytes() == before


def test_check_says_what_changed_and_writes_nothing(pull: Pull, api: Api, folder: Path) -> None:
    changed = {**A, "components": [{"type": "BODY", "text": "Another text."}]}
    api.replies["*"] = [page(A, B), page(A, B), page({**B, "status": "PAUSED"}, C, changed)]
    assert "not up to date" in pull("--check", code=1).stderr
    assert not folder.joinpath("whatsapp.lock.json").exists()
    folder.joinpath("whatsapp.lock.json").write_bytes(written([A, B]))
    assert "up to date" in pull("--check").stderr
    result = pull("--check", code=1)
    assert result.stdout.splitlines() == [
        "changed  a en_US",
        "changed  b en_US, APPROVED → PAUSED",
        "new      c en_US, APPROVED",
    ]
    assert lock(folder)["data"] == [A, B]


def test_a_template_that_is_gone(pull: Pull, api: Api, folder: Path) -> None:
    api.replies["*"] = [page(A, B), page(B)]
    pull()
    assert pull().stdout.splitlines() == ["gone     a en_US"]
    assert lock(folder)["data"] == [B]


FAILURES = {
    "token": (Reply(401, {"error": {"message": "Error validating access token", "code": 190}}), "login-failed"),
    "permission": (Reply(403, {"error": {"message": "Missing permission", "code": 200}}), "not-permitted"),
    "permission as 400": (Reply(400, {"error": {"message": "No permission", "code": 10}}), "not-permitted"),
    "calls": (Reply(400, {"error": {"message": "Too many calls", "code": 80007}}), "throttled"),
    "429": (Reply(429, b""), "throttled"),
    "account": (Reply(400, {"error": {"message": "Unsupported get request", "code": 100}}), "pull-failed"),
    "server": (Reply(500, {"error": {"message": "An unknown error", "code": 1}}), "pull-failed"),
    "a login page": (Reply(200, b"<html>"), "pull-failed"),
    "no list": (Reply(200, {"ok": True}), "pull-failed"),
    "odd templates": (Reply(200, {"data": [{"name": "a"}]}), "pull-failed"),
    "elsewhere": (Reply(302, b"", {"Location": "http://127.0.0.1:9/"}), "pull-failed"),
    "closed": (Reply(fault="close"), "not-connected"),
    "silence": (Reply(fault="hang"), "not-connected"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("first", [True, False], ids=["at once", "on the second page"])
def test_a_failure_is_explained_and_nothing_is_written(
    pull: Pull, api: Api, folder: Path, name: str, first: bool
) -> None:
    reply, code = FAILURES[name]
    folder.joinpath("whatsapp.lock.json").write_bytes(b"as it was")
    api.replies["*"] = [reply] if first else [page(A, after="1", more=True), reply]
    result = pull(code=1)
    assert f"error: {code}" in result.stderr
    assert "= hint:" in result.stderr
    assert folder.joinpath("whatsapp.lock.json").read_bytes() == b"as it was"
    assert len(api.seen) == (1 if first else 2), "asked once"


def test_pages_without_end(pull: Pull, api: Api) -> None:
    def again(_: Seen) -> Reply:
        return page(A, after="1", more=True)

    api.replies["*"] = [again, again, again]
    assert "pull-failed" in pull(code=1).stderr
    assert len(api.seen) == 2


def test_nothing_listens(pull: Pull, folder: Path) -> None:
    config = folder.joinpath("handbill.toml")
    config.write_text(CONFIG.format(waba=WABA, url="http://127.0.0.1:1"), encoding="utf-8")
    assert "not-connected" in pull(code=1).stderr


def test_what_a_server_gives_back_of_the_token_is_not_shown(pull: Pull, api: Api) -> None:
    api.replies["*"] = [Reply(400, {"error": {"message": f"bad token {TOKEN}", "code": 190}})]
    assert "<hidden>" in pull(code=1).stderr


def test_what_is_needed(pull: Pull, api: Api, folder: Path) -> None:
    result = pull(token="", code=1)
    assert "WHATSAPP_TOKEN is not set" in result.stderr
    assert "--dump" not in result.stderr
    config = folder.joinpath("handbill.toml")
    whole = CONFIG.format(waba=WABA, url=api.url)
    config.write_text(whole.replace(f'waba_id = "{WABA}"\n', ""), encoding="utf-8")
    assert "`waba_id` is not known" in pull(code=1).stderr
    api.replies["*"] = [page(A)]
    pull("--waba-id", "42")
    assert urlsplit(api.seen[-1].path).path == "/v26.0/42/message_templates"
    config.write_text(whole.replace(WABA, "../me"), encoding="utf-8")
    result = pull(code=1)
    assert "bad-config" in result.stderr
    assert "handbill.toml:6:1" in result.stderr
    pull("--waba-id", "../me", code=2)
    config.write_text(
        whole.replace('"whatsapp"\n', '"telegram"\n').replace(f'waba_id = "{WABA}"\n', ""), encoding="utf-8"
    )
    pull("--connection", "shop", code=1)


def test_the_setting_does_not_disturb_sending(folder: Path, api: Api) -> None:
    config = CONFIG.format(waba=WABA, url=api.url).replace("waba_id", 'phone_number_id = "1"\nwaba_id')
    folder.joinpath("handbill.toml").write_text(config, encoding="utf-8")
    folder.joinpath("templates", "m.json.j2").write_text('{"template_type": "text", "text": "Hi"}', encoding="utf-8")
    api.replies["*"] = [Reply(body={"messages": [{"id": "wamid.1"}]})]
    arguments = ["send", "m", "--channel", "whatsapp", "--to", "+16505551234"]
    result = CliRunner(env={"WHATSAPP_TOKEN": TOKEN}).invoke(handbill, arguments)
    assert result.exit_code == 0, result.output


def test_what_is_pulled_is_what_a_notification_is_held_against(pull: Pull, api: Api, folder: Path) -> None:
    api.replies["*"] = [page(listed("Hi {{1}}, your order left us today."))]
    pull()
    text = '{"template_type": "notification", "name": "order_shipped", "language": "en_US"}'
    folder.joinpath("templates", "m.json.j2").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(handbill, ["check"])
    assert result.exit_code == 1
    assert "template-arity" in result.output
