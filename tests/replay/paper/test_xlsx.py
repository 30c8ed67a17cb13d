"""The workbook, opened again by another library."""

import io
import zipfile

import openpyxl
import pytest

from replay.paper import xlsx
from replay.transcript import LANGS
from tests.replay.papers import everything, small_paper


def book(paper, langs=LANGS):
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(paper, langs)))


def cells(sheet) -> list[list]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_a_sheet_a_section():
    found = book(small_paper(), ("en",))
    assert found.sheetnames == [
        "The session",
        "Result",
        "Accepted offers",
        "Refused attempts",
        "Deadlines moved",
        "Suspensions",
        "Other entries",
        "Terms",
        "Proof",
    ]


def test_amounts_are_numbers_that_can_be_added():
    sheet = cells(book(small_paper(), ("en",))["Accepted offers"])
    assert sheet[0] == ["#", "Entry", "Arrived", "Bidder", "Offer", "How"]
    assert [row[4] for row in sheet[1:]] == [100, 110, 150]
    assert [row[3] for row in sheet[1:]] == ["No. A", "No. B", "No. A"]


@pytest.mark.parametrize(
    ("langs", "unit"), [(("en",), "CNY"), (LANGS, "元"), (("en", "zh"), "CNY")]
)
def test_an_amount_is_shown_with_its_unit_and_stays_a_number(langs, unit):
    found = book(small_paper(), langs).worksheets[2]
    assert found["E2"].value == 100
    assert found["E2"].number_format.endswith(f' "{unit}"')
    assert found["A2"].number_format == "#,##0"


def test_a_unit_of_a_plug_in_cannot_end_the_format():
    unit = {"zh": '"点"', "en": '"pt"', "scale": 0}
    terms = {"opens": "10:00:00", "duration_seconds": 300, "unit": unit}
    terms |= {"start_price": "100", "step": "10"}
    steps = [{"at": "10:00:00", "by": "A", "bid": "100"}]
    paper = small_paper(terms=terms, steps=steps, outcome={"status": "sold"})
    assert book(paper).worksheets[2]["E2"].number_format == "#,##0 \"'点'\""


def test_an_amount_that_a_spreadsheet_would_round_stays_text():
    unit = {"zh": "元", "en": "CNY", "scale": 2, "fen": 1}
    big = "10000000000000.01"  # sixteen digits
    terms = {"opens": "10:00:00", "duration_seconds": 300, "unit": unit}
    terms |= {"start_price": big, "step": "10"}
    steps = [{"at": "10:00:00", "by": "A", "bid": big}]
    paper = small_paper(terms=terms, steps=steps, outcome={"status": "sold"})
    sheet = cells(book(paper, ("en",))["Accepted offers"])
    assert sheet[1][4] == "10,000,000,000,000.01 CNY"


@pytest.mark.parametrize("wicked", ["=1+1", "@SUM(A1)", "+1", "https://evil.example/"])
def test_no_cell_is_a_formula_or_a_link(wicked):
    found = book(small_paper(title={"zh": wicked, "en": wicked}))
    for sheet in found:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                assert cell.hyperlink is None


def test_every_word_of_the_paper_stands_in_it():
    paper = small_paper("confirmation")
    found = book(paper)
    text = "\n".join(
        [*found.sheetnames]
        + [str(value) for sheet in found for row in cells(sheet) for value in row if value]
    )
    numbers = {
        cell.text[lang]
        for s in paper.sections
        for lang in LANGS
        for row in (s.table.rows if s.table else ())
        for cell in row
        if cell.number is not None
    }
    numbers |= {
        c.text[lang]
        for s in paper.sections
        for lang in LANGS
        for _, c in s.pairs
        if c.number is not None
    }
    for line in everything(paper).splitlines():
        assert line in text or line in numbers, line


def test_the_same_paper_gives_the_same_bytes_and_holds_the_code():
    made = xlsx.render(small_paper(), LANGS)
    assert xlsx.render(small_paper(), LANGS) == made
    with zipfile.ZipFile(io.BytesIO(made)) as inside:
        assert any(name.startswith("xl/media/") for name in inside.namelist())
        # The date of the paper is that of the last entry, 10:05:30 in China.
        assert b"2026-03-02T02:05:30Z" in inside.read("docProps/core.xml")
