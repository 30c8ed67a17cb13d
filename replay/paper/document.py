"""The structure of a paper: cells, tables, sections, the whole. Values only; printers walk it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from auction_rules.terms import Text
from replay.told import Audience

Kind: TypeAlias = Literal["record", "confirmation"]
LANGS: Final = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as shown, and the exact number behind it where a spreadsheet may count with it.

    `unit` is what the number counts; in `text` it stands already.
    """

    text: Text
    number: Decimal | None = None
    unit: Text | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of equal length."""

    heads: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the paper; any of its parts may be empty. `verbatim` is printed as it stands."""

    name: str
    title: Text
    paragraphs: tuple[Text, ...] = ()
    pairs: tuple[tuple[Text, Cell], ...] = ()
    table: Table | None = None
    verbatim: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """The whole paper, language-neutral until it is printed."""

    kind: Kind
    audience: Audience
    title: Text
    subject: Text
    marks: tuple[Text, ...]
    """What a reader must know before anything else: unfinished, terminated, void."""
    sections: tuple[Section, ...]
    signatures: tuple[Text, ...]
    ended: int
    """The instant of the last entry, microseconds: the date of the paper."""
    verify_url: str | None
