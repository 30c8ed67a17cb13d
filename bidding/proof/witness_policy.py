"""Which witnesses a centre has, and how many must sign: one text for all of its logs.

The lines of C2SP tlog-policy that name no log, each witness with the address that is asked:

    witness office  <vkey>  https://witness.example.cn
    witness notary  <vkey>  https://notary.example.cn/daylight
    group   both    all office notary
    quorum  both

It is not what a verifier trusts: that is the policy of one log (`policy.py`), which is made from
this by adding the log's key. Addresses stay here; a verifier asks nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bidding.proof.note import Verifier
from bidding.proof.policy import Policy, PolicyError, parse_policy

NO_QUORUM: Final = "none"


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """Witnesses by their policy names, where each is asked, and the lines every log shares."""

    keys: Mapping[str, Verifier]
    urls: Mapping[str, str]
    quorum: str
    lines: tuple[str, ...]

    @property
    def demands(self) -> bool:
        """Whether a signature of the centre alone is not enough."""
        return self.quorum != NO_QUORUM

    def text(self, log: Verifier) -> str:
        """The policy file of one log."""
        return "\n".join((f"log {log.vkey}", *self.lines, ""))

    def policy(self, log: Verifier) -> Policy:
        """The same, read."""
        return parse_policy(self.text(log))


NOBODY: Final = WitnessPolicy({}, {}, NO_QUORUM, (f"quorum {NO_QUORUM}",))


def parse_witnesses(text: str) -> WitnessPolicy:
    """The witnesses in a text. Raises PolicyError naming what is wrong."""
    policy = parse_policy(text if text.endswith("\n") else f"{text}\n")
    if policy.logs:
        raise PolicyError(
            "witnesses: a log line; the house adds those itself",
            "见证人名单：不应含有 log 行，日志公钥由系统自动加入",
        )
    urls, lines = {}, []
    for line in text.split("\n"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "witness":
            if len(words) != 4 or not words[3].startswith(("https://", "http://")):
                raise PolicyError(
                    f"witness {words[1]}: its address is missing",
                    f"见证人 {words[1]} 缺少网址",
                )
            urls[words[1]] = words.pop().rstrip("/")
        lines.append(" ".join(words))
    return WitnessPolicy(policy.witnesses, urls, policy.quorum, tuple(lines))
