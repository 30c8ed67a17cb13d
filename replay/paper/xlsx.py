"""A transcript as a workbook, a sheet a section. Needs the extra `report`.

Amounts are numbers where a spreadsheet keeps them exact (15 digits), text where it would not. No
cell is ever a formula or a link, whatever stands in it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import xlsxwriter

from auction_rules.terms import Text
from replay.paper import qr
from replay.paper.document import Cell, Section, Table, Transcript
from replay.paper.words import AUDITOR, HELD, VERIFY, lines, whole

_EXACT = 15
"""Significant digits that a spreadsheet keeps (ECMA-376 numbers are IEEE doubles)."""
_WIDEST = 60
_FONT = "Noto Sans CJK SC"
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def render(paper: Transcript, langs: Sequence[str]) -> bytes:
    """The file. `langs` are zh, en or both, in the order in which they are printed."""
    title = " ".join([*lines(paper.title, langs), *lines(paper.subject, langs)])
    first = [paper, *(None for _ in paper.sections[1:])]
    return _written(title, paper.ended, zip(paper.sections, first, strict=True), langs)


def sheets(title: Text, made: int, sections: Sequence[Section], langs: Sequence[str]) -> bytes:
    """A workbook of sections alone, one sheet each; `made` is its date, microseconds."""
    return _written(" ".join(lines(title, langs)), made, ((one, None) for one in sections), langs)


def _written(
    title: str,
    ended: int,
    sections: Iterable[tuple[Section, Transcript | None]],
    langs: Sequence[str],
) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **_PLAIN})
    made = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ended)
    book.set_properties({"title": title, "created": made.replace(tzinfo=None)})
    writer = _Book(book, langs)
    for section, paper in sections:
        writer.section(section, paper)
    book.close()
    return out.getvalue()


class _Book:
    def __init__(self, book: Any, langs: Sequence[str]) -> None:
        self.book, self.langs = book, langs
        common = {"font_name": _FONT, "valign": "top", "text_wrap": True}
        self.body = book.add_format(common)
        self.bold = book.add_format({**common, "bold": True})
        self.numbers: dict[str, Any] = {}
        self.common = common

    def section(self, section: Section, paper: Transcript | None) -> None:
        """One sheet; the first also carries what stands above and below everything else."""
        sheet = self.book.add_worksheet(" ".join(lines(section.title, self.langs))[:31])
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        row = 0
        if paper is not None:
            row = self._head(sheet, paper)
        for paragraph in section.paragraphs:
            row = self._line(sheet, row, self._text(paragraph), self.body)
        for label, cell in section.pairs:
            sheet.write_string(row, 0, self._text(label), self.bold)
            self._cell(sheet, row, 1, cell)
            row += 1
        if section.table is not None:
            row = self._table(sheet, row, section.table)
        elif section.pairs:
            sheet.set_column(0, 0, 24)
            sheet.set_column(1, 1, 80)
        else:
            sheet.set_column(0, 0, 100)
        for line in (section.verbatim or "").splitlines():
            row = self._line(sheet, row, line, self.body)
        if paper is not None:
            self._foot(sheet, row, paper)

    def _head(self, sheet: Any, paper: Transcript) -> int:
        row = self._line(sheet, 0, self._text(paper.title), self.bold)
        row = self._line(sheet, row, self._text(paper.subject), self.bold)
        note = (AUDITOR,) if whole(paper) else ()
        for mark in (*note, *paper.marks):
            row = self._line(sheet, row, self._text(mark), self.bold)
        return row

    def _foot(self, sheet: Any, row: int, paper: Transcript) -> None:
        for line in (*paper.signatures, HELD):
            row = self._line(sheet, row, self._text(line), self.body)
        if paper.verify_url is not None:
            url = qr.checked(paper.verify_url)
            row = self._line(sheet, row, f"{self._text(VERIFY)}\n{url}", self.body)
            sheet.insert_image(row, 0, "qr.png", {"image_data": io.BytesIO(qr.png(url))})

    def _table(self, sheet: Any, row: int, table: Table) -> int:
        widths = [0] * len(table.heads)
        for column, head in enumerate(table.heads):
            sheet.write_string(row, column, self._text(head), self.bold)
            widths[column] = _width(self._text(head))
        for number, cells in enumerate(table.rows, row + 1):
            for column, cell in enumerate(cells):
                self._cell(sheet, number, column, cell)
                widths[column] = max(widths[column], _width(self._text(cell.text)))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, _WIDEST))
        sheet.repeat_rows(row)
        return row + 1 + len(table.rows)

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        number = cell.number
        if number is None or len(number.as_tuple().digits) > _EXACT:
            sheet.write_string(row, column, self._text(cell.text), self.body)
        else:
            sheet.write_number(row, column, number, self._format(number, cell.unit))

    def _format(self, number: Decimal, unit: Text | None) -> Any:
        """The number's own decimals, and its unit beside it: the cell stays one to count with."""
        exponent = number.as_tuple().exponent
        scale = -exponent if isinstance(exponent, int) else 0
        shape = "#,##0" + ("." + "0" * scale if scale else "")
        if unit is not None:
            # In a format a quotation mark would end the words.
            shape += f' "{unit[self.langs[0]].replace(chr(34), chr(39))}"'
        if shape not in self.numbers:
            self.numbers[shape] = self.book.add_format({**self.common, "num_format": shape})
        return self.numbers[shape]

    def _line(self, sheet: Any, row: int, text: str, how: Any) -> int:
        sheet.write_string(row, 0, text, how)
        return row + 1

    def _text(self, text: Text) -> str:
        return "\n".join(lines(text, self.langs))


def _width(text: str) -> int:
    """Columns a text takes: a Chinese letter takes two."""
    longest = 0
    for line in text.splitlines():
        longest = max(longest, sum(2 if ord(letter) > 0x2E80 else 1 for letter in line))
    return longest
