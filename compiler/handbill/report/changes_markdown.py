"""What has changed in the payloads of a project, as a comment of a pull request (GitHub's Markdown)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..diff.comparison import Compared, Detail
from .changes import SIGNS, Comparison, both, costs, grouped, head, length, path_of, problems, status, summary, value_of

_MOST = 60_000  # characters: GitHub takes 65,536 in a comment


def markdown(comparison: Comparison) -> str:
    """A heading, a line, and a table for each template; past what a comment holds, how many more there are."""
    made = f"### Messages\n\n{_words(summary(comparison))}\n"
    left = [one for each in comparison.templates if (one := "".join(_template(each, comparison.revision)))]
    for at, one in enumerate(left):
        if len(made) + len(one) > _MOST:
            return f"{made}\n… and {len(left) - at} more; `handbill diff` shows them.\n"
        made += one
    return made


def _template(each: Compared, revision: str) -> Iterator[str]:
    said, groups = head(each), grouped(each)
    if not said and not groups:
        return
    yield f"\n#### {code(each.name)}{f': {_words(said)}' if said else ''}\n"
    for where, difference in groups:
        if difference.status != "changed":
            yield f"\n{_words(where)}: **{_words(status(difference, revision))}**\n"
            yield from (f"- {code(problem)}\n" for problem in problems(difference.problems))
        else:
            yield f"\n{_words(where)}\n\n| | field | before | after | length |\n|---|---|---|---|---|\n"
            yield from map(_row, difference.details)
        if difference.parts and (cost := costs(difference.parts)):
            yield f"\nSMS: {_words(cost)}\n"


def _row(detail: Detail) -> str:
    change = detail.change
    was = now = ""
    if change.kind == "moved":
        was, now = code(path_of(change.before_path)), code(path_of(change.path))
    elif change.kind == "changed":
        was, now = map(code, both(change.before, change.after))
    elif change.kind == "added":
        now = code(value_of(change.after))
    else:
        was = code(value_of(change.before))
    cells = (code(SIGNS[change.kind]), code(path_of(change.path)), was, now, length(detail.length))
    return f"| {' | '.join(cells)} |\n"


def code(text: str) -> str:
    """Text as code, which nothing in it can end: not a backtick, not the bar of a table."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    apart = " " if "`" in text or text != text.strip() else ""
    return f"{fence}{apart}{text.replace('|', chr(92) + '|')}{apart}{fence}" if text else ""


def _words(text: str) -> str:
    """Our own words, in which names stand between backticks; a name could hold anything else."""
    return "".join(
        part if at % 2 and part.startswith("`") else re.sub(r"([\\*_{}\[\]<>#|@~!&])", r"\\\1", part)
        for at, part in enumerate(re.split("(`[^`]*`)", text))
    )
