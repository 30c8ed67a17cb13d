"""A transcript as PDF by typst, with the Chinese glyphs it uses embedded. Needs the extra `report`.

The template is ours and fixed; what stands in the transcript is handed over as JSON, so that no
title or reason can become mark-up. Fonts come from a package, never from the machine, and the
file carries no date of its making: the same transcript gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import manimgx_fonts_cjk
import typst

from replay.paper import qr
from replay.paper.document import Section, Transcript
from replay.paper.words import AUDITOR, HELD, VERIFY, lines, whole

_FONTS = Path(manimgx_fonts_cjk.__file__).parent
_WIDTH = 4_800
"""Tenths of a point that a line of the checkpoint may take."""
_ADVANCE = 61
"""Hundredths of the size that a letter of the monospaced font takes, rounded up."""
_LARGEST = 75


def render(paper: Transcript, langs: Sequence[str]) -> bytes:
    """The file. `langs` are zh, en or both, in the order in which they are printed."""
    made = typst.compile(
        files("replay.paper").joinpath("transcript.typ").read_bytes(),
        format="pdf",
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(_FONTS)]),
        sys_inputs={"paper": json.dumps(_plain(paper, langs), ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made


def _plain(paper: Transcript, langs: Sequence[str]) -> dict[str, Any]:
    url = None if paper.verify_url is None else qr.checked(paper.verify_url)
    return {
        "lang": langs[0],
        "heading": " ".join([*lines(paper.title, langs), *lines(paper.subject, langs)]),
        "log": next(s.pairs[0][1].text["en"] for s in paper.sections if s.name == "proof"),
        "title": lines(paper.title, langs),
        "subject": lines(paper.subject, langs),
        "note": lines(AUDITOR, langs) if whole(paper) else [],
        "marks": [lines(mark, langs) for mark in paper.marks],
        "sections": [_section(section, langs) for section in paper.sections],
        "signatures": [lines(line, langs) for line in paper.signatures],
        "verify": lines(VERIFY, langs),
        "held": lines(HELD, langs),
        "url": url,
        "qr": None if url is None else _standalone(qr.svg(url)),
    }


def _standalone(svg: str) -> str:
    """Inside HTML the name space is implied; a file of its own must say it."""
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _section(section: Section, langs: Sequence[str]) -> dict[str, Any]:
    table, text = section.table, section.verbatim
    rows = [] if table is None else table.rows
    longest = max((len(line) for line in text.splitlines()), default=1) if text else 1
    return {
        "title": lines(section.title, langs),
        "paragraphs": [lines(paragraph, langs) for paragraph in section.paragraphs],
        "pairs": [[lines(label, langs), lines(cell.text, langs)] for label, cell in section.pairs],
        "heads": [lines(head, langs) for head in table.heads] if table else [],
        "numeric": [cell.number is not None for cell in rows[0]] if rows else [],
        "rows": [["\n".join(lines(cell.text, langs)) for cell in row] for row in rows],
        "verbatim": text,
        "tenths": min(_LARGEST, _WIDTH * 100 // (_ADVANCE * longest)),
    }
