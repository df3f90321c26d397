"""What every answer of a local server has, and how its own files are sent."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from handbill.local.assets import Assets
from handbill.local.headers import Secured
from handbill.local.serving import HOST, listening
from local.served import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

FILES = {"a.css": b"body{}", "b.js": b"1", "c.svg": b"<svg/>", "d.bin": b"\0"}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    assets = Assets(FILES)

    async def page(_request: Request) -> Response:
        return PlainTextResponse("hello")

    async def asset(request: Request) -> Response:
        return assets.answer(request, request.path_params["name"])

    routes = [Route("/", page), Route("/assets/{name:path}", asset)]
    with serving(Secured(Starlette(routes=routes))) as (url, _), httpx.Client(base_url=url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/assets/a.css", "/assets/nothing", "/nowhere"])
def test_every_answer_may_do_nothing_but_its_own(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    policy = dict(each.strip().split(" ", 1) for each in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in answer.headers


def test_a_page_is_not_kept(client: httpx.Client) -> None:
    assert client.get("/").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.css", "text/css"), ("b.js", "text/javascript"), ("c.svg", "image/svg+xml"), ("d.bin", "application/octet-")],
)
def test_a_file_says_what_it_is(client: httpx.Client, name: str, kind: str) -> None:
    answer = client.get(f"/assets/{name}")
    assert answer.content == FILES[name]
    assert answer.headers["content-type"].startswith(kind)


def test_a_file_is_sent_again_only_when_it_differs(client: httpx.Client) -> None:
    first = client.get("/assets/a.css")
    tag = first.headers["etag"]
    assert re.fullmatch('"[0-9a-f]{20}"', tag)
    assert first.headers["cache-control"] == "no-cache"
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = client.get("/assets/a.css", headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert client.get("/assets/a.css", headers={"if-none-match": '"other"'}).status_code == 200
    assert client.get("/assets/b.js").headers["etag"] != tag


@pytest.mark.parametrize("name", ["nothing.css", "../assets.py", "%2e%2e/assets.py", "a.css/", ""])
def test_there_is_no_other_file(client: httpx.Client, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_nobody_else_can_connect() -> None:
    with listening(0) as socket:
        assert socket.getsockname()[0] == HOST == "127.0.0.1"


def test_a_port_that_is_taken() -> None:
    with listening(0) as socket, pytest.raises(OSError, match="in use"):
        listening(socket.getsockname()[1])
