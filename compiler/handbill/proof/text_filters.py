"""What filters make of texts."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import inf
from urllib.parse import quote, quote_plus

from .modelling import Arguments, Model, Unmodelled, text_of, words_of
from .sizes import ENDLESS, ESCAPED, FIGURES, NOTHING, Size, of_text, plain
from .texts import Lit, Sum, Text, Worked, sum_of
from .values import (
    AsJson,
    Exact,
    Items,
    Opaque,
    Record,
    Row,
    Special,
    Value,
    Words,
    over,
)


def recased(how: str, change: Callable[[str], str], label: str) -> Model:
    """`how` is the name of the growth. Constants within a text are changed letter by letter."""

    def model(value: Value, _arguments: Arguments) -> Value:
        return over(value, lambda option: words_of(_recased(text_of(option), how, change, label)))

    return model


def _recased(text: Text, how: str, change: Callable[[str], str], label: str) -> Text:
    if isinstance(text, Lit):
        return Lit(change(text.text))
    if isinstance(text, Sum):
        return sum_of(
            [
                _in_place(part, how) if isinstance(part, Lit) else _recased(part, how, change, label)
                for part in text.parts
            ]
        )
    return Worked(label, text, lambda size: size.recased(how))


_CASES: dict[str, tuple[Callable[[str], str], ...]] = {
    "upper": (str.upper,),
    "lower": (str.lower,),
    "title": (str.upper, str.title, str.lower),
    "casefold": (str.casefold,),
}


def _in_place(text: Lit, how: str) -> Text:
    """The author's own text beside others: each letter in its longest case, as it depends on its neighbours."""
    total = NOTHING
    for char in text.text:
        sizes = [of_text(case(char)) for case in _CASES[how]]
        total = total.plus(reduce(Size.largest, sizes))
    return Worked(how, text, lambda _: total)


# ---- parts of texts


def truncate(value: Value, arguments: Arguments) -> Value:
    length = arguments.number(0, "length", 255)
    end = arguments.text(2, "end", "...")
    leeway = arguments.constant(3, "leeway", None)
    most = max(length + (5 if leeway is None else int(leeway)), length, 0)
    tail = of_text(end)

    def effect(size: Size) -> Size:
        if size.points <= most:
            return size  # it is as short already, or gets shorter
        cut = size.within(most)
        return cut._replace(
            bytes=max(min(size.bytes, 4 * most), min(size.bytes, 4 * max(length - len(end), 0)) + tail.bytes),
            utf16=max(min(size.utf16, 2 * most), min(size.utf16, 2 * max(length - len(end), 0)) + tail.utf16),
            json=max(cut.json, min(size.json, ESCAPED * max(length - len(end), 0)) + tail.json),
            septets=2 * most,
            ascii=size.ascii and tail.ascii,
            gsm=size.gsm and tail.gsm,
        )

    def shortened(option: Value) -> Value:
        text = text_of(option)
        if isinstance(text, Lit) and len(text.text) <= min(length, most):
            return words_of(text)
        return Words(Worked(f"truncate({length})", text, effect))

    return over(value, shortened)


def part(label: str, most: Callable[[float], float] = lambda points: points) -> Model:
    """What leaves some of a text away; `most` is what is left of so many code points."""

    def model(value: Value, _arguments: Arguments) -> Value:
        return over(value, lambda o: Words(Worked(label, text_of(o), lambda size: size.within(most(size.points)))))

    return model


def striptags(value: Value, _arguments: Arguments) -> Value:
    """Tags go, and `&eacute;` becomes what it stands for, which is shorter in every unit."""

    def effect(size: Size) -> Size:
        return size.within(size.points)._replace(septets=2 * size.points, ascii=False, gsm=False)

    return over(value, lambda option: Words(Worked("striptags", text_of(option), effect)))


def trim(value: Value, arguments: Arguments) -> Value:
    if arguments.given or arguments.named:
        return part("trim")(value, arguments)
    whole = part("trim")
    return over(value, lambda o: Exact(o.value.strip()) if is_text(o) else whole(o, arguments))  # type: ignore[union-attr]


def is_text(value: Value) -> bool:
    return isinstance(value, Exact) and isinstance(value.value, str)


def replaced(value: Value, arguments: Arguments) -> Value:
    """`replace(old, new, count)`, the arguments known."""
    old, new = arguments.text(0, "old", ""), arguments.text(1, "new", "")
    count = arguments.constant(2, "count", None)
    often = inf if count is None or count < 0 else count
    was, is_ = of_text(old), of_text(new)

    def effect(size: Size) -> Size:
        times = min(often, size.points // len(old) if old and size.points < inf else size.points + 1)
        more = [max(0, new_ - old_) for new_, old_ in zip(is_[:FIGURES], was[:FIGURES], strict=True)]
        points, utf16, bytes_, _, septets, json = (
            have + grown * times if grown else have for have, grown in zip(size[:FIGURES], more, strict=True)
        )
        # what stood behind the old text may not be GSM-7, so that its septets were never counted
        return Size(points, utf16, bytes_, points, max(septets, 2 * points), json, size.ascii and is_.ascii, False)

    def model(option: Value) -> Value:
        if is_text(option) and often == inf:
            return Exact(option.value.replace(old, new))  # type: ignore[union-attr]
        return Words(Worked(f"replace({old!r}, {new!r})", text_of(option), effect))

    return over(value, model)


def padded(label: str) -> Model:
    """`center` and the like: blanks until the text is as wide as asked for."""

    def model(value: Value, arguments: Arguments) -> Value:
        width = arguments.number(0, "width", 80)
        fill = of_text(arguments.text(1, "fill", " "))

        def effect(size: Size) -> Size:
            short = min(size.points, width)
            blanks = fill.times(max(width - short, 0))
            return Size(
                max(size.points, width),
                max(size.utf16, min(size.utf16, 2 * short) + blanks.utf16, width * fill.utf16),
                max(size.bytes, min(size.bytes, 4 * short) + blanks.bytes, width * fill.bytes),
                max(size.points, width),
                2 * max(size.points, width),
                max(size.json, min(size.json, ESCAPED * short) + blanks.json, width * fill.json),
                size.ascii and fill.ascii,
            )

        return over(value, lambda option: Words(Worked(f"{label}({width})", text_of(option), effect)))

    return model


def indent(value: Value, arguments: Arguments) -> Value:
    width = arguments.constant(0, "width", 4)
    step = of_text(width if isinstance(width, str) else " " * max(0, min(int(width), 1000)))

    def effect(size: Size) -> Size:
        more = step.times(size.points + 1)
        grown = size.plus(more).plus(of_text("\n"))
        return grown._replace(graphemes=grown.points, gsm=False, septets=2 * grown.points)

    return over(value, lambda option: Words(Worked("indent", text_of(option), effect)))


def string(value: Value, _arguments: Arguments) -> Value:
    return over(value, lambda option: words_of(text_of(option)))


def wordwrap(value: Value, arguments: Arguments) -> Value:
    """A break is put where a line is full: two lines that follow on each other are never both half empty."""
    width = arguments.number(0, "width", 79)
    wrap = of_text(arguments.text(2, "wrapstring", "\n"))
    long_words = arguments.constant(1, "break_long_words", True)
    if width < 1 or not isinstance(long_words, bool):
        raise Unmodelled

    def effect(size: Size) -> Size:
        if size.points == inf:
            return ENDLESS
        breaks = max(min(2 * size.points // width, size.points - 1), 0) if size.points > width else 0
        grown = size.plus(wrap.times(breaks))
        # line breaks that are there already become the same
        own = wrap.mapped(lambda figure: max(figure - 1, 0)).times(size.points)
        grown = grown.plus(own)
        return grown._replace(graphemes=grown.points, septets=2 * grown.points, gsm=False)

    return over(value, lambda option: Words(Worked(f"wordwrap({width})", text_of(option), effect)))


def urlencoded(value: Value, _arguments: Arguments) -> Value:
    """Of each byte three signs at most; of an object its names and values."""

    def effect(size: Size) -> Size:
        return plain(3 * size.bytes)

    def model(option: Value) -> Value:
        if isinstance(option, Items | Row | Opaque | Special | AsJson) or not_text(option):
            raise Unmodelled
        if not isinstance(option, Record):
            text = text_of(option)
            return Exact(quote(text.text)) if isinstance(text, Lit) else Words(Worked("urlencode", text, effect))
        if not option.closed:
            raise Unmodelled
        parts: list[Text] = []
        for name, inner in option.fields.items():
            parts += [Lit(f"{'&' if parts else ''}{quote_plus(name)}="), Worked("urlencode", text_of(inner), effect)]
        return Words(sum_of(parts))

    return over(value, model)


def not_text(value: Value) -> bool:
    return isinstance(value, Exact) and isinstance(value.value, list | tuple | dict)
