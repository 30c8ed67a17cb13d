"""Whatever an owner signs: every command answers in a line and an exit status, never a traceback."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replay.__main__ import main
from tests.replay import witnessed
from tests.replay.malformed import Entries, Place, chained, changed, entries_of, keep, places

GOLDEN: Final = Path(__file__).parents[1] / "golden" / "0.1.0"
WITNESSED: Final = entries_of(witnessed.archive())
SOURCES: Final = (
    WITNESSED,
    *(
        entries_of((GOLDEN / f"{name}.session").read_bytes())
        for name in (
            "escrow-trustees",
            "draws-beacon-drand.one-officer",
            "clock-one-product.nobody",
        )
    ),
)
VALUES: Final[tuple[Any, ...]] = (
    ...,
    *(None, True, 0, -1, 1, 99, 2**53 - 1, -(2**53 - 1), "", "x", "甲", "\0", "A" * 300),
    *([], {}, [1], {"a": 1}, [[]], {"fact": "closed"}),
)
BELL: Final = next(e["i"] for e in WITNESSED if e["type"] == "bell.accepted")


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(list(arguments))
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return status, out + err


WRONG_SHAPES: Final[tuple[tuple[Place, Any, str], ...]] = (
    ((3, "type"), ..., "unknown type or version (None, tv 1): replay stops"),
    ((3, "type"), ["bid.accepted"], "unknown type or version"),
    ((3, "type"), "bet.accepted", "unknown type or version ('bet.accepted', tv 1): replay stops"),
    ((3, "type"), "bid.perhaps", "unknown type or version"),
    ((3, "tv"), 99, "tv 99): replay stops"),
    ((3, "tv"), True, "tv True): replay stops"),
    ((3, "tv"), ..., "tv None): replay stops"),
    ((0, "tv"), 2, "unknown type or version ('session.opened', tv 2): replay stops"),
    ((3, "actor"), 7, "unknown shape (entry.actor): replay stops"),
    ((3, "actor"), "bidder:", "unknown shape (entry.actor): replay stops"),
    ((3, "data"), [], "unknown shape (entry.data): replay stops"),
    ((3, "ps"), ..., "unknown shape (entry.ps): replay stops"),
    ((3, "colour"), "red", "unknown shape (entry.colour): replay stops"),
    ((3, "by"), 3, "unknown shape (entry.by): replay stops"),
    ((BELL, "data", "facts"), ..., "unknown shape (data.facts): replay stops"),
    ((BELL, "data", "facts", 0), "closed", "unknown shape (data.facts[0]): replay stops"),
    ((BELL, "data", "facts", 0, "fact"), "moon", "unknown shape (data.facts[0]): replay stops"),
    ((BELL, "data", "ask"), {"x": 1}, "unknown shape (data.ask.x): replay stops"),
    ((0, "data", "facts"), ..., "unknown shape (data.facts): replay stops"),
    ((0, "data", "proposer"), ..., "unknown shape (data.proposer): replay stops"),
    ((0, "data", "document", "terms"), 1, "unknown shape (data.document.terms): replay stops"),
)


@pytest.mark.parametrize(("at", "value", "says"), WRONG_SHAPES)
def test_replay_stops_at_a_shape_nobody_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: Place, value: Any, says: str
) -> None:
    given_ = keep(tmp_path, changed(WITNESSED, at, value))
    status, said = answer(capsys, "verify", *given_)
    assert status == 1
    assert said.startswith(f"refused: entry {at[0]}: ")
    assert says in said
    status, said = answer(capsys, "verify", *given_, "--lang", "zh")
    assert status == 1
    assert re.match(rf"不通过：编号 {at[0]} 的记录：.*读取到此为止\n$", said)


def test_a_fact_with_a_number_for_a_name_is_refused_before_it_is_drawn_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at, number = next(
        (entry["i"], number)
        for entry in WITNESSED
        for number, fact in enumerate(entry["data"].get("facts", ()))
        if fact["fact"] == "drawn"
    )
    wrong = changed(WITNESSED, (at, "data", "facts", number, "order", 1), 9)[: at + 1]
    status, said = answer(capsys, "draw", *keep(tmp_path, wrong))
    assert (status, said) == (
        1,
        f"refused: entry {at}: unknown shape (data.facts[{number}].order): replay stops\n",
    )


COMMANDS: Final[tuple[tuple[str, ...], ...]] = (
    ("verify",),
    ("verify", "--json"),
    ("rejudge",),
    ("show",),
    ("show", "--terms"),
    ("draw",),
    ("draw", "--json"),
    ("explain", "0"),
    ("explain", "LAST"),
    ("at", "LAST"),
    ("at", "LAST", "--as", "auditor"),
    ("at", "LAST", "--as", "bidder:A"),
    ("leads", "--all"),
    ("transcript", "--as", "record", "--audience", "auditor", "--out", "NEW"),
    ("transcript", "--as", "confirmation", "--out", "NEW"),
    ("what-if", "--without-bidder", "A"),
    ("what-if", "--set", "step=1"),
)


def run_all(folder: Path, capsys: pytest.CaptureFixture[str], entries: Entries, lang: str) -> None:
    """Every command over these entries; each must answer 0, 1 or 2."""
    archive, *policy = keep(folder, entries)
    for number, (command, *more) in enumerate(COMMANDS):
        words = {"LAST": str(len(entries) - 1), "NEW": str(folder / f"{number}.html")}
        (folder / f"{number}.html").unlink(missing_ok=True)
        rest = [words.get(word, word) for word in more]
        status, said = answer(capsys, command, archive, *rest, *policy, "--lang", lang)
        assert status in (0, 1, 2), said
        if status == 1 and command == "verify" and not more:
            return  # the others read it through the same door


@st.composite
def mutations(draw: st.DrawFn) -> Entries:
    """An entry with one place changed, last in its log or with the rest behind it."""
    entries = draw(st.sampled_from(SOURCES))
    index = draw(st.integers(0, len(entries) - 1))
    inner = [at for at in places(entries[index]) if at[0] not in ("v", "log", "i")]
    at = draw(st.sampled_from(inner))
    made = changed(entries, (index, *at), draw(st.sampled_from(VALUES)))
    return made[: index + 1] if draw(st.booleans()) else made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(entries=mutations(), fit=st.booleans(), lang=st.sampled_from(("zh", "en")))
def test_no_command_ever_stumbles(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    entries: Entries,
    fit: bool,
    lang: str,
) -> None:
    # What cannot be folded stays as it is: verify refuses it.
    with suppress(ValueError, LookupError, TypeError, AttributeError):
        entries = chained(entries) if fit else entries
    run_all(tmp_path, capsys, entries, lang)
