"""What templates may do: every built-in decided, ordinary templates untouched, and the bounds one by one."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from handbill import bounds, guard, policy
from handbill.locales import formats
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

ORDINARY = [
    "{{ name }} {{ user.name }} {{ user['first name'] }} {{ items[0] }} {{ items[1:] }} {{ -n + 1 * 2 ** 3 // 4 % 5 }}",
    "{% if a and not b or c in d %}x{% elif a is defined %}y{% else %}z{% endif %}",
    "{% for a, b in d.items() if a %}{{ loop.index }}{% if not loop.last %}, {% endif %}{% else %}none{% endfor %}",
    "{% for n in tree recursive %}{{ n.name }}{{ loop(n.children) }}{% endfor %}",
    "{% set ns = namespace(n=0) %}{% for i in items %}{% set ns.n = ns.n + i.price %}{% endfor %}{{ ns.n }}",
    "{% set a %}text{% endset %}{% set b | upper %}text{% endset %}{% with c = 1 %}{{ c }}{% endwith %}",
    "{% macro m(a, b='x') %}{{ a ~ b }}{{ varargs }}{{ caller(1) }}{% endmacro %}",
    "{% call(x) m(1) %}{{ x }}{% endcall %}",
    "{% filter upper %}text{% endfilter %}{% raw %}{{ }}{% endraw %}{# comment #}",
    "{% extends 'base.j2' %}{% block a scoped %}{{ super() }}{{ self.b() }}{% endblock %}",
    "{% block b required %}{% endblock %}",
    "{% include 'a.j2' %}{% include ['a.j2', 'b.j2'] ignore missing without context %}",
    "{% import 'forms.j2' as forms %}{{ forms.format(1) }}",
    "{% from 'forms.j2' import button as b with context %}{{ b(*l, **d) }}",
    "{{ 'yes' if ok else 'no' }}{{ a if b }}{{ {'a': [1, (2, 3)]} }}{% set sep = joiner(', ') %}{{ sep() }}",
    "{{ range(3) | map('string') | join(', ') }}{{ l | map(attribute='name', default='x') | list }}",
    "{{ l | selectattr('age', 'ge', 18) | rejectattr('gone') | sort(attribute='name', reverse=true) | first }}",
    "{{ '%.2f' | format(price) }}{{ '%s and %s' % (a, b) }}{{ s.strip().split(',') }}{{ s.startswith('a') }}",
    "{{ text | tojson }}{{ l | groupby('city') }}{{ d | dictsort }}{{ n | round(2) | int }}{{ x | d('y', true) }}",
]


@pytest.fixture
def budget() -> Iterator[bounds.Budget]:
    """A budget of the usual bounds, in force."""
    made = bounds.Budget()
    token = bounds.current.set(made)
    yield made
    bounds.current.reset(token)


class Environment(ImmutableSandboxedEnvironment):
    """Jinja with the policy and the bounds, and nothing else of Handbill."""

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])

    def __init__(self) -> None:
        super().__init__(optimized=False)
        self.filters = dict(bounds.BOUNDED_FILTERS)
        self.tests = dict(bounds.BOUNDED_TESTS)
        self.globals = dict(bounds.GLOBALS)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return policy.attribute_ok(obj, attr)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        return bounds.binop(bounds.current.get(), operator, left, right)

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        return bounds.call(bounds.current.get(), context, obj, args, kwargs)


def refused(source: str) -> list[policy.Refusal]:
    return policy.refusals(Environment().parse(source))


def rendered(source: str, **values: Any) -> str:
    assert not refused(source)
    return Environment().from_string(source).render(values)


def test_every_filter_of_jinja_is_decided() -> None:
    assert policy.FILTERS | set(policy.REFUSED_FILTERS) == set(FILTERS) | set(formats.FILTERS)
    assert not policy.FILTERS & set(policy.REFUSED_FILTERS)


def test_every_test_of_jinja_is_decided() -> None:
    assert policy.TESTS | set(policy.REFUSED_TESTS) == set(TESTS)
    assert not policy.TESTS & set(policy.REFUSED_TESTS)


def test_every_node_of_jinja_is_decided() -> None:
    """What a new version of Jinja adds is refused until someone has looked at it."""
    abstract = {"Node", "Stmt", "Expr", "Helper", "Literal", "BinExpr", "UnaryExpr", "_FilterTestCommon"}
    extensions = {"EnvironmentAttribute", "ExtensionAttribute", "ImportedName", "InternalName", "MarkSafe"} | {
        "MarkSafeIfAutoescape", "ContextReference", "DerivedContextReference", "OverlayScope", "EvalContextModifier",
        "ScopedEvalContextModifier", "ExprStmt", "Continue", "Break",
    }  # fmt: skip
    kinds = {name for name, kind in vars(nodes).items() if isinstance(kind, type) and issubclass(kind, nodes.Node)}
    assert {kind.__name__ for kind in policy.ALLOWED} == kinds - abstract - extensions


@pytest.mark.parametrize("source", ORDINARY)
def test_ordinary_templates_are_not_refused(source: str) -> None:
    assert refused(source) == []


@pytest.mark.parametrize(
    ("source", "name", "code"),
    [
        ("a\nb {{ x | random }}", "random", "not-allowed"),
        ("a\n{{ x | uper }}", "uper", "template-syntax"),
        ("a\n{% if 0 %}{{ x | uper }}{% endif %}", "uper", "template-syntax"),
        ("a\n{{ x is escaped }}", "escaped", "not-allowed"),
        ("a\n{{ x is defind }}", "defind", "template-syntax"),
        ("a\n{{ x.__class__.__mro__ }}", "__mro__", "not-allowed"),
        ("a\n{{ x['__class__'] }}", "__class__", "not-allowed"),
        ("a\n{{ x.format(1) }}", "format", "not-allowed"),
        ("a\n{{ lipsum() }}", "lipsum", "not-allowed"),
        ("a\n{{ l | map('attr', 'x') }}", "attr", "not-allowed"),
        ("a\n{% include x %}", "include", "not-allowed"),
        ("a\n{% from x import y %}", "import", "not-allowed"),
        ("a\n{% autoescape true %}{% endautoescape %}", "autoescape", "not-allowed"),
        ("a\n{% macro m(a, a) %}{% endmacro %}", "a", "template-syntax"),
        ("a\n{{ 1e999 }}", "", "bad-number"),
    ],
)
def test_a_refusal_says_where_and_what(source: str, name: str, code: str) -> None:
    (refusal,) = refused(source)
    assert (refusal.lineno, refusal.name, refusal.code) == (2, name, code)
    assert refusal.reason.endswith(".")


def test_a_misspelt_filter_is_guessed() -> None:
    assert refused("{{ x | uper }}")[0].hint == "did you mean `upper`?"


def test_a_chain_is_one_mistake_and_two_lines_are_two() -> None:
    assert len(refused("{{ ''.__class__.__mro__[1].__subclasses__() }}\n{{ x | safe }}")) == 2


@pytest.mark.parametrize(
    "value", ["text", 1, 1.5, True, None, [1], (1,), {"a": 1}, range(3), len, str, Environment, pytest, object()]
)
def test_nothing_of_python_can_be_reached(value: object) -> None:
    reachable = {name for name in dir(value) if policy.attribute_ok(value, name)}
    assert reachable == set(bounds.methods_of(value))
    assert not {name for name in reachable if name.startswith("_")}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ 'abc'.upper() }} {{ 'a,b'.split(',') | join('-') }} {{ 'x'.center(5, '.') }}", "ABC a-b ..x.."),
        ("{{ [1, 2, 3] | sum }} {{ [[1], [2]] | sum(start=[]) }} {{ ['b', 'A'] | sort | join }}", "6 [1, 2] Ab"),
        (
            "{{ {'a': 1}.items() }} {{ {'a': 1}.get('b', 2) }} {{ {'b': 1, 'a': 2} | dictsort }}",
            "[('a', 1)] 2 [('a', 2), ('b', 1)]",
        ),
        ("{{ 'a b' | title }} {{ 'x' | indent(2, true) }} {{ 'aXa' | replace('a', 'b', 1) }}", "A B   x bXa"),
        ("{{ '%05.1f|%-3s|%%' | format(2.25, 'a') }} {{ '%(n)d' | format(n=3) }}", "002.2|a  |% 3"),
        (
            "{{ 42.55 | round(1, 'floor') }} {{ '0x1f' | int(0, 16) }} {{ 'x' | int(7) }} {{ 1500 | filesizeformat }}",
            "42.5 31 7 1.5 kB",
        ),
        (
            "{{ range(5) | batch(2, 0) | list }} {{ range(5) | slice(2) | list }}",
            "[[0, 1], [2, 3], [4, 0]] [[0, 1, 2], [3, 4]]",
        ),
        ("{{ 3 is odd }} {{ 4 is divisibleby 2 }} {{ 1 is in [1] }} {{ 'A' is upper }}", "True True True True"),
        ("{{ {'a': 'é&', 'b': 1} | urlencode }} {{ 'a/b c' | urlencode }}", "a=%C3%A9%26&b=1 a/b%20c"),
        (
            "{{ 'one two three' | truncate(9, leeway=0) }} {{ 'one two' | wordcount }} {{ '<b>x</b>' | striptags }}",
            "one... 2 x",
        ),
        ("{{ 2 ** 4000 > 1 }} {{ 7 // 2 }} {{ 2 ** -1 }} {{ [0] * 2 + [1] }}", "True 3 0.5 [0, 0, 1]"),
    ],
)
def test_what_is_allowed_does_what_it_does_in_jinja(source: str, expected: str, budget: bounds.Budget) -> None:
    assert rendered(source) == expected


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("{{ 'a' * 1000001 }}", "size"),
        ("{{ [0] * 1000001 }}", "size"),
        ("{{ 2 ** 4097 }}", "bits"),
        ("{{ ('a' * 1000) | replace('a', 'b' * 1001) }}", "size"),
        ("{{ ['a' * 1000] * 999 }}{{ (['a' * 1000] * 999) * 2 }}", "size"),
        ("{{ 'a' | center(1000001) }}", "size"),
        ("{{ '%100d' % 1 }}", "width"),
        ("{{ 1.5 | round(101) }}", "digits"),
        ("{{ range(100001) | list }}", "turns"),
        ("{{ ('a' * 10001) | striptags }}", "slow_text"),
        ("{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}", "nesting"),
    ],
)
def test_each_bound_stops_what_goes_past_it(source: str, bound: str, budget: bounds.Budget) -> None:
    with pytest.raises(bounds.TooCostly) as caught:
        rendered(source)
    assert caught.value.bound == bound
    assert str(caught.value).startswith("more than ")


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 1000000 }}",
        "{{ 2 ** 4095 }}",
        "{{ 'a' | center(1000000) }}",
        "{{ '%99d' % 1 }}",
        "{{ range(100000) | length }}",
    ],
)
def test_what_just_fits_is_done(source: str, budget: bounds.Budget) -> None:
    rendered(source)


def test_shared_parts_count_as_often_as_they_are_seen() -> None:
    shared: list[Any] = [1]
    for _ in range(40):
        shared = [shared, shared]
    with pytest.raises(bounds.TooCostly):
        bounds.size_of(shared, 1_000_000)
    assert bounds.size_of({"ab": [1, "xyz"]}, 100) == 1 + 3 + 1 + 1 + 4


def test_output_is_counted_while_it_comes(budget: bounds.Budget) -> None:
    seen = 0

    def pieces() -> Iterator[str]:
        nonlocal seen
        while True:
            seen += 1
            yield "a" * 1000

    with pytest.raises(bounds.TooCostly):
        bounds.printing(budget, pieces())
    assert seen <= 2000


def test_the_budget_is_for_the_whole_render(budget: bounds.Budget) -> None:
    for _ in range(10):
        budget.charge(10_000)
    with pytest.raises(bounds.TooCostly, match="100,000 loop turns"):
        budget.charge()


@pytest.mark.parametrize("function", [len, "text", print, object(), str.upper, [].append, {}.update, (1).to_bytes])
def test_nothing_else_can_be_called(function: Any, budget: bounds.Budget) -> None:
    context = Environment().from_string("").new_context()
    with pytest.raises(SecurityError):
        bounds.call(budget, context, function, (), {})


@pytest.mark.parametrize("value", [[1], {"a": 1}, None, len, object()])
def test_only_texts_and_numbers_have_a_text_form(value: object, budget: bounds.Budget) -> None:
    """So that neither Python's way of showing things nor an address in memory gets into a message."""
    for name in ("upper", "string", "trim", "replace"):
        with pytest.raises(Exception, match="no text form"):
            bounds.BOUNDED_FILTERS[name](value, *(("a", "b") if name == "replace" else ()))


def test_tests_do_not_format(budget: bounds.Budget) -> None:
    for name in ("odd", "even"):
        with pytest.raises(TypeError):
            bounds.BOUNDED_TESTS[name]("%1000000000d")


def test_wide_and_deep_trees_are_refused() -> None:
    limits = bounds.Bounds()
    for source in (
        "{{ " + "[" * (limits.expression + 1) + "]" * (limits.expression + 1) + " }}",
        "{% if 1 %}" * (limits.statements + 1) + "{% endif %}" * (limits.statements + 1),
        "{% for i in l %}" * (limits.loops + 1) + "{% endfor %}" * (limits.loops + 1),
        "{{1}}" * limits.nodes,
    ):
        assert [refusal.code for refusal in refused(source)] == ["too-costly"]


def test_what_is_just_deep_enough_is_compiled() -> None:
    """The bounds lie below those of Jinja and Python, whose own failures have no place in the template."""
    limits = bounds.Bounds()
    depth = limits.expression - 1
    for source in (
        "{{ " + "[" * depth + "]" * depth + " }}",
        "{{ 1" + " + 1" * depth + " }}",
        "{{ 'a'" + "|upper" * depth + " }}",
        "{% if 1 %}" * (limits.statements - 1) + "a" + "{% endif %}" * (limits.statements - 1),
        "{% for i in l %}" * limits.loops + "{% include 'a' %}" + "{% endfor %}" * limits.loops,
        "{% for i in l %}" * limits.loops + "{% if 1 %}" * 20 + "{{ 1" + " + 1" * depth + " }}"
        + "{% endif %}" * 20 + "{% endfor %}" * limits.loops,
    ):  # fmt: skip
        assert refused(source) == []
        Environment().from_string(source)


def _forever() -> None:
    while True:
        pass


def _stubborn() -> None:
    with contextlib.suppress(bounds.TooCostly):
        _forever()
    _forever()


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
class TestGuard:
    def test_time(self) -> None:
        started = time.process_time()
        with pytest.raises(bounds.TooCostly, match="seconds"), guard.limited(seconds=0.1):
            _forever()
        assert time.process_time() - started < 1

    def test_time_when_the_exception_is_swallowed(self) -> None:
        with pytest.raises(bounds.TooCostly), guard.limited(seconds=0.05):
            _stubborn()

    @pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
    def test_memory(self) -> None:
        with pytest.raises(bounds.TooCostly, match="MB"), guard.limited(megabytes=50):
            bytearray(200_000_000)

    def test_what_was_there_is_put_back(self) -> None:
        import resource

        def limits() -> list[object]:
            return [
                resource.getrlimit(resource.RLIMIT_AS),
                resource.getrlimit(resource.RLIMIT_CPU),
                signal.getsignal(signal.SIGPROF),
                signal.getitimer(signal.ITIMER_PROF),
            ]

        before = limits()
        with guard.limited():
            assert limits() != before
        with pytest.raises(ZeroDivisionError), guard.limited():
            _ = 1 / 0
        assert limits() == before

    def test_another_thread_is_left_alone(self) -> None:
        found: list[int] = []

        def work() -> None:
            with guard.limited():
                found.append(1)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert found == [1]
