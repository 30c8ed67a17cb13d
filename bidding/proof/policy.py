"""The policy: whose keys we know, and how many witnesses are enough.

C2SP tlog-policy, a short text an auditor keeps beside the files he checks:

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

It is the only root of trust. A policy with `quorum none` says "I take the centre's own
word that it shows everybody the same log"; screens must say so too.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bidding.proof.checkpoint import Checkpoint, CheckpointError, parse_body
from bidding.proof.form import in_chinese
from bidding.proof.note import COSIGNATURE, ED25519, ML_DSA_44, NoteError, Verifier, open_note
from bidding.proof.text import BilingualError, from_decimal

_NONE: Final = "none"
_LOG_TYPES: Final = frozenset({ED25519, ML_DSA_44})
_WITNESS_TYPES: Final = frozenset({COSIGNATURE, ML_DSA_44})
_BLANKS: Final = re.compile("[ \t]+")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


class PolicyError(BilingualError):
    """A policy that cannot be read, or a checkpoint it does not trust: what is missing."""


@dataclass(frozen=True, slots=True)
class Group:
    """`threshold` of `members` (names of witnesses or groups) must have signed."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A checkpoint that may be believed, and the policy names of the witnesses who signed."""

    checkpoint: Checkpoint
    witnesses: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """Known logs, known witnesses by name, groups by name, and the name of the quorum."""

    logs: tuple[Verifier, ...]
    witnesses: Mapping[str, Verifier]
    groups: Mapping[str, Group]
    quorum: str

    def satisfied(self, have: Iterable[str]) -> bool:
        """Whether these witnesses are a quorum."""
        return self._holds(self.quorum, frozenset(have))

    def open_checkpoint(
        self, note: bytes, origin: str | None = None, *, quorum: bool = True
    ) -> Checked:
        """The checkpoint of the log `origin` (None: of any log listed) in a signed note.

        Raises PolicyError unless a key of that log signed it and, with `quorum`, enough
        witnesses did. Without `quorum` the result says only "signed by the centre".
        """
        try:
            named = _origin_of(note)
            logs = [log for log in self.logs if log.name == named]
            if not logs or origin not in (None, named):
                raise _unknown_log(named, origin)
            opened = open_note(note, (*logs, *self.witnesses.values()))
            checkpoint = parse_body(opened.text)
        except (NoteError, CheckpointError) as error:
            raise PolicyError(
                f"the checkpoint does not verify: {error}", f"检查点未通过验证：{in_chinese(error)}"
            ) from error
        signed = {(signature.name, signature.key_id) for signature in opened.verified}
        if not any((log.name, log.key_id) in signed for log in logs):
            raise PolicyError(
                f"the checkpoint is not signed by its log {named}",
                f"检查点缺少日志 {named} 本身的签名",
            )
        have = tuple(
            name
            for name, witness in self.witnesses.items()
            if (witness.name, witness.key_id) in signed
        )
        if quorum:
            self.demand_quorum(have)
        return Checked(checkpoint, have)

    def demand_quorum(self, have: tuple[str, ...]) -> None:
        """Returns when these witnesses are a quorum, else PolicyError names who is missing."""
        absent = self.missing(have)
        if not absent:
            return
        raise PolicyError(
            f"not enough witnesses for quorum {self.quorum}: "
            f"signed by {', '.join(have) or 'none'}; missing {', '.join(absent)}",
            f"见证签名不足（要求 {self.quorum}）："
            f"已有 {'、'.join(have) or '无'}；缺 {'、'.join(absent)}",
        )

    def missing(self, have: tuple[str, ...]) -> tuple[str, ...]:
        """Who of the quorum has not signed beside `have`; nobody once these are a quorum."""
        if self.satisfied(have):
            return ()
        return tuple(name for name in self._witnesses_of(self.quorum) if name not in have)

    def _holds(self, name: str, have: frozenset[str]) -> bool:
        if name == _NONE:
            return True
        if (group := self.groups.get(name)) is None:
            return name in have
        return sum(self._holds(member, have) for member in group.members) >= group.threshold

    def _witnesses_of(self, name: str) -> list[str]:
        if (group := self.groups.get(name)) is None:
            return [name]
        return [one for member in group.members for one in self._witnesses_of(member)]


def _origin_of(note: bytes) -> str:
    """The log that a checkpoint note names in its first line, not yet verified."""
    try:
        return note.partition(b"\n")[0].decode()
    except UnicodeDecodeError:
        raise NoteError("not UTF-8") from None


def policy_text(log: Verifier, witnesses: Iterable[Verifier] = (), quorum: str = _NONE) -> str:
    """A policy for one log. Witnesses are named by their key names.

    `quorum` is `none`, the name of one witness, or `all`, `any`, `<k>` of them.
    Raises PolicyError when that makes no valid policy.
    """
    named = list(witnesses)
    lines = [f"log {log.vkey}", *(f"witness {one.name} {one.vkey}" for one in named)]
    if quorum == _NONE or any(quorum == one.name for one in named):
        lines.append(f"quorum {quorum}")
    else:
        lines.append(f"group witnesses {quorum} {' '.join(one.name for one in named)}")
        lines.append("quorum witnesses")
    text = "\n".join((*lines, ""))
    parse_policy(text)
    return text


def parse_policy(text: str) -> Policy:
    """The policy in a text. Raises PolicyError naming the line.

    The spec sees octets; read the file as UTF-8 with errors="surrogateescape".
    """
    if not text.endswith("\n"):
        raise PolicyError("policy: the last line does not end", "信任策略：末行没有换行符")
    reader = _Reader()
    for number, line in enumerate(text[:-1].split("\n"), 1):
        try:
            reader.read(line)
        except (NoteError, ValueError) as error:
            raise PolicyError(
                f"policy, line {number}: {error}",
                f"信任策略第 {number} 行有误：{in_chinese(error)}",
            ) from error
    if reader.quorum is None:
        raise PolicyError("policy: no quorum line", "信任策略：缺少 quorum 行")
    return Policy(tuple(reader.logs), reader.witnesses, reader.groups, reader.quorum)


class _Reader:
    """What has been defined by the lines read so far; each method raises ValueError."""

    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.witnesses: dict[str, Verifier] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()

    def read(self, line: str) -> None:
        if _CONTROL.search(line):
            raise ValueError("control character")
        words = _BLANKS.split(line.strip(" \t"))
        if not words[0] or words[0].startswith("#"):
            return
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self._log(Verifier.parse(vkey))
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._witness(name, Verifier.parse(vkey))
            case ["group", name, threshold, _, *_]:
                self._group(name, threshold, words[3:])
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise ValueError("not a log, witness, group or quorum line")

    def _log(self, key: Verifier) -> None:
        if key.alg not in _LOG_TYPES:
            raise ValueError("a log key has type 1 or 6")
        # Duplicate means the same key under whatever name (tlog-policy, key representation).
        if any(key.public == other.public for other in self.logs):
            raise ValueError("this log key is listed already")
        self._two_parties(key, self.witnesses.values())
        self.logs.append(key)

    def _witness(self, name: str, key: Verifier) -> None:
        self._new(name)
        if key.alg not in _WITNESS_TYPES:
            raise ValueError("a witness key has type 4 or 6")
        if any(key.public == other.public for other in self.witnesses.values()):
            raise ValueError("this witness key is listed already")
        self._two_parties(key, self.logs)
        self.witnesses[name] = key

    @staticmethod
    def _two_parties(key: Verifier, others: Iterable[Verifier]) -> None:
        # Whoever witnesses himself is no witness; another name for his key makes him none.
        if any(key.public == other.public for other in others):
            raise ValueError("the log's own key cannot be a witness")

    def _group(self, name: str, threshold: str, members: list[str]) -> None:
        self._new(name)
        for member in members:
            self._defined(member)
            # Once only, so that nobody is counted twice.
            if member in self._members:
                raise ValueError(f"{member} is a member already")
            self._members.add(member)
        named = {"any": 1, "all": len(members)}
        needed = named[threshold] if threshold in named else from_decimal(threshold)
        if not 1 <= needed <= len(members):
            raise ValueError(f"{needed} of {len(members)} members cannot be asked for")
        self.groups[name] = Group(needed, tuple(members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise ValueError("a second quorum")
        if name != _NONE:
            self._defined(name)
        self.quorum = name

    def _new(self, name: str) -> None:
        if name == _NONE or name in self.witnesses or name in self.groups:
            raise ValueError(f"the name {name} is taken")

    def _defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError(f"{name} is not defined above")


def _unknown_log(named: str, wanted: str | None) -> PolicyError:
    if wanted not in (None, named):
        return PolicyError(
            f"the checkpoint is of the log {named:.80}, not of {wanted}",
            f"检查点属于日志 {named:.80}，不是 {wanted}",
        )
    return PolicyError(
        f"the policy knows no log named {named:.80}", f"信任策略中没有名为 {named:.80} 的日志"
    )
