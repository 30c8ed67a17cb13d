"""The notice as a page that stands alone: to print, to save, to attach to a published notice.

It carries its few styles itself, allowed by their hash, and no script; so a saved copy looks as
the served one does, and needs neither this house nor a build of the desks. Pictures and documents
are the house's own, by an address beside the page's; what stays in any copy are their hashes.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from aiohttp import hdrs, web

from bidding.core.notice import Notice, closing, facts, fingerprints, text

_STYLE: Final = """
:root { color-scheme: light dark }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem;
  font: 1rem/1.75 "Noto Serif CJK SC", "Songti SC", SimSun, Georgia, serif }
h1 { font-size: 1.5rem; line-height: 1.35; text-align: center }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 1rem 0 }
dt { opacity: .75 }
dd { margin: 0; overflow-wrap: anywhere }
p { margin: .6rem 0; overflow-wrap: anywhere }
code { font: .875rem/1.6 ui-monospace, Consolas, monospace }
small { opacity: .8 }
section + section { border-top: 1px solid; margin-top: 2.5rem; padding-top: .5rem }
figure { margin: 1rem 0 }
img { display: block; max-width: 100%; max-height: 30rem }
figcaption { font-size: .875rem; overflow-wrap: anywhere }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .5rem } }
@page { margin: 20mm }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 11pt }
  section + section { break-before: page; border: 0; margin: 0 }
}
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; img-src 'self'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
_HEAD: Final = re.compile(r"[^：:，,；;。.]{1,40}(：|: )")
_TAGS: Final = {"zh": "zh-CN", "en": "en"}
_HEADS: Final = {"zh": "竞价规则与条件", "en": "Rules and terms"}
_PAPERS: Final = {"zh": "图片与附件", "en": "Pictures and papers"}


def html(told: Notice, langs: tuple[str, ...]) -> str:
    """The whole page, a section for each language; everything from the document is escaped."""
    title = escape(told.document["title"][langs[0]])
    return (
        f'<!doctype html>\n<html lang="{_TAGS[langs[0]]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "".join(_section(told, lang) for lang in langs)
        + "</body>\n</html>\n"
    )


def _section(told: Notice, lang: str) -> str:
    def rows(pairs: list[tuple[str, str]], tag: str) -> str:
        cells = "".join(
            f"<dt>{escape(label)}</dt><dd><{tag}>{escape(value)}</{tag}></dd>\n"
            for label, value in pairs
        )
        return f"<dl>\n{cells}</dl>\n"

    return (
        f'<section lang="{_TAGS[lang]}">\n<h1>{escape(told.document["title"][lang])}</h1>\n'
        + rows(list(facts(told, lang)), "span")
        + f"<h2>{_HEADS[lang]}</h2>\n"
        + "".join(f"<p>{_headed(paragraph)}</p>\n" for paragraph in told.prose[lang])
        + _papers(told.document.get("papers", ()), lang)
        + rows(list(fingerprints(told, lang)), "code")
        + "".join(f"<p><small>{escape(line)}</small></p>\n" for line in closing(told, lang))
        + "</section>\n"
    )


def _papers(papers: Sequence[Mapping[str, Any]], lang: str) -> str:
    """What may be looked at; the hash that was approved with each stands among the fingerprints."""
    if not papers:
        return ""
    return f"<h2>{_PAPERS[lang]}</h2>\n" + "".join(_paper(paper) for paper in papers)


def _paper(paper: Mapping[str, Any]) -> str:
    name, address = escape(paper["name"]), f"papers/{paper['sha256'][:32]}"
    seen = (
        f'<a href="{address}"><img src="{address}" alt="{name}" loading="lazy"></a>'
        if paper["media"].startswith("image/")
        else ""
    )
    lot = "" if paper["lot"] is None else f" · {escape(paper['lot'])}"
    return f'<figure>{seen}<figcaption><a href="{address}">{name}</a>{lot}</figcaption></figure>\n'


def _headed(paragraph: str) -> str:
    """The topic before the first colon stands out; an ordinary sentence has none."""
    found = _HEAD.match(paragraph)
    end = found.end() if found else 0
    head = f"<strong>{escape(paragraph[:end])}</strong>" if end else ""
    return head + escape(paragraph[end:])


def page(told: Notice, langs: tuple[str, ...]) -> web.Response:
    """The page as an answer, under a policy of its own that allows its styles and nothing else."""
    return web.Response(
        text=html(told, langs),
        content_type="text/html",
        charset="utf-8",
        headers={"Content-Security-Policy": POLICY},
    )


def plain(told: Notice, langs: tuple[str, ...]) -> web.Response:
    """The same as plain text, one language after the other."""
    return web.Response(
        text="\n".join(text(told, lang) for lang in langs),
        content_type="text/plain",
        charset="utf-8",
        headers={hdrs.CONTENT_DISPOSITION: "inline"},
    )
