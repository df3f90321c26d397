"""`--policy`, `--fail-on` and `--explain`."""

from __future__ import annotations

import json

import pytest
from handbill.cli.campaign import Plan
from handbill.cli.group import handbill
from handbill.lowering import KINDS
from handbill.send.ledger import Run

SMS = ("--channel", "sms")


def test_the_policy_of_the_command(run, project):
    assert "unsupported-template-type" in run("compile", "greeting", *SMS, code=1).stderr
    result = run("compile", "greeting", *SMS, "--policy", "adapt")
    assert json.loads(result.stdout)["content"]["text"] == "Hi Zoë, 1\n\nReply 1 for Yes, Zoë"
    assert "lost-reply" in result.stderr


def test_check_and_compile_all(run, project):
    config = project / "handbill.toml"
    config.write_text('channels = ["sms"]\n', encoding="utf-8")
    path = project / "templates" / "greeting.json.j2"
    path.write_text(path.read_text("utf-8").replace("channels: [messenger, webmessaging]\n", ""), encoding="utf-8")
    run("check", code=1)
    assert run("check", "--policy", "adapt").stdout.count("warning: lost-reply") == 1
    run("check", "--policy", "adapt", "--fail-on", "loss", code=1)
    run("check", "--policy", "adapt", "--fail-on", "loss=image,link")
    run("compile", "--all", "--out", "build", code=1)
    run("compile", "--all", "--out", "build", "--policy", "adapt")
    assert (project / "build" / "greeting" / "sms.default.json").is_file()
    run("compile", "--all", "--out", "build", "--policy", "adapt", "--fail-on", "loss=reply", code=1)


def test_a_loss_that_ends_it(run, project):
    result = run("compile", "greeting", *SMS, "--policy", "adapt", "--fail-on", "loss=reply", code=1)
    assert result.stdout == ""
    assert "error: lost-reply" in result.stderr
    run("compile", "greeting", *SMS, "--policy", "adapt", "--fail-on", "loss=image", "--fail-on", "loss=call")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("loss=imag", "did you mean `image`?"),
        ("loss=", "it takes loss, or loss=KIND"),
        ("warnings", "it takes loss, or loss=KIND"),
        ("loss=video", "there are: image, link, reply"),
    ],
)
def test_a_kind_that_nobody_knows(run, project, given, said):
    assert said in run("check", "--fail-on", given, code=2).stderr


def test_help_names_every_kind():
    option = next(p for p in handbill.get_command(None, "check").params if p.name == "fail_on")
    assert option.help.endswith(f"of {', '.join(KINDS)}.")


def test_explain_goes_to_the_error_stream(run, project):
    result = run("compile", "greeting", *SMS, "--policy", "adapt", "--explain")
    json.loads(result.stdout)
    assert result.stderr.startswith(
        "message: question, goes out as text\n"
        "  as a text with buttons: SMS cannot show `quick_reply`\n"
        "  as text: fits\n"
        "  lost: reply\n"
        "SMS: 1 part before, 1 part after (UCS-2, 31 UTF-16 units)\n"
    )


def test_explain_what_fits(run, project):
    explain = ("compile", "greeting", "--channel", "messenger", "--explain")
    assert run(*explain, "--policy", "adapt").stderr == (
        "message: question, stays as it is\n  as a text with buttons: fits\n"
    )
    assert run(*explain).stderr == "message: question, as it is written (policy: strict)\n"


def test_explain_what_does_not_fit_and_is_not_lowered(run, project):
    said = run("compile", "greeting", *SMS, "--explain", code=1).stderr
    assert said.startswith("message: question, as it is written (policy: strict)\n")
    assert "error: unsupported-template-type" in said


def test_explain_costs_without_a_loss(run, project):
    path = project / "templates" / "post" / "parcel.json.j2"
    path.write_text(json.dumps({"template_type": "text", "text": "😀" * 36}), encoding="utf-8")
    said = run("compile", "post/parcel", *SMS, "--explain").stderr
    assert "SMS: 2 parts (UCS-2, 72 UTF-16 units)\n" in said


def test_explain_is_for_one_message(run, project):
    said = run("compile", "--all", "--out", "build", "--explain", code=2).stderr
    assert "leave out --explain" in said


def test_explain_what_cannot_go_out(run, broken):
    assert run("compile", "empty", "--channel", "messenger", "--explain", code=1).stderr.startswith(
        "nothing was lowered"
    )


def test_send_takes_them_too(run, project):
    where = ("--to", "+4930123456", "--channel-id", "c", "--dump")
    run("send", "greeting", *SMS, *where, code=1)
    result = run("send", "greeting", *SMS, *where, "--policy", "adapt")
    assert "Reply 1 for Yes, Zoë" in result.stdout
    run("send", "greeting", *SMS, *where, "--policy", "adapt", "--fail-on", "loss", code=1)
    assert "--policy does not go with --resume" in run("send", "--resume", "x", "--policy", "adapt", code=2).stderr


def test_a_campaign_tells_a_loss_once(run, project):
    (project / "who.csv").write_text(
        "to,first_name\n" + "".join(f"+4930{n},N{n}\n" for n in range(50)), encoding="utf-8"
    )
    where = ("--recipients", "who.csv", "--channel-id", "c", "--dump", "--policy", "adapt")
    result = run("send", "greeting", *SMS, *where)
    assert result.stdout.count("Reply 1 for Yes, N") == 50
    assert result.stderr.count("lost-reply") == 1
    assert "who.csv" not in result.stderr, "it is no one recipient's"
    refused = run("send", "greeting", *SMS, *where, "--fail-on", "loss", code=1)
    assert "Reply 1" not in refused.stdout


def test_a_run_keeps_its_policy(run, project):
    plan = Plan(
        "greeting",
        "sms",
        "genesys-event",
        project / "who.csv",
        "who.csv",
        {},
        {},
        None,
        False,
        False,
        "adapt",
        ("link",),
    )
    settings = json.loads(json.dumps(plan.settings()))
    made = Run(
        id="x", created="", template="greeting", template_digest="", recipients="who.csv", recipients_digest="",
        channel="sms", gateway="genesys-event", connection="", unknown="park", settings=settings,
    )  # fmt: skip
    assert Plan.of(made) == plan
