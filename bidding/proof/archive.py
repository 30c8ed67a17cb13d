"""The session archive: everything an auditor needs, in one file.

    bidding-session-archive/v1
    <origin>
    <count>
    <count entries, one a line, exactly the bytes that were logged>

    <checkpoint notes, oldest first, one blank line between them>

With a policy it verifies offline. It is not a replay: `verify_archive` says "these are
the entries the log's owner signed, and nothing was changed, left out or added"; whether
the rules were kept is for the replay to re-judge.

Order of the checks: split, hash, signatures and roots, last size == count, quorum on
the last checkpoint, and only then is any entry parsed. A parser that runs earlier
works for whoever forged the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bidding.proof.checkpoint import Checkpoint
from bidding.proof.envelope import EntryError, admit_length, open_entry
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.policy import Checked, Policy, PolicyError
from bidding.proof.text import BilingualError, from_decimal

HEADER: Final = b"bidding-session-archive/v1"

_WHERE_ZH: Final = {
    "header": "文件头",
    "entry": "编号 {} 的记录",
    "checkpoint": "第 {} 个检查点",
    "end": "文件末尾",
    "held": "所持的第 {} 份凭据",
}


class ArchiveError(BilingualError):
    """Why an archive is refused.

    `where` is `header`, `entry <index in the log>`, `checkpoint <1 for the oldest>`, `end`, or
    `held <1 for the first>`, a paper that somebody kept beside the file.
    """

    def __init__(
        self, where: str, en: str, zh: str, *, between: tuple[int, int] | None = None
    ) -> None:
        kind, _, number = where.partition(" ")
        super().__init__(f"{where}: {en}", f"{_WHERE_ZH[kind].format(number)}：{zh}")
        self.where = where
        self.between = between
        """First and last place of the stretch in which an entry is proved altered or missing."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A split file. Nothing in it is verified."""

    origin: str
    entries: tuple[bytes, ...]
    checkpoints: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """An archive that holds: its last checkpoint, who witnessed it, the entries parsed."""

    archive: Archive
    checkpoint: Checkpoint
    witnesses: tuple[str, ...]
    entries: tuple[dict[str, object], ...]


def write_archive(origin: str, entries: Iterable[bytes], checkpoints: Iterable[bytes]) -> bytes:
    """The file. Raises ArchiveError when it could not be read back as the same parts."""
    archive = Archive(origin, tuple(entries), tuple(checkpoints))
    head = (HEADER, origin.encode(), b"%d" % len(archive.entries))
    raw = b"\n".join((*head, *archive.entries, b"", b"\n".join(archive.checkpoints)))
    if parse_archive(raw) != archive:
        raise ArchiveError(
            "end", "an entry or a checkpoint has a line break too many", "内容中含有多余的换行"
        )
    return raw


def parse_archive(raw: bytes) -> Archive:
    """The parts of a file; NOTHING is verified here. Raises ArchiveError."""
    head = raw.split(b"\n", 3)
    if head[0] == HEADER + b"\r":
        raise ArchiveError(
            "header",
            "line breaks were changed: an editor or a mail program wrote it anew; use the original",
            "换行已被改动（编辑器或邮件程序重写过），请使用原始文件",
        )
    if head[0] != HEADER:
        first = enumerate(zip(head[0], HEADER, strict=False))
        at = next((i for i, (found, wanted) in first if found != wanted), len(HEADER))
        at = min(at, len(head[0]))
        raise ArchiveError(
            "header",
            f"not a session archive: byte {at} of the file is wrong",
            f"不是竞价档案文件：第 {at} 个字节（从 0 起）有误",
        )
    try:
        _, named, announced, rest = head
        origin, count = named.decode(), from_decimal(announced.decode("ascii"))
    except ValueError as error:
        raise ArchiveError(
            "header", "the log name or the number of entries is damaged", "日志名称或记录数已损坏"
        ) from error
    *entries, tail = rest.split(b"\n", count)
    for index, entry in enumerate(entries):
        _admit_line(index, entry, count)
    if len(entries) < count:
        raise _too_few(len(entries), count)
    if not tail.startswith(b"\n"):
        raise ArchiveError(
            "end",
            f"no blank line after the {count} announced entries",
            f"文件声明的 {count} 条记录之后缺少空行",
        )
    return Archive(origin, tuple(entries), _split_notes(tail[1:]))


def verify_archive(raw: bytes, policy: Policy) -> Verified:
    """The archive, once every check has passed, in the order told at the top.

    Raises ArchiveError saying where the file is wrong, or PolicyError when the file
    holds but the policy asks for more witnesses than signed its last checkpoint.
    """
    archive = parse_archive(raw)
    tree = Tree.from_leaves(leaf_hash(entry) for entry in archive.entries)
    checked, covered = None, 0
    for number, note in enumerate(archive.checkpoints, 1):
        checked = _check(f"checkpoint {number}", note, archive.origin, policy)
        _compare(f"checkpoint {number}", checked.checkpoint, covered, tree)
        covered = checked.checkpoint.size
    if covered != tree.size:
        raise ArchiveError(
            "end",
            f"the last checkpoint covers {covered} of {tree.size} entries",
            f"最后一个检查点只覆盖 {tree.size} 条记录中的 {covered} 条",
        )
    assert checked is not None  # a file without checkpoints does not parse
    policy.demand_quorum(checked.witnesses)
    return Verified(archive, checked.checkpoint, checked.witnesses, _open_entries(archive))


def _admit_line(index: int, entry: bytes, count: int) -> None:
    if not entry:
        raise _too_few(index, count)
    try:
        admit_length(entry)
    except EntryError as error:
        raise ArchiveError(f"entry {index}", error.en, error.zh) from error


def _too_few(found: int, count: int) -> ArchiveError:
    return ArchiveError(
        f"entry {found}",
        f"missing: the file announces {count} entries and holds {found}",
        f"缺失：文件声明有 {count} 条记录，实际只有 {found} 条",
    )


def _split_notes(tail: bytes) -> tuple[bytes, ...]:
    """Checkpoint notes. A body has no blank line, so bodies and signatures alternate."""
    if not tail.endswith(b"\n"):
        raise ArchiveError("end", "the file is cut off", "文件不完整，末尾被截断")
    if tail.startswith(b"\n") or tail.endswith(b"\n\n") or b"\n\n\n" in tail:
        raise ArchiveError("end", "a blank line where none belongs", "出现多余的空行")
    blocks = tail[:-1].split(b"\n\n")
    if len(blocks) % 2:
        raise ArchiveError(
            f"checkpoint {len(blocks) // 2 + 1}", "text without signatures", "有正文而无签名"
        )
    pairs = zip(blocks[::2], blocks[1::2], strict=True)
    return tuple(body + b"\n\n" + signatures + b"\n" for body, signatures in pairs)


def _check(where: str, note: bytes, origin: str, policy: Policy) -> Checked:
    """One checkpoint's signatures."""
    try:
        return policy.open_checkpoint(note, origin, quorum=False)
    except PolicyError as error:
        raise ArchiveError(where, error.en, error.zh) from error


def _compare(where: str, checkpoint: Checkpoint, covered: int, tree: Tree) -> None:
    """One checkpoint against the entries in the file."""
    size = checkpoint.size
    if checkpoint.extensions:
        raise ArchiveError(where, "has lines that ours never have", "含有本系统不会写入的附加行")
    if size < covered:
        raise ArchiveError(
            where,
            f"covers {size} entries, the one before {covered}: not oldest first",
            f"覆盖 {size} 条记录，而前一个覆盖 {covered} 条：顺序有误",
        )
    if size > tree.size:
        raise ArchiveError(
            where,
            f"was signed over {size} entries; the file holds {tree.size}",
            f"签名时共有 {size} 条记录，文件中只有 {tree.size} 条",
            between=(covered, tree.size),
        )
    if tree.root(size) != checkpoint.root:
        if size == covered:
            raise ArchiveError(
                where,
                f"has another root than the one before it over the same {size} entries",
                f"与前一个检查点覆盖同样的 {size} 条记录，根值却不同",
            )
        raise ArchiveError(
            where,
            f"entries {covered} to {size - 1} are not all as they were signed",
            f"编号 {covered} 至 {size - 1} 的记录与签名时不一致",
            between=(covered, size - 1),
        )


def _open_entries(archive: Archive) -> tuple[dict[str, object], ...]:
    opened = []
    latest: object = 0
    for index, raw in enumerate(archive.entries):
        try:
            entry = open_entry(raw, archive.origin, index)
        except EntryError as error:
            raise ArchiveError(f"entry {index}", error.en, error.zh) from error
        if entry["t"] < latest:  # type: ignore[operator]
            raise ArchiveError(
                f"entry {index}", "its time is before the entry before it", "时间早于前一条记录"
            )
        latest = entry["t"]
        opened.append(entry)
    return tuple(opened)
