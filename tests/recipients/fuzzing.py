"""Spoils good files of recipients and reads them: KIND SEED COUNT SECONDS, until either is over.

What comes must be rows, rows with a problem at their line, or a refusal. Prints how many were read and the megabytes
at the most; ends with a traceback, and the number of the file, for anything else. The same seed spoils the same files.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from handbill.diagnostic import Failed
from handbill.recipients.rows import Recipients
from handbill.report.text import report
from peak import megabytes
from recipients.conftest import FIELDS, rules_of
from recipients.test_hostile_files import PIECES

CSV = (
    'to,first_name,days,items\n1,Zoë,3,"[""a"", ""b""]"\n2,"Ann ""A"" B\nC",4,\n3,王芳,,[]\n4,O\'Neil,0,null\n'.encode()
)
JSON = (
    b'{"to": "1", "first_name": "Zo\\u00eb", "days": 3, "items": ["a"]}\n'
    b'{"to": 2, "shop": {"x": [1.5, null]}, "first_name": "B"}\n'
)


def parquet() -> bytes:
    import pyarrow as pa
    from pyarrow.parquet import write_table

    out = io.BytesIO()
    table = pa.table({
        "to": ["1", "2", "3"] * 40, "first_name": ["Zoë", None, "B"] * 40, "days": [1, 2, 3] * 40,
        "items": [["a"], [], None] * 40, "shop": [{"x": 1.5}, None, {"x": None}] * 40,
    })  # fmt: skip
    write_table(table, out, row_group_size=50, compression=None)
    return out.getvalue()


def spoiled(good: bytes, dice: Random) -> bytes:
    """Some bytes changed, cut out, put in, repeated, or the rest cut off."""
    data = bytearray(good)
    for _ in range(dice.choice((1, 1, 1, 2, 4, 16))):
        at = dice.randrange(len(data) + 1)
        piece = dice.choice(PIECES) if dice.random() < 0.5 else dice.randbytes(dice.choice((1, 1, 2, 4, 8)))
        match dice.randrange(6):
            case 0:
                data[at : at + len(piece)] = piece
            case 1:
                data[at:at] = piece
            case 2:
                del data[at : at + dice.choice((1, 1, 2, 8, 64))]
            case 3:
                data[at:at] = data[at : at + dice.randrange(1, 64)] * dice.choice((1, 2, 50))
            case 4 if at < len(data):
                data[at] ^= 1 << dice.randrange(8)
            case _ if dice.random() < 0.3:
                del data[at:]
    return bytes(data)


def read(path: Path, folder: Path) -> int:
    """The rows of a file; what is wrong with them is told."""
    count = 0
    try:
        given = Recipients(path, rules_of(folder), FIELDS, address={"channel_id": "c"})
        for row in given:
            count += 1
            assert row.number == count
            assert row.line >= row.number or path.suffix == ".parquet"
            if row.problem is not None:
                assert row.problem.label is not None
                assert report([row.problem]).startswith(f"{path.as_posix()}:")
            else:
                assert row.address["to"].isprintable()
        report(given.remarks)
    except Failed as failed:
        report(failed.diagnostics)
    return count


def main(kind: str, seed: str, most: int, seconds: float) -> None:
    good: dict[str, Callable[[], bytes]] = {"csv": lambda: CSV, "jsonl": lambda: JSON * 4, "parquet": parquet}
    start, end = good[kind](), time.monotonic() + seconds
    rows = count = 0
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"people.{kind}"
        while count < most and time.monotonic() < end:
            path.write_bytes(spoiled(start, Random(f"{seed}/{count}")))
            sys.stderr.write(f"\r{count}")  # the last one, should the process be ended
            rows += read(path, Path(name))
            count += 1
    print(count, rows, megabytes())  # noqa: T201 - for the test


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
