"""The command line in Chinese: what each command and option is for, and what is wrong with a request.

The commands say in English what they are; here the same sentences stand in Chinese, as in a catalogue
of translations, and a test finds one that is missing. What it is not: a place for the answers, which
every command gives in both languages itself.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, Final, NoReturn

ABOUT: Final = (
    "审计命令行：python -m replay 命令 ……。退出码 0：成立；1：不成立，并用一行说明什么、在哪里；"
    "2：文件或参数无法读取；3：成立，但还缺某一方的证明（见证人尚未签署回执，或随机信标的签名无人验证）；"
    "70：本程序出错，并用一行说明在哪里。"
)
_WORDS: Final = {
    # Of argparse itself.
    "show this help message and exit": "显示本说明并退出",
    # What each command is for.
    "is this the log its owner signed, whole and in order": "核验：是否为日志所有者签名的记录，完整且次序无误",
    "is this receipt of the log, who vouches for it, and what it says": "核验回执：是否出自该日志，谁作证，内容是什么",
    "tell the session, one line an entry": "逐条讲述本场，一条记录一行",
    "the room after the entry at INDEX, or at an instant, as a party saw it": "某条记录之后或某一时刻，一方眼前的竞价大厅",
    "ask the rule again and stop at the first difference": "重新裁判，遇到第一处差异即停",
    "redo every draw, hash by hash, and check where its chance came from": "逐个散列重做每次摇号，并核对随机数的来源",
    "why was it accepted, refused, extended or awarded": "说明为什么受理、拒绝、延时或成交",
    "the same requests under other terms, or without a bidder or an entry": "推演：改变条款，或去掉某位竞买人、某条记录",
    "leads (never verdicts): what in one or many sessions deserves a question": "线索（不是结论）：一场或多场中值得询问之处",
    "where every second went: announced, running, suspended and why": "每一秒去了哪里：已公告、进行中、中止及其原因",
    "play scenario files and check what they expect": "演练情景文件，并核对其中的预期",
    "be an independent witness of a centre's logs": "担任中心日志的独立见证人",
    "print the record or the confirmation of a session: HTML, PDF or XLSX": "生成竞价记录或成交确认书：HTML、PDF 或 XLSX",
    "make, or show again, a trustee's one-time key for one auction": "生成或再次显示受托人用于一场竞价的一次性密钥",
    # What each option is for.
    "the archive of the session": "本场的档案",
    "the language of the answer": "回答所用的语言",
    "the public's, bidder:NUMBER, staff or auditor": "谁眼前的：public、bidder:号牌、staff 或 auditor",
    "leave out this bidder": "去掉这位竞买人",
    "leave out this entry": "去掉这条记录",
    "scenario files, or folders of them": "情景文件，或存放情景文件的文件夹",
    "the number of the entry": "记录编号",
    "which paper": "哪一种文书",
    "the form of the file": "文件格式",
    "whose signatures count": "信任文件：谁的签名有效",
    "one JSON object, for machines": "输出一个 JSON 对象，供程序使用",
    "both languages, for machines": "输出两种语言，供程序使用",
    "everything, for machines": "输出全部内容，供程序使用",
    "every value, for machines": "输出全部数值，供程序使用",
    "one JSON line a play": "每场演练输出一行 JSON",
    "a receipt or checkpoint you kept: the archive must continue it (may be repeated)": "您留存的回执或检查点：档案须与其衔接（可多次使用）",
    "the centre's SM2 key: its parallel log must hold": "中心的 SM2 公钥：其并行日志须成立",
    "certificates of the time-stamping authority you trust: its time-stamp must hold": "您信任的时间戳机构的证书：其时间戳须成立",
    "a receipt, or the acknowledgement of a complaint": "回执，或异议受理回执",
    "the archive, or the document.json of the notice: amounts are told in its unit": "档案，或公告的 document.json：金额按其计价单位显示",
    "the complaint you filed: it must be the one that is acknowledged": "您提交的异议文件：须与受理的一致",
    "the notice of entry 0 instead: terms in words": "改为显示第 0 号记录的公告：以文字说明条款",
    "an index, or an instant like 2026-03-02T10:00:00+08:00": "记录编号，或时刻，如 2026-03-02T10:00:00+08:00",
    'what you fetched from the source yourself: {"round": 1, "signature": "..."} as drand publishes '
    'it, or {"round": 1, "value": "..."} for figures; one object or a list': "您自己从公开来源取得的内容："
    '{"round": 1, "signature": "..."}（drand 发布的形式）或 {"round": 1, "value": "..."}（数字）；一个对象或列表',
    "a term, as JSON or as a word; an amount in the unit of the price, as 200 or 200.50": (
        "一项参数，值写作 JSON 或一个词；金额按计价单位书写，如 200 或 200.50"
    ),
    "archives, or folders of them": "档案，或存放档案的文件夹",
    "whose signatures count; without it, each archive's own NAME.policy beside it": "信任文件：谁的签名有效；未给出时，用各档案旁边的同名 .policy",
    "these indicators alone": "只看这几项指标",
    "also values below their mark": "也列出未达提示标准的数值",
    "write each run as an archive": "把每场演练写成档案",
    "the one file it is told by": "唯一的配置文件",
    "make the key it names, and end": "生成配置中指明的密钥，然后结束",
    "the file to write": "要写入的文件",
    "write over a file that is there": "覆盖已有的文件",
    "the auditor's also lists refused attempts": "审计版另列出被拒绝的请求",
    "the page on which it can be checked, as a QR code": "可供核验的网页，印成二维码",
    "where the private key is, or will be": "私钥所在或将要写入的文件",
}
_MISUSED: Final = tuple(
    (re.compile(en, re.DOTALL), zh)
    for en, zh in (
        (r"the following arguments are required: (.+)", "缺少参数：{0}"),
        (r"unrecognized arguments: (.+)", "无法识别的参数：{0}"),
        (r"argument (.+?): expected one argument", "{0} 后面应有一个值"),
        (r"argument (.+?): expected at most one argument", "{0} 后面至多有一个值"),
        (r"argument (.+?): expected at least one argument", "{0} 后面至少有一个值"),
        (r"argument (.+?): expected ([0-9]+) arguments?", "{0} 后面应有 {1} 个值"),
        (r"argument (.+?): invalid choice: (.+) \(choose from (.+)\)", "{0} 不能是 {1}，可用：{2}"),
        (r"argument (.+?): invalid int value: (.+)", "{0} 应为整数，不能是 {1}"),
        (r"argument (.+?): invalid \S+ value: (.+)", "{0} 不能是 {1}"),
        (r"argument (.+?): not allowed with argument (.+)", "{0} 不能与 {1} 同时使用"),
        (r"argument (.+?): ignored explicit argument (.+)", "{0} 不带值，却给出了 {1}"),
        (r"one of the arguments (.+) is required", "以下参数须给出一个：{0}"),
        (r"ambiguous option: (.+) could match (.+)", "选项 {0} 不明确，可能是 {1}"),
    )
)
_NAMES: Final = {"command": "命令"}
"""Arguments that a person sees without having typed them."""


class _Help(argparse.HelpFormatter):
    """The head of a usage line."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Chinese(argparse.ArgumentParser):
    """The same arguments, told in Chinese."""

    def __init__(self, **given: Any) -> None:
        super().__init__(formatter_class=_Help, add_help=False, **given)
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="show this help message and exit")

    def add_argument(self, *names: str, **given: Any) -> argparse.Action:
        if "help" in given:
            given["help"] = in_chinese(given["help"])
        return super().add_argument(*names, **given)

    def format_help(self) -> str:
        return re.sub("^(参数|选项):$", r"\1：", super().format_help(), flags=re.MULTILINE)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.format_usage()}{self.prog}：{_misused(message)}\n")


def in_chinese(said: str) -> str:
    """What a command or an option is for. Raises KeyError for a sentence that is not here."""
    return _WORDS[said]


def _misused(message: str) -> str:
    for sentence, zh in _MISUSED:
        if found := sentence.fullmatch(message):
            return zh.format(*(_NAMES.get(part, part) for part in found.groups()))
    return f"参数有误（{message}）"


__all__ = ["ABOUT", "Chinese", "in_chinese"]
