"""A transcript as one HTML file: no script, nothing fetched, light on paper.

Every text is escaped here and nowhere else; the only mark-up that comes from outside is the QR
code we draw ourselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from auction_rules.terms import Text
from replay.paper import qr
from replay.paper.document import Section, Table, Transcript
from replay.paper.words import AUDITOR, HELD, VERIFY, lines, whole

_STYLE = """
@page { size: A4; margin: 16mm 14mm; }
body { font: 10.5pt/1.5 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
  sans-serif; color: #000; background: #fff; max-width: 62em; margin: 1.5em auto; padding: 0 1em; }
h1 { font-size: 18pt; text-align: center; margin: 0 0 .2em; }
h2 { font-size: 12pt; border-bottom: 1px solid #999; margin: 1.4em 0 .5em; break-after: avoid; }
p { margin: .4em 0; }
.subject, .note { text-align: center; }
.mark { border: 2px solid #000; padding: .4em .8em; font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; }
th, td { border: 1px solid #bbb; padding: .2em .5em; text-align: left; vertical-align: top; }
table + table { margin-top: .6em; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
th.label { width: 12em; font-weight: 500; }
td.value { overflow-wrap: anywhere; }
pre { font-size: 7.5pt; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #bbb;
  padding: .6em; }
.signatures { display: grid; grid-template-columns: 1fr 1fr; gap: 3.2em 2em; margin-top: 2.5em;
  break-inside: avoid; }
.verify { display: flex; gap: 1em; align-items: center; break-inside: avoid; margin-top: 1em; }
.verify a { overflow-wrap: anywhere; color: #000; }
.en { color: #333; }
""".strip()
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(paper: Transcript, langs: Sequence[str]) -> bytes:
    """The file, UTF-8. `langs` are zh, en or both, in the order in which they are printed."""
    return "\n".join(_Page(paper, langs).lines()).encode("utf-8") + b"\n"


class _Page:
    def __init__(self, paper: Transcript, langs: Sequence[str]) -> None:
        self.paper, self.langs = paper, langs

    def lines(self) -> Iterator[str]:
        paper = self.paper
        heading = " ".join(lines(paper.title, self.langs))
        subject = " ".join(lines(paper.subject, self.langs))
        yield "<!doctype html>"
        yield f'<html lang="{"zh-CN" if self.langs[0] == "zh" else "en"}">'
        yield '<head><meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{escape(f'{heading} · {subject}')}</title>"
        yield f"<style>{_STYLE}</style></head><body>"
        yield f"<h1>{self.text(paper.title)}</h1>"
        yield f'<p class="subject">{self.text(paper.subject)}</p>'
        if whole(paper):
            yield f'<p class="note">{self.text(AUDITOR)}</p>'
        for mark in paper.marks:
            yield f'<p class="mark">{self.text(mark)}</p>'
        for section in paper.sections:
            yield from self.section(section)
        yield from self.check()
        if paper.signatures:
            cells = "".join(f"<div>{self.text(line)}</div>" for line in paper.signatures)
            yield f'<div class="signatures">{cells}</div>'
        yield f'<p class="note">{self.text(HELD)}</p>'
        yield "</body></html>"

    def text(self, text: Text) -> str:
        """Both languages one under the other, each marked as what it is."""
        shown = lines(text, self.langs)
        if len(shown) == 1:
            return escape(shown[0])
        spans = (
            f'<span lang="{"zh-CN" if lang == "zh" else "en"}" class="{lang}">{escape(line)}</span>'
            for lang, line in zip(self.langs, shown, strict=True)
        )
        return "<br>".join(spans)

    def section(self, section: Section) -> Iterator[str]:
        yield f'<section id="{escape(section.name)}"><h2>{self.text(section.title)}</h2>'
        for paragraph in section.paragraphs:
            yield f"<p>{self.text(paragraph)}</p>"
        if section.pairs:
            yield "<table><tbody>"
            for label, cell in section.pairs:
                value = self.text(cell.text)
                yield f'<tr><th class="label">{self.text(label)}</th><td class="value">{value}</td></tr>'
            yield "</tbody></table>"
        if section.table is not None:
            yield from self.table(section.table)
        if section.verbatim is not None:
            yield f"<pre>{escape(section.verbatim)}</pre>"
        yield "</section>"

    def table(self, table: Table) -> Iterator[str]:
        heads = "".join(f"<th>{self.text(head)}</th>" for head in table.heads)
        yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
        for row in table.rows:
            cells = "".join(
                f"<td>{self.text(cell.text)}</td>"
                if cell.number is None
                else f'<td class="n">{self.text(cell.text)}</td>'
                for cell in row
            )
            yield f"<tr>{cells}</tr>"
        yield "</tbody></table>"

    def check(self) -> Iterator[str]:
        url = self.paper.verify_url
        if url is None:
            return
        shown = escape(qr.checked(url))
        yield f'<div class="verify">{qr.svg(url)}<div>{self.text(VERIFY)}<br>'
        yield f'<a href="{shown}" rel="noreferrer">{shown}</a></div></div>'
