"""The PDF paper, read back by another library."""

import io
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest

from replay.paper import pdf
from replay.transcript import LANGS
from tests.replay.papers import small_paper


def reader(paper, langs=LANGS) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf.render(paper, langs)))


def words(read: pypdf.PdfReader) -> str:
    return "".join("".join(page.extract_text() for page in read.pages).split())


@pytest.mark.parametrize("kind", ["record", "confirmation"])
def test_every_font_is_embedded(kind):
    fonts = {}
    for page in reader(small_paper(kind)).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            described = descendant["/FontDescriptor"].get_object()
            fonts[font.get_object()["/BaseFont"]] = {
                key for key in described if key.startswith("/FontFile")
            }
    assert any("NotoSansCJK" in name for name in fonts)
    assert all(fonts.values()), fonts


def test_its_text_can_be_read_out():
    paper = small_paper()
    text = words(reader(paper))
    proof = next(s for s in paper.sections if s.name == "proof")
    for wanted in (
        "竞价记录",
        "Recordoftheauction",
        "人民币壹佰伍拾元整",
        "A号",
        "105元",
        "未达到下一口价110元",
        "https://bid.example.cn/verify?log=small&n=13",
        "".join((proof.verbatim or "").split()),
        *(cell.text["en"] for label, cell in proof.pairs if "SHA-256" in label["en"]),
    ):
        assert wanted.replace(" ", "") in text, wanted


def test_a_title_is_never_markup():
    wicked = '#panic("x") *b* $x$ \\ `a` @b <c> //d'
    text = words(reader(small_paper(title={"zh": wicked, "en": wicked})))
    assert "".join(wicked.split()) in text


def test_the_same_paper_gives_the_same_bytes_and_no_date(monkeypatch):
    first = pdf.render(small_paper(), LANGS)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2001, 1, 1, tzinfo=UTC).timestamp())))
    assert pdf.render(small_paper(), LANGS) == first
    told = pypdf.PdfReader(io.BytesIO(first)).metadata
    assert told is not None
    assert told.creation_date is None


def test_one_language_alone():
    assert "竞价记录" not in words(reader(small_paper(), ("en",)))
    assert "Record" not in words(reader(small_paper(), ("zh",)))
