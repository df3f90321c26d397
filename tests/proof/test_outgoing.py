"""What goes out is what was foreseen: of the same structure, and no text in it longer than was proved of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from handbill import lowering
from handbill.keywords import nodes
from handbill.names import known_channel
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.proof.choices import NotFollowed
from handbill.proof.outgoing import NO_MESSAGE, with_leaves
from handbill.proof.prover import Prover
from handbill.proof.sizes import Size
from handbill.proof.texts import size
from handbill.proof.trees import Shape
from handbill.proof.wholes import as_json, total
from handbill.tree import Leaf, Tree
from hypothesis import assume, event, given
from hypothesis import strategies as st
from proof.test_bounds import held
from proof.test_sound import EVERY, MACROS, contexts, contract, messages, searches

Foreseen = tuple[Shape, list[Tree]]


def foreseen(compiler: Compiler, channel: str) -> list[Foreseen]:
    """The bodies of each structure that a template can give."""
    prover = Prover(compiler)
    template, target = compiler.base("t"), known_channel(channel)
    gateway = compiler.via(template, None, channel)
    made = prover._made(template, target, "", prover._params(template))
    ladder = prover._ladder(template, target, gateway, "")
    found: list[Foreseen] = []
    for each in prover._written_out(made, template, target, ""):
        try:
            plan = lowering.plan(each.shape.root, ladder)
            found.append((each.shape, list(gateway.emit(plan.messages, target, None))))
        except NO_MESSAGE:
            continue
    return found


def alike(tree: Tree, body: Any) -> bool:
    """Whether a body has the structure that was foreseen, with the same constants."""
    if isinstance(tree, dict):
        return isinstance(body, dict) and [*tree] == [*body] and all(alike(tree[key], body[key]) for key in tree)
    if isinstance(tree, list):
        return isinstance(body, list) and len(tree) == len(body) and all(map(alike, tree, body))
    if isinstance(tree, Leaf) and tree.parts is not None:
        return not isinstance(body, dict | list)
    return (tree.value if isinstance(tree, Leaf) else tree) == body


def within(shape: Shape, tree: Tree, body: Any) -> None:
    """Every text of a body is as long as was proved, and so is all of it as JSON."""
    if isinstance(tree, dict):
        for key in tree:
            within(shape, tree[key], body[key])
    elif isinstance(tree, list):
        for part, value in zip(tree, body, strict=True):
            within(shape, part, value)
    elif isinstance(tree, Leaf) and isinstance(body, str):
        text = shape.text(tree)
        assert text is not None, tree.pointer
        held(body, size(text))


def fits(shape: Shape, trees: list[Tree], bodies: list[Any]) -> bool:
    try:
        for tree, body in zip(trees, bodies, strict=True):
            within(shape, tree, body)
            most: Size = size(as_json(tree, "", shape)[0])
            assert len(orjson.dumps(body)) <= most.json, "as JSON"
            texts = [value for _, value in nodes(body, ["**"]) if isinstance(value, str)]
            assert sum(map(len, texts)) <= size(total([["**"]], with_leaves(tree), "", shape)[0]).points, "in all"
    except AssertionError:
        return False
    return True


def looked_for(data: st.DataObject, folder: Path, numbers: list[int]) -> None:
    longest, most = data.draw(st.sampled_from([4, 9, 18])), data.draw(st.sampled_from(numbers))
    channel, policy = data.draw(st.sampled_from(EVERY)), data.draw(st.sampled_from(["strict", "adapt", "adapt"]))
    body = MACROS + data.draw(messages())
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "handbill.toml").write_text(f'policy = "{policy}"\nvia = "direct"\n')
    # a branch within a marked text is taken together with what may stand beside it: there can be less than foreseen
    markup = data.draw(st.booleans()) and "{% if" not in body
    if markup:
        body = body.replace("{{ c }}", "**{{ c }}** `{{ a }}` _[x](https://example.com/{{ n }})_")
    settled = {"channels": [channel], "markup": markup, "params": contract(longest, most)}
    front = json.dumps(settled, ensure_ascii=False)
    (folder / "templates/t.json.j2").write_text(f"---\n{front}\n---\n{body}", "utf-8")
    (folder / "templates/_more.json.j2").write_text('{"text": "{{ c }}", "value": "more"},', "utf-8")
    compiler = Compiler(open_project(folder))
    try:
        known = foreseen(compiler, channel)
    except NotFollowed as reason:
        event(f"not followed: {reason}")
        assume(False)
    for context in data.draw(st.lists(contexts(longest, most), min_size=4, max_size=4)):
        bodies = compiler.compile("t", channel, None, context).bodies
        event(f"{policy}, sent: {bodies is not None}")
        if bodies is None:
            continue
        like = [(shape, trees) for shape, trees in known if alike(trees, bodies)]
        assert like, (channel, "a structure that was not foreseen", bodies)
        assert any(fits(shape, trees, bodies) for shape, trees in like), (channel, bodies)


@pytest.mark.parametrize("asks", ["{% if o.url %}", "{% set url = o.url %}{% if url %}"])
def test_each_item_has_a_branch_of_its_own(tmp_path: Path, asks: str) -> None:
    """None, one or two items, each with a link or without."""
    either = f'{asks}"url": "{{{{ o.url }}}}"{{% else %}}"value": "{{{{ o.text }}}}"{{% endif %}}'
    buttons = f'{{% for o in os %}}{{"text": "{{{{ o.text }}}}", {either}}},{{% endfor %}}'
    (tmp_path / "templates").mkdir()
    front = json.dumps({"channels": ["open"], "params": contract(9, 2)})
    body = f'{{"template_type": "quick_reply", "text": "?", "buttons": [{buttons}]}}'
    (tmp_path / "templates/t.json.j2").write_text(f"---\n{front}\n---\n{body}", "utf-8")
    assert len(foreseen(Compiler(open_project(tmp_path)), "open")) == 1 + 2 + 4


@searches(50)
@given(st.data())
def test_what_goes_out_was_foreseen(tmp_path_factory, data: st.DataObject) -> None:
    looked_for(data, tmp_path_factory.mktemp("p"), [1, 2, 3])


@pytest.mark.slow
@searches(400)
@given(st.data())
def test_what_goes_out_was_foreseen_of_very_many(tmp_path_factory, data: st.DataObject) -> None:
    looked_for(data, tmp_path_factory.mktemp("p"), [1, 2, 3, 4, 6])
