"""The command line in Chinese: no English sentence is left in a help or in what is wrong."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from replay.__main__ import main
from replay.commands.chinese import Chinese
from tests.replay.draws import archived

COMMANDS = (
    *("verify", "receipt", "show", "at", "rejudge", "draw", "explain", "seconds"),
    *("what-if", "leads", "scenario", "witness", "transcript", "trustee-key"),
)


def sentences(said: str) -> list[str]:
    """Three English words in a row; names of files, options and values are not words in a row."""
    return re.findall(r"[a-z]+ [a-z]+ [a-z]+", re.sub(r"python -m replay( [a-z-]+)?", "", said))


def helped(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_every_command_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = helped(capsys, "--lang=zh")
    assert "{" + ",".join(COMMANDS) + "}" in listed
    assert listed.startswith("用法：python -m replay")
    assert "\n参数：\n" in listed
    assert "\n选项：\n" in listed
    assert not sentences(listed)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_is_chinese_alone(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = helped(capsys, command, "--lang", "zh")
    assert not sentences(told)
    assert "显示本说明并退出" in told
    # Each option has its words, and in English other ones.
    english = helped(capsys, command)
    assert len(re.findall("[\u4e00-\u9fff]", told)) > 20
    assert not re.search("[\u4e00-\u9fff]", english)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "a"], "缺少参数：--policy"),
        (["verify", "a", "--policy"], "--policy 后面应有一个值"),
        (["verify", "a", "--policy", "p", "--nonsense"], "无法识别的参数：--nonsense"),
        (["dance"], "命令 不能是 'dance'，可用："),
        (["explain", "a", "x", "--policy", "p"], "index 应为整数，不能是 'x'"),
        (["verify", "a", "--policy", "p", "--json=1"], "--json 不带值，却给出了 '1'"),
        (["verify", "a", "--policy", "p", "--auth"], "--authority 后面应有一个值"),
        (["what-if", "a", "--policy", "p", "--without", "x"], "选项 --without 不明确，可能是"),
    ],
)
def test_what_is_wrong_is_told_in_chinese(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--lang=zh", *words] if words == ["dance"] else [*words, "--lang=zh"])
    assert ended.value.code == 2
    usage, _, line = capsys.readouterr().err.rstrip("\n").rpartition("\n")
    assert usage.startswith("用法：")
    assert said in line
    assert not sentences(line)


def test_what_argparse_may_say_one_day_is_kept_in_brackets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        Chinese(prog="x").error("the moon is full")
    assert capsys.readouterr().err.endswith("x：参数有误（the moon is full）\n")
    # The other sentences of a parser that our own commands have no use for.
    parser = Chinese(prog="x")
    group: argparse._MutuallyExclusiveGroup = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--one")
    group.add_argument("--two")
    for words, said in (
        ([], "以下参数须给出一个：--one --two"),
        (["--one", "1", "--two", "2"], "--two 不能与 --one 同时使用"),
    ):
        with pytest.raises(SystemExit):
            parser.parse_args(words)
        assert said in capsys.readouterr().err


def test_what_would_have_been_decided_otherwise_is_told_without_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw, policy = archived("parties").archive()
    (tmp_path / "a").write_bytes(raw)
    (tmp_path / "p").write_text(policy, encoding="utf-8")
    command = ["what-if", str(tmp_path / "a"), "--policy", str(tmp_path / "p")]
    assert main([*command, "--without-bidder", "C", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    # Without C nobody ties with B, so no party is asked to commit.
    assert "staff:centre   受理 -> 未受理：本场当前不接受报价" in out
    assert main([*command, "--without-bidder", "C"]) == 0
    assert "staff:centre   accepted -> NOT_BIDDABLE" in capsys.readouterr().out
