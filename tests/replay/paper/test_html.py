"""The HTML paper: self-contained, inert, whole."""

from html.parser import HTMLParser

import pytest

from replay.paper.html import render
from replay.transcript import LANGS
from tests.replay.papers import URL, everything, small_paper

VOID = {"meta", "br", "path", "rect"}


class Reader(HTMLParser):
    """Tags that balance, and every text."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.words, self.attributes = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def reader(paper, langs=LANGS) -> Reader:
    found = Reader()
    found.feed(render(paper, langs).decode("utf-8"))
    return found


def test_every_word_of_the_paper_stands_in_it():
    paper = small_paper()
    found = reader(paper)
    assert found.open == []
    words = "\n".join(found.words)
    for line in everything(paper).splitlines():
        assert line in words, line


@pytest.mark.parametrize("kind", ["record", "confirmation"])
def test_it_runs_nothing_and_fetches_nothing(kind):
    found = reader(small_paper(kind))
    assert not {"script", "img", "link", "iframe", "object", "form", "base"} & set(found.tags)
    fetched = [v for n, v in found.attributes if n in ("src", "srcset", "action", "data")]
    assert fetched == []
    assert not [n for n, _ in found.attributes if n.startswith("on")]
    assert [v for n, v in found.attributes if n == "href"] == [URL]
    assert "url(" not in render(small_paper(kind), LANGS).decode()


def test_a_title_is_never_markup():
    wicked = {"zh": "<script>alert(1)</script>", "en": '"><img src=x onerror=alert(1)>'}
    found = reader(small_paper(title=wicked))
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert wicked["zh"] in "".join(found.words)


@pytest.mark.parametrize(
    ("lang", "own", "other"), [("zh", "竞价记录", "Record of"), ("en", "Record of", "竞价记录")]
)
def test_one_language_alone(lang, own, other):
    words = "".join(reader(small_paper(), (lang,)).words)
    assert own in words
    assert other not in words


def test_the_code_leads_to_the_page():
    text = render(small_paper(), LANGS).decode()
    assert '<svg width="' in text
    assert "&amp;n=13" in text  # the address is escaped like everything else


def test_the_confirmation_is_signed_and_not_marked_for_the_auditor():
    words = "".join(reader(small_paper("confirmation")).words)
    assert "竞得人（签章）" in words
    assert "审计用，" not in words
    assert "审计用，" in "".join(reader(small_paper("record")).words)
    assert "审计用，" not in "".join(reader(small_paper("record", "public")).words)
