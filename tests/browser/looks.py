"""Pictures of a page against those that were looked at: an element that is missing, moved or of another colour is seen.

Two machines draw a letter's edge differently, and a new browser moves a line by a pixel. So both pictures are blurred
and read in cells; a cell differs when its mean does, and very few cells may.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

HERE = Path(__file__).parent
ACTUAL = HERE / "actual"  # git ignores it
CELL = 8  # pixels
BLUR = 2.0  # pixels
DIFFERENT = 24  # of 255, a cell's mean in the colour that differs most; half a pixel makes 19, a missing button 44
SIZE = 0.02  # a picture may be that much wider or higher: a line's height is the font's
FEW = 3  # cells that may differ; a missing button makes 6
MOVES = [(x, y) for x in (0, -1, 1) for y in (0, -1, 1)]  # the whole picture, in pixels


@dataclass(frozen=True)
class Comparison:
    """What two pictures have in common."""

    sizes: tuple[tuple[int, int], tuple[int, int]]
    different: int  # cells
    cells: int
    drawn: Image.Image  # where they differ

    def same(self, few: int = FEW) -> bool:
        near = all(abs(a - b) <= max(2, SIZE * b) for a, b in zip(*self.sizes, strict=True))
        return near and self.different <= few

    def __str__(self) -> str:
        (width, height), (old_width, old_height) = self.sizes
        return f"{width}×{height}, was {old_width}×{old_height}; {self.different} of {self.cells} cells differ"


def read(png: bytes) -> Image.Image:
    """A picture without transparency."""
    return Image.open(io.BytesIO(png)).convert("RGB")


def compare(actual: Image.Image, expected: Image.Image) -> Comparison:
    """Pictures of about one size, from their upper left corners, or a pixel beside them."""
    found = _compared(actual, expected)
    for x, y in MOVES if FEW < found.different < found.cells / 2 else ():
        moved = _compared(ImageChops.offset(actual, x, y), expected)
        found = min(found, moved, key=lambda each: each.different)
    return found


def _compared(actual: Image.Image, expected: Image.Image) -> Comparison:
    common = (0, 0, min(actual.width, expected.width), min(actual.height, expected.height))
    one, other = (each.crop(common).filter(ImageFilter.GaussianBlur(BLUR)) for each in (actual, expected))
    red, green, blue = ImageChops.difference(one, other).split()
    cells = ImageChops.lighter(ImageChops.lighter(red, green), blue).reduce(CELL)
    drawn = cells.point(lambda value: 255 if value > DIFFERENT else 0)
    return Comparison((actual.size, expected.size), drawn.histogram()[255], cells.width * cells.height, drawn)


def packed(picture: Image.Image, colours: int) -> bytes:
    """A small PNG: `colours` of a palette, without dithering."""
    file = io.BytesIO()
    reduced = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    reduced.save(file, "PNG", optimize=True)
    return file.getvalue()


def check(png: bytes, golden: Path, *, update: bool, colours: int = 48, few: int = FEW) -> None:
    """Fail unless a picture looks like the golden one; `update` writes that anew.

    What was seen instead, and where it differs, is left in the folder `actual`.
    """
    actual = read(png)
    if update:
        golden.parent.mkdir(parents=True, exist_ok=True)
        if not golden.exists() or not _equal(actual, golden):
            golden.write_bytes(packed(actual, colours))
        return
    assert golden.exists(), f"there is no {golden}: `make pictures` writes it"
    expected = read(golden.read_bytes())
    found = compare(actual, expected)
    if found.same(few):
        return
    ACTUAL.mkdir(exist_ok=True)
    seen, marked = (ACTUAL / f"{golden.stem}{kind}.png" for kind in ("", ".differs"))
    seen.write_bytes(png)
    red = Image.new("RGB", actual.size, "red")
    mask = found.drawn.resize(actual.size, Image.Resampling.NEAREST).point(lambda value: value // 2)
    Image.composite(red, actual, mask).save(marked)
    raise AssertionError(
        f"{golden.name} looks different: {found}. Seen: {seen}, marked: {marked}. "
        "If it should look so: `make pictures`, and look at the new ones"
    )


def _equal(actual: Image.Image, golden: Path) -> bool:
    """Whether nothing of it would be seen to change: then the file stays as it is."""
    found = compare(actual, read(golden.read_bytes()))
    return found.sizes[0] == found.sizes[1] and not found.different
