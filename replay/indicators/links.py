"""1 and 2: what two bidders share, and one device that speaks for two numbers.

Inputs are signing keys, bank references and the door's keyed hashes (docs/decisions/0019). No
address and no device stands in the log; MAC, processor and disk numbers are unknown to a browser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from bidding.core.said import both
from replay.indicators.course import Asked, Course
from replay.indicators.lead import Indicator, Lead, count, places, unsaid

WITHIN: Final = 10_000_000
"""Microseconds between two requests of one device that speaks for two numbers."""
SWITCHES: Final = 3
NOTHING_RECORDED: Final = both(
    "日志未记录签名密钥、银行流水或连接标识，无从比较",
    "the log holds no keys, bank references or connection tags to compare",
)
NO_TAGS: Final = both("日志未记录连接标识", "the log holds no connection tags")
_STRONG: Final = ("signing key", "bank reference", "network")


def _groups(course: Course) -> dict[str, dict[str, dict[str, list[int]]]]:
    """Kind of identifier -> identifier -> number -> entries."""
    found: dict[str, dict[str, dict[str, list[int]]]] = {}

    def note(kind: str, name: str, bidder: str, i: int) -> None:
        found.setdefault(kind, {}).setdefault(name, {}).setdefault(bidder, []).append(i)

    for public, bidder, i in course.keys:
        note("signing key", public, bidder, i)
    for bank_ref, bidder, i in course.payments:
        note("bank reference", bank_ref, bidder, i)
    for ask in course.asked:
        for tag, kind in (("net", "network"), ("near", "neighbourhood"), ("agent", "browser")):
            if tag in ask.tags:
                note(kind, f"{ask.tags['key']}.{ask.tags[tag]}", ask.bidder, ask.i)
    return found


def _hall(sharing: int, people: int) -> bool:
    """Whether most have it, as in one trading hall: then it says nothing of any two of them."""
    return sharing >= 3 and 2 * sharing > people


def shared(course: Course) -> Iterator[Lead]:
    """Each identifier that more than one number used; the value is how many did."""
    groups = _groups(course)
    if not groups:
        yield unsaid(1, "any", NOTHING_RECORDED, course.log)
    for kind in sorted(groups):
        people = len({bidder for users in groups[kind].values() for bidder in users})
        for name in sorted(groups[kind]):
            users = groups[kind][name]
            if len(users) < 2:
                continue
            marked = kind in _STRONG and not (kind == "network" and _hall(len(users), people))
            firsts = [entries[0] for entries in users.values()]
            yield Lead(
                *(1, kind, tuple(sorted(users)), count(len(users)), marked),
                places(course, firsts),
                course.log,
            )


def _device(ask: Asked) -> str | None:
    tags: Mapping[str, str] = ask.tags
    if "net" not in tags or "agent" not in tags:
        return None
    return f"{tags['key']}.{tags['net']}.{tags['agent']}"


def interleaved(course: Course) -> Iterator[Lead]:
    """For each device and pair: how often it spoke for one and within `WITHIN` for the other."""
    devices: dict[str, list[Asked]] = {}
    for ask in course.asked:
        device = _device(ask)
        if device is not None:
            devices.setdefault(device, []).append(ask)
    if not devices:
        yield unsaid(2, "switches", NO_TAGS, course.log)
    people = len({ask.bidder for asked in devices.values() for ask in asked})
    for device in sorted(devices):
        asked = devices[device]
        hall = _hall(len({ask.bidder for ask in asked}), people)
        pairs: dict[tuple[str, ...], list[int]] = {}
        for one, other in pairwise(asked):
            if one.bidder != other.bidder and other.t - one.t <= WITHIN:
                pair = tuple(sorted((one.bidder, other.bidder)))
                pairs.setdefault(pair, []).extend((one.i, other.i))
        for pair in sorted(pairs):
            switches, inputs = len(pairs[pair]) // 2, places(course, pairs[pair])
            marked = switches >= SWITCHES and not hall
            yield Lead(2, "switches", pair, count(switches), marked, inputs, course.log)


INDICATORS: Final = (
    Indicator(
        1,
        both("共用标识", "Shared identifiers"),
        both(
            "使用同一签名密钥、银行流水号、网络地址、相邻网段或浏览器标识的竞买号个数。"
            "前三种有 2 个以上即列为线索；同一网络地址若由过半数（且至少 3 个）竞买号使用，不计。",
            "How many numbers used the same signing key, bank reference, network address, "
            "neighbouring addresses or kind of browser; a lead from 2 on for the first three. A "
            "network that more than half (and at least 3) of the numbers use is none.",
        ),
        both(
            "同一办公楼、交易大厅、代理机构、VPN 或运营商共享出口都会使地址相同；"
            "浏览器型号相同很平常。标识为密钥哈希，只能比较是否相同。",
            "One office block, trading hall, agency, VPN or carrier's shared exit gives one address; "
            "equal browsers are common. Identifiers are keyed hashes: only equality can be seen.",
        ),
        single=shared,
        only_found=True,
    ),
    Indicator(
        2,
        both("一机多号", "One device, two numbers"),
        both(
            "同一网络地址与浏览器标识在 10 秒内先后为两个竞买号提出请求的次数；达到 3 次列为线索，"
            "过半数竞买号共用者不计。",
            "How often one network address with one kind of browser asked for two numbers within "
            "10 s of each other; a lead from 3 on, unless more than half of the numbers share it.",
        ),
        both(
            "同一公司或大厅内配置相同的两台电脑，与一台电脑无法区分。",
            "Two machines of the same make behind one address look like one machine.",
        ),
        single=interleaved,
        only_found=True,
    ),
)

__all__ = ["INDICATORS", "interleaved", "shared"]
