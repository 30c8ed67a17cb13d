"""What all printers share: a text in the languages asked for, and the few words of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from auction_rules.terms import Text
from bidding.core.said import both
from replay.paper.document import Transcript

VERIFY: Final = both("扫码核验", "Scan to check")
HELD: Final = both(
    "本文件由竞价档案自动生成，内容以档案为准。",
    "This paper was made from the archive of the session; the archive is what counts.",
)
AUDITOR: Final = both("审计用，含未受理的请求", "For the auditor: refused attempts included")


def lines(text: Text, langs: Sequence[str]) -> list[str]:
    """The text in each language asked for; once where the languages agree."""
    return list(dict.fromkeys(text[lang] for lang in langs))


def whole(paper: Transcript) -> bool:
    """Whether it lists what only an auditor reads, and so must say whom it is for."""
    return paper.kind == "record" and paper.audience == "auditor"
