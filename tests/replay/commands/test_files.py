"""What cannot be read is told in the language asked for, whatever the terminal can write."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from replay.__main__ import main
from tests.replay.plays import REPOSITORY, first_run, small

GOLDEN = REPOSITORY / "tests" / "golden" / "0.1.0"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    raw, policy = first_run(small()).archive()
    archive, text = tmp_path / "a.session", tmp_path / "a.policy"
    archive.write_bytes(raw)
    text.write_text(policy, encoding="utf-8")
    return archive, text


def test_in_chinese(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, policy = files
    rest = ["--policy", str(policy), "--lang", "zh"]
    bad = tmp_path / "bad.policy"
    bad.write_text("nonsense\n")
    beacon = tmp_path / "beacon.json"
    told = {
        ("verify", "gone", *rest): "gone：文件不存在",
        ("verify", str(tmp_path), *rest): f"{tmp_path}：这是文件夹，不是文件",
        ("verify", str(archive), "--policy", str(bad), "--lang", "zh"): (
            f"{bad}：信任策略第 1 行有误：不是 log、witness、group 或 quorum 行"
        ),
        ("at", str(archive), "99", *rest): "本场只有编号 0 至 12 的记录",
        ("at", str(archive), "3", "--as", "bidder:ZZ", *rest): (
            "没有 bidder:ZZ 这一方，可用：public、staff、auditor、bidder:A、bidder:B、bidder:C"
        ),
        ("at", str(archive), "3", "--as", "nobody", *rest): (
            "没有 nobody 这一方，可用：public、staff、auditor、bidder:A、bidder:B、bidder:C"
        ),
        ("at", str(archive), "noon", *rest): "noon 既不是记录编号，也不是时刻",
        ("what-if", str(archive), "--set", "step=abc", *rest): "step：金额或面积写法不对：abc",
        ("what-if", str(archive), "--set", "nought=1", *rest): "nought：本规则没有这一参数",
        ("what-if", str(archive), "--without-bidder", "Z", *rest): "没有这样的竞买人：Z",
        ("what-if", str(archive), "--set", "step", *rest): "--set step：应写作 参数=值",
    }
    for arguments, says in told.items():
        assert main(list(arguments)) == 2
        assert capsys.readouterr().err == f"{says}\n"
    for text in ("null", "[" * 100_000, "[1]", "{}", '{"round":"x"}'):
        beacon.write_text(text)
        assert main(["draw", str(archive), "--beacon", str(beacon), *rest]) == 2
        assert capsys.readouterr().err.startswith(f"{beacon}：不是公开来源的发布内容，应为 ")
    assert main(["verify", str(archive), "--held", str(archive), *rest]) == 1
    said = "不通过：所持的第 1 份凭据：是竞价档案，此处应为自己留存的回执或检查点\n"
    assert capsys.readouterr().out == said
    assert main(["receipt", str(archive), *rest]) == 1
    assert capsys.readouterr().out == "不通过：这是竞价档案，不是回执，请用 verify 核验\n"


def test_a_term_is_named_in_english_too(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    archive, policy = files
    assert main(["what-if", str(archive), "--set", "step=abc", "--policy", str(policy)]) == 2
    assert capsys.readouterr().err == "step: not a decimal number: 'abc'\n"


def test_wrong_arguments_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["verify", "x", "--lang", "zh"])
    assert ended.value.code == 2
    assert "缺少参数：--policy" in capsys.readouterr().err


def test_a_policy_that_an_editor_on_windows_wrote(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    archive, policy = files
    plain = policy.read_bytes()
    for written in (b"\xef\xbb\xbf" + plain, plain.replace(b"\n", b"\r\n")):
        policy.write_bytes(written)
        assert main(["verify", str(archive), "--policy", str(policy)]) == 0
        assert "policy is not the one" not in capsys.readouterr().out
    policy.write_bytes(plain.replace(b"\n", b"\r", 1))
    assert main(["verify", str(archive), "--policy", str(policy)]) == 2


def run(encoding: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "replay", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )


def test_no_encoding_stops_an_answer() -> None:
    name = GOLDEN / "far-terms.quote-and-confirm"
    given = [f"{name}.session", "--policy", f"{name}.policy"]
    full = run("utf-8", "show", *given).stdout.decode()
    assert "m²" in full
    # What GBK lacks is told by its number; Chinese itself it has.
    done = run("gbk", "show", *given)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("gbk").replace("\\u00b2", "²") == full
    assert json.loads(run("gbk", "verify", "--json", *given).stdout.decode("gbk"))["ok"]
    # Where there is no Chinese at all, only UTF-8 can tell it.
    done = run("ascii", "show", *given, "--lang", "zh")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == run("utf-8", "show", *given, "--lang", "zh").stdout


def test_a_reader_who_has_enough() -> None:
    name = GOLDEN / "far-terms.quote-and-confirm"
    words = f"{sys.executable} -m replay at {name}.session 1 --policy {name}.policy"
    done = subprocess.run(
        ["bash", "-c", f"({words}; echo $? >&2) | true"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "141\n"


def test_a_fault_of_the_program_is_one_line(
    files: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_: object) -> int:
        raise RuntimeError("the\nmoon")

    monkeypatch.setattr("replay.commands.show.run", broken)
    archive, policy = files
    for lang, start in (
        ("en", "a fault of this program, and no verdict on the file: RuntimeError: the moon"),
        ("zh", "本程序出错，不构成对文件的结论：RuntimeError: the moon"),
    ):
        assert main(["show", str(archive), "--policy", str(policy), "--lang", lang]) == 70
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"{start} (test_files.py:")
        assert err.count("\n") == 1
