"""Sessions to print, for the tests of transcripts and of the printers."""

from __future__ import annotations

from bidding.core.record import replay as fold
from replay.play import Run, play
from replay.scenario import read
from replay.transcript import LANGS, Transcript, transcript
from replay.verify import Session
from tests.replay.plays import SCENARIOS, first_run, opened, small

URL = "https://bid.example.cn/verify?log=small&n=13"


def session_of(name: str, variant: str | None = None) -> Session:
    """The session of a play in the repository, or of a variant of it."""
    return opened(_played(name, variant))[2]


def _played(name: str, variant: str | None) -> Run:
    for number, run in enumerate(play(read(SCENARIOS / name))):
        if variant is None if number == 0 else run.name.endswith(f".{variant}"):
            return run
    raise LookupError(name, variant)


def cut(name: str, entries: int, variant: str | None = None) -> Session:
    """The same session as it stood after so many entries."""
    whole = _played(name, variant)
    run = Run(whole.name, whole.scenario, whole.bodies[:entries])
    run.state = fold(whole.state.origin, run.bodies)
    return opened(run)[2]


def small_paper(kind="record", audience="auditor", **changes) -> Transcript:
    """The paper of the small play."""
    return transcript(opened(first_run(small(**changes)))[2], kind, audience, URL)


def section(paper: Transcript, name: str):
    """A section by its name."""
    return next(s for s in paper.sections if s.name == name)


def rows(paper: Transcript, name: str, lang="en") -> list[dict[str, str]]:
    """A section's table, each row by its heads."""
    table = section(paper, name).table
    if table is None:
        return []
    heads = [head[lang] for head in table.heads]
    return [dict(zip(heads, [c.text[lang] for c in row], strict=True)) for row in table.rows]


def pairs(paper: Transcript, name: str, lang="en") -> dict[str, str]:
    """A section's labels and values."""
    return {label[lang]: cell.text[lang] for label, cell in section(paper, name).pairs}


def everything(paper: Transcript) -> str:
    """Every word of a paper in both languages."""
    words = [paper.title, paper.subject, *paper.marks, *paper.signatures]
    for part in paper.sections:
        words += [part.title, *part.paragraphs]
        words += [text for label, cell in part.pairs for text in (label, cell.text)]
        if part.table is not None:
            words += [*part.table.heads, *(c.text for row in part.table.rows for c in row)]
    verbatim = [part.verbatim or "" for part in paper.sections]
    return "\n".join([*(text[lang] for text in words for lang in LANGS), *verbatim])


def said(paper: Transcript) -> list[str]:
    """The names of the sections, in order."""
    return [part.name for part in paper.sections]
