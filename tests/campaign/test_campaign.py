"""A message to everyone in a file, over real HTTP to the sandbox: what arrives, and what is said of it."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from campaign.conftest import Made, Project, run_id
from handbill.send.ledger import Ledger
from handbill.send.outcome import State
from send.conftest import library as library

KEY = {"idempotency_key": "Idempotency-Key"}
LEGAL = {("new", "sending"), ("sending", "sent"), ("sending", "rejected"), ("sending", "unknown"), ("sending", "new")}


def watched(project: Project) -> None:
    """Have the ledger's file note every change of a state."""
    with Ledger.open(project.root):
        pass
    with sqlite3.connect(project.root / ".handbill" / "ledger.db") as db:
        db.execute("CREATE TABLE steps (was INTEGER, now INTEGER)")
        db.execute(
            "CREATE TRIGGER step AFTER UPDATE OF state ON rows WHEN old.state <> new.state "
            "BEGIN INSERT INTO steps VALUES (old.state, new.state); END"
        )
    db.close()


def steps(project: Project) -> set[tuple[str, str]]:
    names = ["new", "sending", "sent", "rejected", "unknown"]
    with sqlite3.connect(project.root / ".handbill" / "ledger.db") as db:
        found = {(names[was], names[now]) for was, now in db.execute("SELECT DISTINCT was, now FROM steps")}
    db.close()
    return found


def test_everybody_gets_one_message(made: Made) -> None:
    project = made(dedupe=False)
    people = project.people(95)
    result = project.send()
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.box.counts()["requests"] == 10, "ten messages in each"
    assert project.box.counts()["tokens"] == 1
    assert result.stdout == "95 messages: 95 sent\n"
    assert result.stderr.splitlines()[0] == f"run {run_id(result.stderr)}"
    assert result.stderr.splitlines()[1] == "10 requests in 1 s"
    texts = {each["recipient"]: each["body"]["content"]["text"] for each in project.box.messages()}
    assert texts["user-00007"] == "Hi Zoë 7"
    assert [run.phase for run in project.runs()] == ["done"]
    assert all(row.state is State.SENT and row.id for row in project.rows())


@pytest.mark.usefixtures("library")
def test_a_third_of_the_requests_fail_and_all_arrive(made: Made) -> None:
    fail = "429=0.08,500=0.05,503=0.04,502-after=0.03,reset=0.04,drop=0.04,html-after=0.02"
    project = made({**KEY, "retry": {"attempts": 8}}, dedupe=True, fail=fail)
    watched(project)
    people = project.people(600)
    project.send("--quiet")
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.states() == {State.SENT: 600}
    counts = project.box.counts()
    assert counts["requests"] <= 1.6 * 60, counts
    assert steps(project) <= LEGAL


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_five_thousand_with_a_third_of_faults(made: Made, seed: int) -> None:
    fail = "429=0.08,500=0.05,503=0.04,502-after=0.03,reset=0.04,drop=0.04,html-after=0.02"
    project = made({**KEY, "retry": {"attempts": 8}}, dedupe=True, fail=fail, seed=seed)
    watched(project)
    people = project.people(5000)
    project.send("--quiet")
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.box.counts()["requests"] <= 1.6 * 500, project.box.counts()
    assert steps(project) <= LEGAL


def test_what_the_server_refuses_is_told_row_by_row(made: Made) -> None:
    project = made()
    people = project.people(30, lambda n: f"unknown-{n}" if n in (3, 17) else f"user-{n}")
    result = project.send(code=1)
    assert project.delivered() == {to: 1 for to in people if to.startswith("user")}
    assert result.stdout == "30 messages: 28 sent, 2 not sent\n"
    assert "hello: error: " in result.stderr
    assert "2 messages" in result.stderr
    run = run_id(result.stderr)
    assert f"what is not sent: handbill runs {run} --state rejected" in result.stderr
    listed = project.run("runs", run, "--state", "rejected").stdout.splitlines()[2:]
    assert [line.partition(": ")[0].rpartition("/")[2] for line in listed] == ["people.csv:5", "people.csv:19"]
    assert all("not.found" in line for line in listed)
    rows = [json.loads(line) for line in project.run("runs", run, "--format", "json").stdout.splitlines()]
    assert [row["row"] for row in rows if row["state"] == "rejected"] == [4, 18]
    assert "recipient" not in rows[0]

    project.box.change(unknown=[])
    again = project.run("runs", run, "--retry", "rejected")
    assert again.stdout == f"{run}: 2 to be sent again; now 30 messages: 28 sent, 2 not sent yet\n"
    project.run("send", "--resume", run)
    assert project.delivered() == dict.fromkeys(people, 1)


def test_bad_rows_do_not_stop_the_others(made: Made) -> None:
    project = made()
    project.people(3)
    with project.root.joinpath("people.csv").open("a") as file:
        file.write(",Nobody\nuser-9,Ann\n")
    result = project.send(code=1)
    assert "people.csv:5:1: error: bad-recipient" in result.stderr
    assert result.stdout == "5 messages: 4 sent, 1 not sent\n"
    assert len(project.delivered()) == 4
    assert project.rows()[3].code == "bad-recipient"


@pytest.mark.parametrize("first", ["--validate-first", "--stream"])
def test_fail_fast(made: Made, first: str) -> None:
    project = made()
    project.people(20)
    with project.root.joinpath("people.csv").open("a") as file:
        file.write(",Nobody\nuser-9,Ann\n")
    result = project.send("--fail-fast", first, code=1)
    assert len(project.delivered()) == 0 if first == "--validate-first" else len(project.delivered()) <= 20
    project.run("send", "--resume", run_id(result.stderr), code=1)
    assert project.states() == {State.SENT: 21, State.REJECTED: 1}


def test_many_bad_rows_are_counted(made: Made) -> None:
    project = made()
    with project.root.joinpath("people.csv").open("w") as file:
        file.write("to,first_name\n" + ",Nobody\n" * 200)
    result = project.send(code=1)
    assert result.stderr.count("error: bad-recipient") == 20
    assert "and 180 more findings" in result.stderr
    assert result.stdout == "200 messages: 200 not sent\n"


def test_a_sequence_arrives_in_order_and_stops_where_it_is_refused(made: Made) -> None:
    project = made(connection={"batch": 4}, next=("", "500-after"))
    people = project.people(9)
    result = project.send("--unknown", "park", name="two", code=1)
    order: dict[str, list[str]] = {}
    for each in project.box.accepted():
        order.setdefault(each["recipient"], []).append(each["body"]["content"]["text"][:3])
    assert set(order) == set(people)
    doubtful = [row for row in project.rows() if row.state is State.UNKNOWN]
    assert 1 <= len(doubtful) <= 4
    for row in project.rows():
        got = order[people[row.row - 1]]
        if row.state is State.SENT:
            assert (got, row.done) == (["Hi ", "Bye"], 2)
        else:
            assert got == ["Hi ", "Bye"][: row.done + 1]
    project.run("send", "--resume", run_id(result.stderr), "--unknown", "resend")
    assert project.states() == {State.SENT: 9}


def test_each_body_of_a_sequence_has_a_key_of_its_own(made: Made) -> None:
    project = made({**KEY, "workers": 2}, dedupe=True, next=("drop", "", "drop", "502-after"))
    people = project.people(30)
    project.send(name="two")
    assert project.delivered() == dict.fromkeys(people, 2)
    assert len({each["key"] for each in project.box.messages()}) == 60


def test_a_token_that_expires_in_the_middle_is_renewed_once(made: Made) -> None:
    requests = []

    def tell(line: str) -> None:
        requests.append(line)
        if len(requests) == 12:
            threading.Thread(target=project.box.expire, daemon=True).start()

    project = made({"workers": 8, "batch": 2}, tell=tell, delay=0.02)
    people = project.people(100)
    project.send()
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.box.counts()["tokens"] == 2


def test_a_short_lived_token_is_renewed_before_it_is_refused(made: Made) -> None:
    project = made({"workers": 2, "batch": 1}, token_life=1, delay=0.03)
    people = project.people(100)
    project.send()
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.box.counts()["answers"].get("401", 0) == 0
    assert project.box.counts()["tokens"] >= 2


@pytest.mark.parametrize(
    ("rate", "count"),
    [
        pytest.param("600000/min", 200, id="fast"),
        pytest.param("8/s", 40, id="slow: the next one has its permit already"),
    ],
)
def test_nobody_goes_before_the_server_allows_it(made: Made, rate: str, count: int) -> None:
    seen: list[tuple[float, str]] = []
    project = made(
        {"workers": 4, "batch": 5, "rate": rate}, tell=lambda line: seen.append((time.monotonic(), line)),
        next=("", "429"), retry_after="1", delay=0.04,
    )  # fmt: skip
    people = project.people(count)
    project.send()
    assert project.delivered() == dict.fromkeys(people, 1)
    throttled = next(moment for moment, line in seen if "429" in line)
    between = [line for moment, line in seen if throttled + 0.09 < moment < throttled + 0.95]
    assert between == [], "those under way may still come, and nobody else"
    assert len([line for moment, line in seen if moment > throttled + 0.95]) > 3


def test_no_faster_than_the_connection_says(made: Made) -> None:
    seen: list[float] = []
    project = made(
        {"workers": 4, "batch": 2, "rate": "20/s"}, rate="20/s", tell=lambda line: seen.append(time.monotonic())
    )
    people = project.people(80)
    project.send()
    assert project.delivered() == dict.fromkeys(people, 1)
    answers = project.box.counts()["answers"]
    assert answers["200"] == 40
    assert sum(answers.values()) <= 42, "a machine that is busy may let two come closer than they left"
    assert seen[-1] - seen[1] > 1.9


def test_a_dead_service_stops_the_run_and_it_can_be_resumed(made: Made) -> None:
    project = made({"workers": 4}, fail={"503": 1.0})
    people = project.people(500)
    result = project.send(code=1)
    assert "error: run-stopped" in result.stderr
    run = run_id(result.stderr)
    assert f"stopped; resume with: handbill send --resume {run}" in result.stderr
    assert project.states() == {State.NEW: 500}
    assert project.box.counts()["requests"] <= 500 / 14 + 8, "no storm"
    project.box.change(fail={})
    assert project.run("send", "--resume", run).stdout == "500 messages: 500 sent\n"
    assert project.delivered() == dict.fromkeys(people, 1)


def test_what_every_message_would_meet_stops_the_run_at_once(made: Made) -> None:
    project = made({"workers": 4}, without=["messaging:send"])
    people = project.people(200)
    result = project.send(code=1)
    assert result.stderr.count("error: not-permitted") == 1
    assert project.states() == {State.NEW: 200}, "nobody is given up for a role that is missing"
    assert project.box.counts()["requests"] <= 4
    project.box.change(without=[])
    project.run("send", "--resume", run_id(result.stderr))
    assert project.delivered() == dict.fromkeys(people, 1)


def test_a_server_that_is_not_there(made: Made) -> None:
    project = made()
    project.people(20)
    project.box.stop()
    result = project.send(code=1)
    assert "error: not-connected" in result.stderr
    assert project.states() == {State.NEW: 20}


def test_doubtful_ones_are_parked(made: Made) -> None:
    project = made({"workers": 2}, next=("", "drop", "", "drop-before"))
    people = project.people(80)
    result = project.send(code=1)
    assert result.stdout == "80 messages: 60 sent, 20 unknown, may have arrived\n"
    got = project.delivered()
    assert max(got.values()) == 1
    assert len(got) == 70
    for row in project.rows():
        if row.state is State.SENT:
            assert got[people[row.row - 1]] == 1
    assert "handbill runs" in result.stderr
    project.run("send", "--resume", run_id(result.stderr), code=1)
    assert project.states() == {State.SENT: 60, State.UNKNOWN: 20}, "not sent again in silence"


@pytest.mark.parametrize("how", ["begin", "resume", "retry"])
def test_or_sent_again_as_asked_for(made: Made, how: str) -> None:
    project = made({"workers": 2}, next=("", "drop", "", "drop-before"))
    people = project.people(80)
    if how == "begin":
        project.send("--unknown", "resend")
    else:
        run = run_id(project.send(code=1).stderr)
        if how == "retry":
            project.run("runs", run, "--retry", "unknown")
        project.run("send", "--resume", run, *(("--unknown", "resend") if how == "resume" else ()))
    got = project.delivered()
    assert project.states() == {State.SENT: 80}
    assert set(got) == set(people)
    assert sum(got.values()) == 90, "one drop of ten had arrived"


def test_a_refusal_after_a_doubt_is_unknown(made: Made) -> None:
    """The first attempt may have arrived, whatever the second says."""
    project = made({"workers": 1, "batch": 1}, next=("drop",))
    project.people(1)

    def refuse() -> None:
        end = time.monotonic() + 20
        while not project.box.messages() and time.monotonic() < end:
            time.sleep(0.005)
        project.box.change(without=["messaging:send"])

    thread = threading.Thread(target=refuse, daemon=True)
    thread.start()
    result = project.send("--unknown", "resend", code=1)
    thread.join(20)
    assert not thread.is_alive()
    assert project.rows()[0].ambiguous
    assert project.states() in ({State.NEW: 1}, {State.UNKNOWN: 1})
    project.box.change(without=[], unknown=["user"])
    project.run("send", "--resume", run_id(result.stderr), code=1)
    assert project.states() == {State.UNKNOWN: 1}


@pytest.mark.parametrize("what", ["template", "included", "contract", "recipients"])
def test_what_has_changed_since_is_not_sent(made: Made, what: str) -> None:
    project = made({"retry": {"tokens": 10}}, fail={"503": 1.0})
    templates = project.root / "templates"
    project.people(50)
    templates.joinpath("_name.j2").write_text("{{ first_name }}")
    templates.joinpath("hello.json.j2").write_text(
        "---\nparams:\n  first_name: {type: string}\n---\n"
        '{"template_type": "text", "text": "Hi {% include "_name.j2" %}"}'
    )
    run = run_id(project.send(code=1).stderr)
    project.box.change(fail={})
    before = project.box.counts()["requests"]
    if what == "template":
        path = templates / "hello.json.j2"
        path.write_text(path.read_text().replace("Hi", "Hello"))
    elif what == "contract":
        path = templates / "hello.json.j2"
        path.write_text(path.read_text().replace("string}", "string, maxLength: 3}"))
    elif what == "included":
        templates.joinpath("_name.j2").write_text("dear {{ first_name }}")
    else:
        project.people(51)
    result = project.run("send", "--resume", run, code=1)
    assert "error: run-changed" in result.stderr
    assert ("recipients file" in result.stderr) == (what == "recipients")
    assert project.box.counts()["requests"] == before


def test_another_template_may_change(made: Made) -> None:
    project = made({"retry": {"tokens": 10}}, fail={"503": 1.0})
    project.people(50)
    run = run_id(project.send(code=1).stderr)
    project.box.change(fail={})
    project.root.joinpath("templates", "two.json.j2").write_text("{}")
    project.run("send", "--resume", run)


def test_a_missing_variable_is_named_before_anything_is_done(made: Made) -> None:
    project = made()
    project.people(3)
    people = str(project.root / "people.csv")
    for name in list(project.env):
        env: dict[str, str] = {**project.env, name: ""}
        result = project.run("send", "hello", "--channel", "messenger", "--recipients", people, code=1, env=env)
        assert f"{name} is not set" in result.stderr
    assert not project.root.joinpath(".handbill").exists()


def test_a_stream_sends_while_it_compiles(made: Made) -> None:
    project = made()
    people = project.people(1200)
    result = project.send("--stream")
    assert result.stdout == "1,200 messages: 1,200 sent\n"
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.runs()[0].total == 1200


def test_only_the_first_rows(made: Made) -> None:
    project = made()
    people = project.people(50)
    assert project.send("--limit", "7").stdout == "7 messages: 7 sent\n"
    assert set(project.delivered()) == set(people[:7])


def test_columns_by_other_names(made: Made) -> None:
    project = made()
    project.root.joinpath("people.csv").write_text("Kundennummer,Vorname,page\nuser-1,Zoë,page-7\n", encoding="utf-8")
    project.send("--map", "to=Kundennummer", "--map", "first_name=Vorname", "--map", "channel_id=page")
    [message] = project.box.messages()
    assert (message["recipient"], message["channel"]) == ("user-1", "page-7")


def test_the_ledger_is_private_and_knows_nobody(made: Made) -> None:
    project = made()
    project.people(5)
    project.send()
    for path in [project.root / ".handbill", *project.root.joinpath(".handbill").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0 or path.name == ".gitignore", path
    for path in project.root.joinpath(".handbill").glob("ledger.db*"):
        assert b"user-0000" not in path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hello", "--channel", "messenger"), "Missing option '--to'"),
        (("hello", "--recipients", "FILE"), "Missing option '--channel'"),
        (("--recipients", "FILE", "--channel", "messenger"), "Missing argument 'NAME'"),
        (("hello", "--channel", "messenger", "--recipients", "FILE", "--to", "x"), "exclude one another"),
        (("--resume", "x", "--recipients", "FILE"), "exclude one another"),
        (("hello", "--resume", "x"), "NAME does not go with --resume"),
        (("--resume", "x", "--dump"), "--dump does not go with --resume"),
        (("hello", "--channel", "messenger", "--recipients", "FILE", "--set", "a=b"), "--set does not go with"),
        (("hello", "--channel", "messenger", "--to", "x", "--limit", "3"), "--limit does not go with --to"),
        (("hello", "--channel", "messenger", "--to", "x", "--stream"), "--validate-first does not go with --to"),
        (("hello", "--channel", "messenger", "--recipients", "FILE", "--workers", "51"), "from 1 to 50"),
        (("hello", "--channel", "messenger", "--recipients", "FILE", "--batch", "0"), "from 1 to 100"),
        (("hello", "--channel", "messenger", "--recipients", "FILE", "--map", "to"), "--map takes name=value"),
        (("hello", "--channel", "messenger", "--recipients", "FILE", "--address", "x=y"), "no address field `x`"),
        (("hello", "--channel", "messenger", "--recipients", "nowhere.csv"), "does not exist"),
    ],
)
def test_wrong_usage(made: Made, arguments: tuple[str, ...], said: str) -> None:
    project = made()
    project.people(1)
    file = str(project.root / "people.csv")
    result = project.run("send", *(file if word == "FILE" else word for word in arguments), code=2)
    assert said in result.stderr
    assert project.box.counts()["requests"] == 0


def test_runs_without_any(made: Made) -> None:
    project = made()
    assert "no runs yet" in project.run("runs").stderr
    assert not Path(project.root, ".handbill").exists(), "asking makes no ledger"
    assert project.run("runs", "--format", "json").stdout == ""
    assert "needs a RUN" in project.run("runs", "--state", "sent", code=2).stderr
    assert "error: unknown-run" in project.run("runs", "20261122-1534-k3f9", code=1).stderr


def test_several_runs(made: Made) -> None:
    project = made()
    project.people(5)
    ids = [run_id(project.send().stderr) for _ in range(2)]
    text = project.run("runs").stdout
    assert [text.count(run) for run in ids] == [1, 1]
    assert text.count("5 messages: 5 sent") == 2
    listed = [json.loads(line) for line in project.run("runs", "--format", "json").stdout.splitlines()]
    assert [run["id"] for run in listed] == ids
    assert listed[0]["counts"] == {"new": 0, "sending": 0, "sent": 5, "rejected": 0, "unknown": 0}
    meant = ids[0][:-1] + ("2" if ids[0][-1] != "2" else "3")
    assert "did you mean" in project.run("send", "--resume", meant, code=1).stderr


# ---- the same person twice


def test_who_is_there_twice_is_told(made: Made) -> None:
    project = made()
    people = project.people(12, lambda n: f"user-{n % 5}")
    result = project.send()
    assert project.delivered() == {to: people.count(to) for to in set(people)}
    assert "warning: bad-recipient" in result.stderr
    assert "Recipients who are there more than once: 7 further rows" in result.stderr
    assert "lines 2 and 12; 3 and 13; 4 and 9 …. Each row is a message of its own." in " ".join(result.stderr.split())
    assert "--unique sends to each recipient once" in result.stderr


def test_each_recipient_once(made: Made) -> None:
    project = made()
    people = project.people(12, lambda n: f"user-{n % 5}")
    result = project.send("--unique", code=1)
    assert project.delivered() == dict.fromkeys(people, 1)
    assert result.stdout == "12 messages: 5 sent, 7 not sent\n"
    assert "info: bad-recipient" in result.stderr
    assert [row.row for row in project.rows() if row.state is State.SENT] == [1, 2, 3, 4, 5]
    project.run("runs", run_id(result.stderr), "--retry", "rejected")
    assert project.states() == {State.SENT: 5, State.REJECTED: 7}, "they are not sent after all"


def test_once_and_as_it_goes_exclude_one_another(made: Made) -> None:
    project = made()
    project.people(2)
    for more in ("--stream", "--dump"):
        assert "--unique needs every row" in project.send("--unique", more, code=2).stderr


def test_nobody_twice_and_nothing_is_said(made: Made) -> None:
    project = made()
    project.people(10)
    assert "more than once" not in project.send().stderr


# ---- what changes while it compiles


@pytest.mark.parametrize("what", ["template", "recipients"])
def test_what_changes_while_it_is_compiled_is_not_sent(made: Made, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    from handbill.send import prepare

    project = made()
    project.people(20)
    real = prepare.compiled

    def edited(*arguments: object) -> object:
        for place, each in enumerate(real(*arguments)):  # type: ignore[arg-type]
            if place == 10 and what == "template":
                path = project.root / "templates" / "hello.json.j2"
                path.write_text(path.read_text(encoding="utf-8").replace("Hi", "Hello"), encoding="utf-8")
            elif place == 10:
                with (project.root / "people.csv").open("a") as file:
                    file.write("user-99999,Ann\n")
            yield each

    monkeypatch.setattr(prepare, "compiled", edited)
    result = project.send(code=1)
    assert "error: run-changed" in result.stderr
    assert project.box.counts()["requests"] == 0
    assert "error: run-changed" in project.run("send", "--resume", run_id(result.stderr), code=1).stderr


# ---- a limit of a day


def test_a_wait_that_is_too_long_stops_the_run_and_is_kept(made: Made) -> None:
    project = made({"workers": 2, "retry": {"wait_cap_seconds": 60}}, next=("", "", "429"), retry_after="7200")
    project.people(60)
    result = project.send(code=1)
    assert "error: run-stopped" in result.stderr
    assert "Nothing may be sent before 20" in result.stderr
    assert "resume with" in result.stderr
    assert project.states().keys() == {State.SENT, State.NEW}
    before = project.box.counts()["requests"]
    again = project.run("send", "--resume", run_id(result.stderr), code=1)
    assert "Nothing may be sent before 20" in again.stderr
    assert project.box.counts()["requests"] == before, "it is not asked before its time"


def test_an_item_is_explained_by_its_code(made: Made) -> None:
    project = made()
    project.people(10, lambda n: f"unknown-{n}" if n == 3 else f"user-{n}")
    result = project.send(code=1)
    assert "error: conversation-not-found" in result.stderr
    assert "Conversation not found" in result.stderr
