"""Where rows of CSV end, found without reading them: a line feed between quotes is text.

It has to be what the reader of rows (`csv`, strict) makes of the same bytes. Where a row is not as it should be the
reader gives it up with the line it is on, and so does this.
"""

from __future__ import annotations

import re

_QUOTED = rb'"[^"]*+(?:""[^"]*+)*+"'


class RowEnds:
    def __init__(self, delimiter: str) -> None:
        """`delimiter` is one character of ASCII."""
        mark = re.escape(delimiter.encode())
        plain = rb'(?!")[^%b\r\n]*+' % mark
        after = rb"(?=%b|\r?\n)" % mark
        # cells, each with what ends it; the last line feed that ended one is the group
        self._cells = re.compile(rb"(?:(?:%b%b|%b)(?:%b|\r?(\n)))*+" % (_QUOTED, after, plain, mark))
        self._open = re.compile(rb'(?:"[^"]*+(?:""[^"]*+)*+(?:"\r?)?|(?!")[^%b\r\n]*+\r?)' % mark)

    def last(self, data: bytes) -> int:
        """Behind the last row that is whole, `data` beginning with a row; 0 where none is."""
        if b'"' not in data:
            return data.rfind(b"\n") + 1
        end = at = 0
        while True:
            cells = self._cells.match(data, at)
            assert cells is not None
            end = max(end, cells.end(1))
            cell = self._open.match(data, cells.end())
            assert cell is not None
            if cell.end() == len(data):  # not all of it is there
                return end
            feed = data.find(b"\n", cell.end())
            if feed < 0:
                return end
            end = at = feed + 1
