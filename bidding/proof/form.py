"""What is wrong with the form of a text, told in Chinese: one sentence for each of the parsers' own.

The parsers of keys, notes, policies and receipts say in English what they found; the desks say the
same sentences in the browser. This is not a translator: a sentence it does not know stays as it
was said, in brackets.
"""

from __future__ import annotations

import re
from typing import Final

from bidding.proof.text import BilingualError

_REWRITTEN: Final = "换行已被改动（编辑器或邮件程序重写过），请使用原始文件"
_SENTENCES: Final = tuple(
    (re.compile(en, re.DOTALL), zh)
    for en, zh in (
        # Of the alphabet (text.py).
        ("not base64", "不是 base64 编码"),
        ("not canonical base64", "不是规范的 base64 编码"),
        ("not a plain decimal number", "不是规范的十进制数"),
        (r"number above 2\*\*63-1", "数值超过 2**63-1"),
        # Of keys and notes (note.py).
        (r"a key is name\+hash\+base64", "公钥应写作 名称+标识+base64"),
        (r"a key name is text without spaces and without '\+'", "公钥名称不得含有空格或加号"),
        ("the key id of (.+) does not belong to its key", "{0} 的公钥标识与公钥不符"),
        ("key of (.+): empty", "{0} 的公钥为空"),
        ("key of (.+): (.+)", "{0} 的公钥有误：{1}"),
        ("no key of type (.+) has ([0-9]+) bytes", "公钥类型未知或长度不符"),
        ("bad signature by (.+)", "{0} 的签名不成立"),
        ("no signature by a known key", "没有已知公钥的签名"),
        ("two known keys share the name and id of (.+)", "有两个已知公钥的名称和标识都是 {0}"),
        ("a note has at most ([0-9]+) bytes", "签名文本不得超过 {0} 字节"),
        ("a note has at most ([0-9]+) signatures", "签名不得超过 {0} 个"),
        ("a note is a text, a blank line and signature lines", "应为正文、空行、签名行"),
        ("control character", "含有控制字符"),
        ("not UTF-8", "不是 UTF-8 文本"),
        ("malformed signature line", "签名行格式有误"),
        ("signature of (.+): too short", "{0} 的签名过短"),
        ("signature of (.+): (.+)", "{0} 的签名有误：{1}"),
        ("no timed signature has this length", "带时间的签名长度不符"),
        (r"time above 2\*\*63-1", "时间数值超过 2**63-1"),
        (
            "ML-DSA-44 signs no extension lines and names up to 255 bytes",
            "ML-DSA-44 不签附加行，名称不得超过 255 字节",
        ),
        # Of policies (policy.py).
        ("not a log, witness, group or quorum line", "不是 log、witness、group 或 quorum 行"),
        ("a log key has type 1 or 6", "日志公钥的类型应为 1 或 6"),
        ("this log key is listed already", "此日志公钥已列出"),
        ("a witness key has type 4 or 6", "见证公钥的类型应为 4 或 6"),
        ("the log's own key cannot be a witness", "日志自己的公钥不能充当见证人"),
        ("this witness key is listed already", "此见证公钥已列出"),
        ("(.+) is a member already", "{0} 已属于某个组"),
        ("([0-9]+) of ([0-9]+) members cannot be asked for", "不能要求 {1} 个成员中的 {0} 个"),
        ("a second quorum", "quorum 行重复"),
        ("the name (.+) is taken", "名称 {0} 已被占用"),
        ("(.+) is not defined above", "{0} 在此前没有定义"),
        # Of receipts (receipt.py).
        ("no checkpoint after a blank line", "空行之后没有检查点"),
        ("the first line is not (.+)", "首行不是 {0}"),
        ("an empty extra line", "extra 行为空"),
        ("no index line", "缺少 index 行"),
        ("the path is not a list of SHA-256 hashes", "证明路径不是 SHA-256 哈希的列表"),
        ("line breaks were changed: an editor or a mail program wrote it anew", _REWRITTEN),
        # Of paths in a tree (merkle.py).
        ("index ([0-9]+) outside a tree of ([0-9]+)", "编号 {0} 超出 {1} 条记录的范围"),
        ("inclusion proof leads to another root", "证明路径得出的根与签名的根不符"),
        ("no consistency between sizes ([0-9]+) and ([0-9]+)", "{0} 与 {1} 之间无从证明一致"),
        ("equal sizes need no proof", "大小相同，不应带有证明"),
        ("equal sizes, different roots", "大小相同而根不同"),
        ("consistency proof missing", "缺少一致性证明"),
        ("consistency proof does not lead to the earlier root", "一致性证明得不出较早的根"),
        ("consistency proof does not lead to the later root", "一致性证明得不出较晚的根"),
        ("a hash has 32 bytes", "哈希值应为 32 字节"),
        ("proof too long", "证明路径过长"),
        ("proof too short", "证明路径过短"),
        # Of checkpoints (checkpoint.py).
        (
            "origin and extension lines are non-empty text",
            "日志名称和附加行不得为空，也不得含有控制字符",
        ),
        (r"size outside 0 \.\. 2\*\*63-1", "记录条数超过 2**63-1"),
        ("the root has 32 bytes", "根应为 32 字节"),
        ("the empty tree has another root", "空日志的根不符"),
        ("three lines expected, each ended by a newline", "应为三行，每行以换行符结束"),
        ("size or root: (.+)", "记录条数或根有误：{0}"),
        # Of entries (canon.py); the place is named before.
        (r"\$: not JSON: .+", "不是 JSON"),
        (
            r"\$: not the canonical spelling \(first difference at byte ([0-9]+)\)",
            "不是规范写法，从第 {0} 个字节起不同",
        ),
        (r"(\$.*): integer beyond 2\*\*53-1", "{0}：整数超过 2**53-1"),
        (r"(\$.*): nested deeper than ([0-9]+)", "{0}：嵌套超过 {1} 层"),
        (r"(\$.*): float has no place here", "{0}：不允许出现小数"),
        (r"(\$.*): .+ has no place here", "{0}：含有不允许的数据类型"),
        (r"(\$.*): lone surrogate", "{0}：含有不成对的代理码位"),
        (r"(\$.*): key .+ does not match .+", "{0}：字段名不符合规范"),
        # Of SM2 keys and signatures (sm2.py, gm.py).
        (
            "an SM2 public key is 04 and two coordinates of 32 bytes",
            "SM2 公钥应为 04 和两个 32 字节的坐标",
        ),
        ("the SM2 public key is no point of its curve", "SM2 公钥不是曲线上的点"),
        ("the key of (.+) is no SM2 key", "{0} 的公钥不是 SM2 公钥"),
        ("bad SM2 signature by (.+)", "{0} 的 SM2 签名不成立"),
        ("an SM2 signature has 64 bytes by (.+)", "{0} 的 SM2 签名应为 64 字节"),
        # Of acknowledgements (acknowledgement.py).
        (
            "the lines of an acknowledgement are missing or in another order",
            "缺少应有的行或次序不对",
        ),
        ("a line says nothing", "有一行没有内容"),
        ("the time is beyond every calendar", "时间超出日历范围"),
        ("the hash is not a SHA-256 in hexadecimal", "散列不是十六进制的 SHA-256"),
        ("its log is not of its centre", "所载日志不属于所载交易中心"),
    )
)


def in_chinese(wrong: ValueError) -> str:
    """The reason for a clerk."""
    if isinstance(wrong, BilingualError):
        return wrong.zh
    if isinstance(wrong, UnicodeDecodeError):
        return "含有不应出现的字符"
    said = str(wrong)
    for sentence, zh in _SENTENCES:
        if found := sentence.fullmatch(said):
            return zh.format(*(_inner(part) for part in found.groups()))
    return f"格式有误（{said}）"


def _inner(said: str) -> str:
    """A reason within a reason, or a name, which stays what it is."""
    return next((zh for sentence, zh in _SENTENCES[:4] if sentence.fullmatch(said)), said)


__all__ = ["in_chinese"]
