"""What can go wrong at the door, each with one code, one status and one sentence in two languages.

These are *malformed* and *forbidden*, never *refused*: a refusal is an auction's answer, stands in
its log and comes from `auction_rules.reasons`. Errors leave as application/problem+json
(RFC 9457) over HTTP and as error frames on the stream, with the same codes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from aiohttp import web
from pydantic import ValidationError

Sentence = dict[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A status and a sentence in both languages."""

    status: int
    zh: str
    en: str

    @property
    def sentence(self) -> Sentence:
        return {"zh": self.zh, "en": self.en}


KINDS: Final[dict[str, Kind]] = {
    # What was sent cannot be read.
    "BAD_UTF8": Kind(400, "内容不是有效的 UTF-8 文本。", "The content is not valid UTF-8 text."),
    "BAD_JSON": Kind(400, "内容不是有效的 JSON。", "The content is not valid JSON."),
    "BAD_NUMBER": Kind(
        400, "数值必须是不超过 2^53-1 的整数。", "Numbers must be integers up to 2^53-1."
    ),
    "DUPLICATE_KEY": Kind(400, "同一字段出现了两次。", "A field is given twice."),
    "TOO_DEEP": Kind(400, "内容嵌套过深。", "The content is nested too deeply."),
    "BAD_FIELDS": Kind(422, "有字段不符合要求。", "Some fields are not as they must be."),
    "BINARY": Kind(400, "只接受文本消息。", "Only text messages are accepted."),
    "TOO_LONG": Kind(413, "内容过长。", "The content is too long."),
    "BAD_TYPE": Kind(
        415, "请用 application/json 发送内容。", "Send the content as application/json."
    ),
    "UNKNOWN_MESSAGE": Kind(400, "不认识的消息类型。", "This kind of message is not known."),
    "NOT_A_STREAM": Kind(
        426, "此地址只接受 WebSocket 连接。", "This address takes WebSocket connections."
    ),
    "HELLO_FIRST": Kind(
        400, "第一条消息必须是 hello，且只能发送一次。", "The first message must be hello, once."
    ),
    # Who asks.
    "NOT_SIGNED_IN": Kind(401, "请先登录。", "Please sign in first."),
    "WRONG_PASSWORD": Kind(401, "账号或密码不正确。", "The account or the password is not right."),
    "FORBIDDEN": Kind(403, "您的角色无权进行此操作。", "Your role may not do this."),
    "FOREIGN_ORIGIN": Kind(
        403, "请求来自其他网站，已拒绝。", "The request comes from another site."
    ),
    "BAD_CSRF": Kind(
        403, "页面已过期，请刷新后重试。", "The page is out of date. Reload it and try again."
    ),
    "SIGNED_OUT": Kind(401, "您已退出登录。", "You have been signed out."),
    "NOT_ADMITTED": Kind(403, "您尚未取得本场竞价资格。", "You are not admitted to this auction."),
    "SAME_PERSON": Kind(
        403,
        "提交人不得自行审批，请由另一人审批。",
        "Whoever wrote or submitted it may not approve it.",
    ),
    # What is asked for.
    "NOT_FOUND": Kind(404, "没有找到。", "There is no such thing here."),
    "NO_SUCH_AUCTION": Kind(404, "没有这场竞价。", "There is no such auction."),
    # It is there: nobody may be told that it is not.
    "UNREADABLE": Kind(
        503,
        "这场竞价存在，但它的记录在系统启动时没有通过核对，暂不能打开。在此期间不受理任何操作，也不作任何"
        "裁决。请联系中心工作人员。",
        "This auction exists, but its record did not pass the check when the system started and is not "
        "opened. Nothing is taken and nothing is decided meanwhile. Please contact the centre.",
    ),
    "WRONG_METHOD": Kind(405, "此地址不支持该方法。", "This address does not know that method."),
    "NOT_A_DRAFT": Kind(
        409, "该方案已不在可修改的状态。", "The draft is no longer in a state that allows this."
    ),
    "OUT_OF_DATE": Kind(
        409, "内容已被他人修改，请刷新后重试。", "Somebody changed it meanwhile. Read it again."
    ),
    "OUT_OF_TURN": Kind(
        409,
        "线索须依次问询、说明、下结论；结论作出后不再改动。",
        "A lead is asked about, explained, then concluded; after that nothing is added.",
    ),
    "OTHER_CONTENT": Kind(
        409, "审批的内容与提交的内容不一致。", "What you approve is not what was submitted."
    ),
    "ALREADY_TAKEN": Kind(
        409, "该编号已被使用，且内容不同。", "This reference stands for something else already."
    ),
    "NO_PADDLE_LEFT": Kind(409, "号牌已用完。", "There is no paddle left."),
    "NOT_OPEN": Kind(409, "本场竞价目前不接受此操作。", "The auction does not allow this now."),
    "SEALED": Kind(
        409,
        "密封报价尚未揭示，现在不能查看。",
        "Sealed offers are not opened yet; this can be read later.",
    ),
    "NOT_WITNESSED": Kind(
        409,
        "见证签名尚未达到规定人数；中心签名的回执可以先取。",
        "Not enough witnesses have signed yet; the receipt signed by the centre is there.",
    ),
    "NO_WITNESSES": Kind(
        409,
        "本中心未设见证人，回执仅由中心签名。",
        "There are no witnesses here: receipts are signed by the centre only.",
    ),
    "ANSWERED": Kind(
        409,
        "该异议已经答复，答复不能更改。",
        "This complaint is answered; an answer cannot be changed.",
    ),
    "TOO_MANY_COMPLAINTS": Kind(
        429,
        "您在本场的异议数已达上限，请在已提异议中补充或联系中心。",
        "You have filed as many complaints here as are taken. Please call the centre.",
    ),
    "REFUSED": Kind(409, "竞价规则不允许此操作。", "The rules of the auction do not allow this."),
    # A key shows what is sealed: it is not even written down before its time.
    "TOO_EARLY": Kind(
        409,
        "解密尚未开始。为保密起见，密钥未被记录，请在解密时段提交。",
        "Opening has not begun. To keep the secret the key was not recorded; send it then.",
    ),
    "NOT_THIS_KEY": Kind(
        409,
        "该密钥与本场不符，未被记录。请核对是否为本场的密钥。",
        "This key does not fit this auction and was not recorded. Check which one it is.",
    ),
    # Papers.
    "NOT_A_PAPER": Kind(
        415, "只接受 PDF、PNG、JPEG 文件。", "Only PDF, PNG and JPEG files are taken."
    ),
    "PAPER_TOO_LONG": Kind(413, "文件不得超过 10 MB。", "A file may have 10 MB at most."),
    "NO_ROOM": Kind(
        507,
        "附件存储空间已满，请联系运维人员。",
        "There is no room left for papers: ask whoever runs the system.",
    ),
    # Films.
    "NO_RULE": Kind(
        409,
        "本站未安装这场竞价所用的规则，不能重画现场；记录本身仍可查看和核验。",
        "The rule of this session is not installed here, so its room cannot be drawn; the record "
        "can be read and verified all the same.",
    ),
    "NOT_SHOWN": Kind(
        409,
        "记录中有本版本无法显示的内容，请查看重新裁判的结果。",
        "The record holds what this version cannot show. Look at the re-judging.",
    ),
    "NOT_AN_ARCHIVE": Kind(
        422, "文件未通过核验，不能打开。", "The file does not verify and is not opened."
    ),
    "ARCHIVE_TOO_LONG": Kind(413, "存档文件不得超过 32 MB。", "An archive may have 32 MB at most."),
    "NOT_PLAYABLE": Kind(
        409, "无法按此条件推演。", "This cannot be played under these conditions."
    ),
    "TOO_MANY_NOTES": Kind(
        409, "本场批注已达上限。", "This session has as many remarks as there may be."
    ),
    # How much of it.
    "TOO_FAST": Kind(
        429, "操作过于频繁，请稍后再试。", "That was too fast. Try again in a moment."
    ),
    "TOO_MANY": Kind(429, "连接数过多。", "There are too many connections."),
    "PRACTICE_FULL": Kind(
        429,
        "练习席位已满，请几分钟后再试。",
        "All places for practice are taken. Try again in a few minutes.",
    ),
    "TRY_LATER": Kind(
        503,
        "系统正忙，请用同一编号重试。",
        "The house is busy. Send it again with the same reference.",
    ),
    "NO_PAPER": Kind(409, "目前不能出具这份文书。", "This paper cannot be made as things stand."),
    "NO_PRINTER": Kind(
        503,
        "本站未安装打印组件，请改选 HTML，或请运维人员安装附加组件 report。",
        "What it takes to print this is not installed here. Choose HTML, or ask the operator to "
        "install the extra “report”.",
    ),
    "NOT_BUILT": Kind(503, "页面尚未构建。", "The pages have not been built."),
    "BROKEN": Kind(
        500, "系统出现错误，已记录。", "Something is broken here. It has been recorded."
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One wrong field: where it is (dots between names), and what is wrong."""

    path: str
    sentence: Sentence


class Problem(Exception):
    """Raise it anywhere below a handler; the door turns it into an answer."""

    def __init__(
        self,
        code: str,
        *,
        fields: Sequence[Field] = (),
        sentence: Sentence | None = None,
        headers: dict[str, str] | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.kind = KINDS[code]
        self.fields = tuple(fields)
        self.sentence = sentence or self.kind.sentence
        self.headers = headers or {}
        self.reason = reason

    def body(self) -> dict[str, Any]:
        return {
            "type": f"/api/problems#{self.code}",
            "title": self.kind.en,
            "status": self.kind.status,
            "code": self.code,
            "sentence": self.sentence,
            "fields": [{"path": f.path, "sentence": f.sentence} for f in self.fields],
        } | ({"reason": self.reason} if self.reason else {})

    def response(self) -> web.Response:
        return web.Response(
            body=orjson.dumps(self.body()),
            status=self.kind.status,
            content_type="application/problem+json",
            headers=self.headers,
        )


_FIELD_SENTENCES: Final[dict[str, Sentence]] = {
    "missing": {"zh": "必填。", "en": "This is required."},
    "extra_forbidden": {"zh": "没有这个字段。", "en": "There is no such field."},
    "int_type": {"zh": "必须是整数。", "en": "This must be an integer."},
    "int_from_float": {"zh": "必须是整数。", "en": "This must be an integer."},
    "int_parsing": {"zh": "必须是整数。", "en": "This must be an integer."},
    "string_type": {"zh": "必须是文本。", "en": "This must be text."},
    "bool_type": {"zh": "必须是 true 或 false。", "en": "This must be true or false."},
    "list_type": {"zh": "必须是列表。", "en": "This must be a list."},
    "dict_type": {"zh": "必须是对象。", "en": "This must be an object."},
    "model_type": {"zh": "必须是对象。", "en": "This must be an object."},
    "model_attributes_type": {"zh": "必须是对象。", "en": "This must be an object."},
    "string_pattern_mismatch": {"zh": "格式不正确。", "en": "This is not in the right form."},
}

_BOUND_SENTENCES: Final[dict[str, tuple[str, str, str]]] = {
    "greater_than_equal": ("ge", "不得小于 {}。", "This must be {} or more."),
    "greater_than": ("gt", "必须大于 {}。", "This must be more than {}."),
    "less_than_equal": ("le", "不得大于 {}。", "This must be {} or less."),
    "less_than": ("lt", "必须小于 {}。", "This must be less than {}."),
    "string_too_long": (
        "max_length",
        "不得超过 {} 个字符。",
        "This must be {} characters at most.",
    ),
    "string_too_short": ("min_length", "至少 {} 个字符。", "This must be {} characters at least."),
    "too_long": ("max_length", "不得超过 {} 项。", "There may be at most {} of them."),
    "too_short": ("min_length", "至少 {} 项。", "There must be at least {} of them."),
    "literal_error": ("expected", "必须是 {} 之一。", "This must be one of {}."),
}


def fields_of(error: ValidationError, under: str = "") -> list[Field]:
    """The errors of pydantic as fields with sentences; what the sender wrote is never echoed."""
    found = []
    for each in error.errors(include_url=False, include_input=False):
        context = each.get("ctx", {})
        kind = each["type"]
        if kind in _FIELD_SENTENCES:
            sentence = _FIELD_SENTENCES[kind]
        elif kind == "string_too_short" and context["min_length"] == 1:
            sentence = _FIELD_SENTENCES["missing"]
        elif kind in _BOUND_SENTENCES:
            key, zh, en = _BOUND_SENTENCES[kind]
            sentence = {"zh": zh.format(context[key]), "en": en.format(context[key])}
        elif "zh" in context and "en" in context:
            sentence = {"zh": str(context["zh"]), "en": str(context["en"])}
        else:
            sentence = {"zh": each["msg"], "en": each["msg"]}
        path = ".".join(str(part) for part in each["loc"])
        found.append(Field(".".join(p for p in (under, path) if p), sentence))
    return found
