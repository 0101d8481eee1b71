"""A table as spreadsheets open it: CSV with its mark, or XLSX. What is typed by strangers stays text there."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Sequence

Cell = str | int | float | dt.datetime | dt.timedelta | None
Row = Sequence[Cell]

_FORMULA = re.compile(r"[=+\-@\t\r]")
_WIDEST = 60
_DURATION = "[h]:mm:ss"
_MOMENT = "yyyy-mm-dd hh:mm"


def as_csv(rows: Sequence[Row]) -> bytes:
    """UTF-8 with its mark and CRLF; durations as 0:12:30, which every spreadsheet reads, whatever its decimal sign."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_text(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, rows: Sequence[Row], *, from_right: bool) -> bytes:
    """One sheet; the first row is its heading. `from_right`: its first column is on the right."""
    # Of use to teachers once in a while, and half a second of every start.
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "Halqa"
    sheet.sheet_view.rightToLeft = from_right
    sheet.freeze_panes = "A2"
    for y, row in enumerate(rows, 1):
        for x, value in enumerate(row, 1):
            cell = sheet.cell(y, x, value)
            if isinstance(value, str):
                cell.data_type = "s"  # else what begins with = would be a formula
            elif isinstance(value, dt.timedelta):
                cell.number_format = _DURATION
            elif isinstance(value, dt.datetime):
                cell.number_format = _MOMENT
            if y == 1:
                cell.font = Font(bold=True)
    for x, column in enumerate(zip(*rows, strict=True), 1):
        widest = max(len(_text(value)) for value in column)
        sheet.column_dimensions[get_column_letter(x)].width = min(_WIDEST, widest + 3)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, dt.timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(cell, str) and _FORMULA.match(cell):
        return f"'{cell}"
    return str(cell)
