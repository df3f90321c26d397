"""Settings and environment in, a connection or one diagnostic out."""

from __future__ import annotations

import pickle
import runpy
from importlib.util import find_spec

import pytest
from handbill.diagnostic import Diagnostic, Failed
from handbill.send.genesys_connection import data
from handbill.send.secret import Redactor, Secret
from handbill.source import Source
from send.conftest import linked

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def refused(settings: object, environment: dict[str, str] | None = None, source: Source | None = None) -> Diagnostic:
    with pytest.raises(Failed) as failed:
        linked({"x": settings}, "x", environment or {}, source)
    [diagnostic] = failed.value.diagnostics
    return diagnostic


def test_the_tutorials_environment_is_enough() -> None:
    found = linked({}, None, {"GENESYS_CLOUD_ORGANIZATION_ID": GUID})
    assert found.name == ""
    assert found.api == "https://api.mypurecloud.com"
    assert found.login == "https://login.mypurecloud.com"
    assert found.client_id == "GENESYS_CLOUD_CLIENT_ID"
    assert found.client_secret == "GENESYS_CLOUD_CLIENT_SECRET"
    assert found.organization == GUID


@pytest.mark.parametrize("region", ["eu-central-1", "eu_central_1", " EU-Central-1 "])
def test_region_in_any_spelling(region: str) -> None:
    found = linked({}, None, {"GENESYS_CLOUD_REGION": region})
    assert (found.region, found.api) == ("eu-central-1", "https://api.mypurecloud.de")


def test_the_connections_region_wins_over_the_environments() -> None:
    found = linked({"x": {"region": "eu-west-1"}}, "x", {"GENESYS_CLOUD_REGION": "us-west-2"})
    assert found.api == "https://api.mypurecloud.ie"


def test_regions_are_those_of_the_official_sdk() -> None:
    sdk = find_spec("PureCloudPlatformClientV2")
    if sdk is None or not sdk.submodule_search_locations:
        pytest.skip("the official SDK is not installed")
    hosts = runpy.run_path(f"{sdk.submodule_search_locations[0]}/purecloud_region_hosts.py")["PureCloudRegionHosts"]
    official = {member.name: member.value for member in hosts}
    ours = {name: linked({}, None, {"GENESYS_CLOUD_REGION": name}) for name in data()["regions"]["hosts"]}
    assert {name.replace("-", "_"): found.api for name, found in ours.items()} == official
    assert all(found.login == found.api.replace("//api.", "//login.") for found in ours.values())


def test_unknown_region_is_named_with_its_neighbour() -> None:
    diagnostic = refused({}, {"GENESYS_CLOUD_REGION": "eu-centrl-1"})
    assert diagnostic.code == "unknown-region"
    assert "GENESYS_CLOUD_REGION" in diagnostic.text
    assert "eu-central-1" in diagnostic.hint


@pytest.mark.parametrize(
    ("missing", "title"),
    [
        ({"GENESYS_CLOUD_CLIENT_ID"}, "GENESYS_CLOUD_CLIENT_ID is not set"),
        ({"GENESYS_CLOUD_CLIENT_SECRET"}, "GENESYS_CLOUD_CLIENT_SECRET is not set"),
        (
            {"GENESYS_CLOUD_CLIENT_ID", "GENESYS_CLOUD_CLIENT_SECRET"},
            "GENESYS_CLOUD_CLIENT_ID and GENESYS_CLOUD_CLIENT_SECRET are not set",
        ),
    ],
)
def test_missing_variables_are_named(environment: dict[str, str], missing: set[str], title: str) -> None:
    left = {name: value for name, value in environment.items() if name not in missing}
    for lacking in (left, {**left, **dict.fromkeys(missing, " ")}):
        with pytest.raises(Failed) as failed:
            linked({}, None, lacking).credentials(lacking)
        [diagnostic] = failed.value.diagnostics
        assert (diagnostic.code, diagnostic.title) == ("missing-credentials", title)


def test_credentials_come_from_the_variables_a_connection_names() -> None:
    environment = {"ACME_ID": "an-id", "ACME_SECRET": "a-secret\n"}
    found = linked({"acme": {"client_id": "ACME_ID", "client_secret": "ACME_SECRET"}}, "acme", environment)
    basic = found.credentials(environment).basic
    assert basic.reveal() == "YW4taWQ6YS1zZWNyZXQ="


def test_which_connection_is_taken() -> None:
    east, west = {"region": "us-east-1"}, {"region": "us-west-2"}
    assert linked({"west": west}, None, {}).name == "west"
    assert linked({"west": west, "default": east}, None, {}).name == "default"
    assert linked({"west": west, "default": east}, "west", {}).name == "west"
    with pytest.raises(Failed, match="No connection chosen"):
        linked({"west": west, "east": east}, None, {})
    with pytest.raises(Failed, match="No connection `wets`") as failed:
        linked({"west": west}, "wets", {})
    assert failed.value.diagnostics[0].hint == "did you mean `west`?"


@pytest.mark.parametrize(
    "url",
    ["https://genesys.example", "https://genesys.example:8443/prefix/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"],
)  # fmt: skip
def test_base_urls(url: str) -> None:
    found = linked({"x": {"base_url": url}}, "x", {"GENESYS_CLOUD_REGION": "nowhere"})
    assert found.api == found.login == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://genesys.example", "http://127.0.0.1.example", "http://10.0.0.1", "ftp://genesys.example",
        "genesys.example", "https://", "https://user:pw@genesys.example", "https://genesys.example?token=x", "https://genesys.example/#x",
        "https://genesys.example:99999", "https://[::1", "https://a b", "https://genesys.example/a b", "https://ex\u0430mple.com",
    ],
)  # fmt: skip
def test_unsafe_base_urls_are_refused_and_not_repeated(url: str) -> None:
    for key in ("base_url", "login_url"):
        diagnostic = refused({"base_url": "https://genesys.example", key: url})
        assert diagnostic.code == "bad-config"
        assert "user:pw" not in repr(diagnostic)
        assert "token=x" not in repr(diagnostic)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"regoin": "us-east-1"}, "did you mean `region`?"),
        ({"region": 1}, "write a text"),
        ({"region": ""}, "write a text"),
        ({"region": "us-east-1", "base_url": "https://x.example"}, "keep one of the two"),
        ({"client_id": GUID}, "write its name here"),
        ({"client_secret": "kJ_8sdfhU-sdf"}, "write its name here"),
        ({"paths": "/x"}, "write paths"),
        ({"paths": {"genesys-event": 1}}, "write paths"),
        ({"channels": {"messanger": "1"}}, "did you mean `messenger`?"),
        ({"channels": {"messenger": ""}}, "write channels"),
        ({"paths": {"genesys-event": "x"}}, "write it as"),
        ({"paths": {"genesys-event": "//evil.example/x"}}, "write it as"),
        ({"paths": {"genesys-event": "/x?y=1"}}, "write it as"),
        ({"paths": {"genesys-dialogflow": "/x"}}, "genesys-event"),
        ({"gateway": "genesys-evnt"}, "did you mean `genesys-event`?"),
        ({"gateway": "genesys-dialogflow"}, "there are: genesys-event"),
        ({"path": "/x"}, "name the gateway too"),
        ({"gateway": "genesys-bot", "path": "x"}, "write it as"),
        ({"gateway": "genesys-bot", "path": "/x", "paths": {"genesys-bot": "/y"}}, "keep one of the two"),
        ({"bot_version": 1}, "write a text"),
        ({"idempotency_key": "Authorization"}, "name of the header"),
        ({"idempotency_key": "a b"}, "name of the header"),
        ({"workers": 0}, "workers = 8"),
        ({"workers": 51}, "workers = 8"),
        ({"workers": True}, "workers = 8"),
        ({"batch": 1.5}, "batch = 10"),
        ({"batch": 101}, "batch = 10"),
        ({"rate": 300}, "write a text"),
        ({"rate": "0/min"}, "300/min"),
        ({"rate": "300/fortnight"}, "300/min"),
        ({"timeouts": 5}, "write timeouts = {connect = 5, read = 30}"),
        ({"timeouts": {"conect": 5}}, "did you mean `connect`?"),
        ({"timeouts": {"read": 0}}, "write timeouts"),
        ({"retry": {"attempts": 100}}, "write retry = {attempts = 5"),
        ({"retry": {"attempts": "many"}}, "write retry = {attempts = 5"),
    ],
)
def test_wrong_settings_are_one_diagnostic(settings: dict[str, object], said: str) -> None:
    diagnostic = refused(settings)
    assert diagnostic.code == "bad-config"
    assert said in diagnostic.hint
    assert "kJ_8" not in repr(diagnostic), "a secret in the wrong place is not repeated"


def test_how_fast_and_how_often() -> None:
    plain = linked({}, None, {})
    assert (plain.workers, plain.batch, plain.rate) == (8, 10, (300, 60))
    assert plain.timeouts == {"connect": 5, "read": 30, "write": 30, "pool": 30}
    assert plain.retry["attempts"] == 5
    settings = {"workers": 2, "batch": 50, "rate": "80/s", "timeouts": {"read": 2.5}, "retry": {"attempts": 3}}
    own = linked({"x": settings}, "x", {})
    assert (own.workers, own.batch, own.rate) == (2, 50, (80, 1))
    assert own.timeouts == {**plain.timeouts, "read": 2.5}
    assert own.retry == {**plain.retry, "attempts": 3}
    for rate, seconds in [("7/min", 60), ("7 / h", 3600), ("7/second", 1)]:
        assert linked({"x": {"rate": rate}}, "x", {}).rate == (7, seconds)


def test_what_is_the_same_for_every_message() -> None:
    settings = {"gateway": "genesys-bot", "path": "/bot", "bot_version": "2", "language": "en-us"}
    found = linked({"x": settings}, "x", {})
    assert (found.gateway, found.path("genesys-bot")) == ("genesys-bot", "/bot")
    assert found.address == {"bot_version": "2", "language": "en-us"}
    assert found.path("genesys-event") == "/api/v2/messaging/messagingevents"


def test_a_wrong_setting_has_its_place() -> None:
    source = Source("handbill.toml", '[connections.x]\nregion = "us-east-1"\nbase_url = "https://x.example"\n')
    diagnostic = refused({"region": "us-east-1", "base_url": "https://x.example"}, source=source)
    assert diagnostic.label is not None
    assert diagnostic.label.span.text == "base_url"


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret("canary")
    assert secret.reveal() == "canary"
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!s:>10}", "%s" % secret, repr([secret])):  # noqa: UP031
        assert "canary" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_the_redactor_knows_a_secret_in_a_url_too() -> None:
    redactor = Redactor(Secret("a/b+c"), Secret("a/b+c-longer"), Secret(""))
    assert redactor.clean("x a/b+c-longer y a%2Fb%2Bc z") == "x <hidden> y <hidden> z"
