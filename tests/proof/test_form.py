"""Whatever the parsers of our texts find wrong is told in Chinese, and as the desks tell it."""

import ast
import re
from pathlib import Path

import pytest

from bidding.proof.archive import ArchiveError, parse_archive
from bidding.proof.form import in_chinese
from bidding.proof.merkle import ProofError
from bidding.proof.policy import PolicyError, parse_policy
from bidding.proof.receipt import ReceiptError, parse_receipt

ROOT = Path(__file__).parents[2]
PROOF = ROOT / "desks" / "src" / "proof"
PLAIN = re.compile(r'new Refusal\("([^"]+)", "([^"]+)"\)')


def sentences() -> list[tuple[str, str]]:
    """The refusals without a name in them that the desks' parsers of the same texts say."""
    files = ("text.ts", "note.ts", "policy.ts", "receipt.ts", "merkle.ts")
    found = [pair for name in files for pair in PLAIN.findall((PROOF / name).read_text("utf-8"))]
    assert len(found) > 20
    return found


def raised(name: str) -> set[str]:
    """What a parser of ours says in one plain sentence."""
    tree = ast.parse((ROOT / "bidding" / "proof" / name).read_text("utf-8"))
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in ("ValueError", "NoteError", "ProofError")
        and isinstance(call.args[0], ast.Constant)
    }


OURS = raised("policy.py") | raised("receipt.py") | raised("text.py") | raised("note.py")
OURS |= raised("merkle.py")


@pytest.mark.parametrize(("en", "zh"), [pair for pair in sentences() if pair[0] in OURS])
def test_both_verifiers_say_the_same(en: str, zh: str) -> None:
    assert in_chinese(ValueError(en)) == zh


@pytest.mark.parametrize(
    "en", sorted(raised("policy.py") | raised("receipt.py") | raised("acknowledgement.py"))
)
def test_every_sentence_of_a_policy_and_of_a_receipt_has_its_chinese(en: str) -> None:
    assert not in_chinese(ValueError(en)).startswith("格式有误")


def test_what_is_not_known_stays_as_it_was_said() -> None:
    assert in_chinese(ValueError("the moon is full")) == "格式有误（the moon is full）"


@pytest.mark.parametrize(
    ("line", "zh"),
    [
        ("nonsense", "不是 log、witness、group 或 quorum 行"),
        ("log a+b", "公钥应写作 名称+标识+base64"),
        ("log a+00000000+!", "a 的公钥有误：不是 base64 编码"),
        ("group g 2 one", "one 在此前没有定义"),
        ("quorum one", "one 在此前没有定义"),
        ("quorum none\x07", "含有控制字符"),
    ],
)
def test_a_line_of_a_policy(line: str, zh: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(f"{line}\n")
    assert caught.value.zh == f"信任策略第 1 行有误：{zh}"


def test_a_receipt_with_a_mark_before_it() -> None:
    raw = b"\xef\xbb\xbfc2sp.org/tlog-proof@v1\nindex 0\n\nx\n"
    with pytest.raises(ReceiptError) as caught:
        parse_receipt(raw)
    assert caught.value.en == "not a receipt: the first line is not c2sp.org/tlog-proof@v1"
    assert caught.value.zh == "不是有效的回执文件：首行不是 c2sp.org/tlog-proof@v1"


def test_a_path_to_another_root_is_told_in_chinese() -> None:
    assert in_chinese(ProofError("index 9 outside a tree of 3")) == "编号 9 超出 3 条记录的范围"
    said = in_chinese(ProofError("no consistency between sizes 3 and 2"))
    assert said == "3 与 2 之间无从证明一致"


def test_a_file_that_an_editor_wrote_anew_is_told_as_such() -> None:
    with pytest.raises(ReceiptError) as receipt:
        parse_receipt(b"c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\nx\r\n")
    with pytest.raises(ArchiveError) as archive:
        parse_archive(b"bidding-session-archive/v1\r\nx\r\n0\r\n\r\n")
    for told in (receipt.value, archive.value):
        assert "line breaks were changed" in told.en
        assert told.zh.endswith("换行已被改动（编辑器或邮件程序重写过），请使用原始文件")
    assert archive.value.where == "header"
