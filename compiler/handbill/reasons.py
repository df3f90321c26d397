"""What Python and Jinja say when something does not fit, in the words of people who write messages."""

from __future__ import annotations

import re

_KINDS = {
    "str": "text",
    "Fragment": "text",
    "Json": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "range": "a list",
    "generator": "a list",
    "dict": "an object",
    "NoneType": "nothing (null)",
    "Macro": "a macro",
    "Namespace": "a namespace",
}
_BESIDE = "write `~` to put things side by side; `| int` makes a whole number of a text"
_NUMBERS = "`| int` makes a whole number of a text"

# what is said → what an author can act on, with {0}, {1} for its parts; the hint
_PYTHON = (
    (r'can only concatenate (\w+) \(not "(\w+)"\) to \w+', "`+` does not join {0} and {1}", _BESIDE),
    (r"unsupported operand type\(s\) for \+: '(\w+)' and '(\w+)'", "`+` does not join {0} and {1}", _BESIDE),
    (
        r"unsupported operand type\(s\) for (\*\*|\S+).*: '(\w+)' and '(\w+)'",
        "`{0}` cannot be computed of {1} and {2}",
        _NUMBERS,
    ),
    (r"can't multiply sequence by non-int of type '(\w+)'", "`*` needs a number of times, not {0}", _NUMBERS),
    (r"bad operand type for unary (\S): '(\w+)'", "`{0}` cannot be computed of {1}", _NUMBERS),
    (r"'\S+' not supported between instances of '(\w+)' and '(\w+)'", "{0} and {1} cannot be compared", _NUMBERS),
    (r".*\b(?:division|modulo|divide).* zero.*|0\.0 cannot be raised.*", "this divides by zero", ""),
    (r"(?:object of type )?'?(\w+)'? has no len(?:gth|\(\))", "{0} has no length", ""),
    (r"'?(\w+)'? (?:object is not iterable|is nothing to loop over)", "{0} is no list to go through", ""),
    (r"argument of type '(\w+)' is not iterable", "there is nothing in {0}", ""),
    (r"'in <string>' requires string as left operand, not (\w+)", "in a text there can be text only, not {0}", ""),
    (r"type (\w+) doesn't define __round__ method", "{0} cannot be rounded", _NUMBERS),
    (r"'(\w+)' object cannot be interpreted as an integer", "a whole number is needed, not {0}", _NUMBERS),
    (r"%(\S+) format: an? .*is required, not (\w+)", "`%{0}` takes a number, not {1}", _NUMBERS),
    (r"an? (?:real )?number is (?:needed|required), not (?:a )?(\w+)", "a number is needed, not {0}", _NUMBERS),
    (r"an object is needed, not an? (\w+)", "an object is needed, not {0}", ""),
    (r"not enough arguments for format string", "there are more places marked with % than values", ""),
    (r"not all arguments converted during string formatting", "there are more values than places marked with %", ""),
    (r"can only get item pairs from a mapping\.?", "only an object has items", ""),
    (r".*\(\) takes .*\d+ (?:was|were) given", "it takes fewer values than stand here", ""),
    (r".*\(\) missing \d+ required .*arguments?: '(\w+)'.*", "it needs `{0}` as well", ""),
    (r".*\(\) got (?:an unexpected keyword argument|multiple values for argument) '(\w+)'", "it takes no `{0}`", ""),
    (r"range\(\) arg 3 must not be zero", "a range cannot go in steps of zero", ""),
    (r"(\w+) cannot be called", "{0} cannot be called like a macro", "leave out the ( )"),
)

_TOKENS = {
    "end of print statement": "}}",
    "end of statement block": "%}",
    "begin of print statement": "{{",
    "begin of statement block": "{%",
    "name": "a name",
    "string": "a text in quotes",
    "integer": "a number",
    "end of template": "the end of the template",
}
_JINJA = (
    (r"expected token '(.+)', got '(.+)'", "{1} stands where {0} was expected"),
    (r"[Ee]xpected an expression, got '(.+)'", "a value is missing before {0}"),
    (r"unexpected '(.+)', expected '(.+)'", "{0} stands where {1} was expected"),
    (r"unexpected char (['\"])(.+)\1 at \d+", "this character does not belong here"),
    (r"unexpected '(.+)'", "{0} does not belong here"),
    (r"tag name expected", "a tag begins with its name, as in {{% if … %}}"),
    (r"expected name or number", "a name is missing behind the dot"),
    (r"[Mm]issing end of comment tag", "this comment is never closed with #}}"),
    (r"[Mm]issing end of raw directive", "this is never closed with {{% endraw %}}"),
)


def of_python(error: BaseException) -> tuple[str, str]:
    """What an exception of Python's says, for a label, and what to do about it."""
    said = " ".join((str(error) or type(error).__name__).split())
    for pattern, words, hint in _PYTHON:
        if match := re.fullmatch(pattern, said, re.IGNORECASE):
            return words.format(*(_KINDS.get(part, part) for part in match.groups())), hint
    return said[:1].lower() + said[1:200], "look at the value, and at what can be done with it"


def of_value(value: object) -> tuple[str, str]:
    """What a value is that no text can hold, and what to write instead."""
    if isinstance(value, list | tuple):
        return "a list", "write {{ … | join(', ') }}, or go through it with {% for … %}"
    if isinstance(value, dict):
        return "an object", "name the part of it that is meant: {{ ….name }}"
    if value is None:
        return "null", "leave the text out with {% if … %}, or write {{ … | default('…', true) }}"
    return "no text", ""


def of_jinja(message: str) -> str:
    """What Jinja says of a syntax error, for a label."""
    said = message.rstrip(".")
    for pattern, words in _JINJA:
        if match := re.fullmatch(pattern, said):
            return words.format(*(_token(part) for part in match.groups()))
    return said


def _token(name: str) -> str:
    said = _TOKENS.get(name, name)
    return said if " " in said else f"`{said}`"
