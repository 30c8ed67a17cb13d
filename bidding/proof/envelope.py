"""What every entry says of itself, whatever it is about.

    v    1, the version of this envelope          log  the origin of the log it stands in
    i    its index in that log                    t    engine time, microseconds since 1970 UTC

It is not the meaning of an entry: type, actor and data belong to bidding.core. Call it
only after the leaf hash is proved; before that the bytes are anybody's.
"""

from typing import Final

from bidding.proof.canon import MAX_INT, CanonError, decode
from bidding.proof.form import in_chinese
from bidding.proof.text import BilingualError

MIN_ENTRY: Final = 2
MAX_ENTRY: Final = 65_535  # tlog-tiles stores the length in 16 bits
VERSION: Final = 1


class EntryError(BilingualError):
    """An entry that was logged but is not what its place in the log demands."""


def admit_length(entry: bytes) -> None:
    """Raises EntryError unless 2 <= length <= 65535."""
    if not MIN_ENTRY <= len(entry) <= MAX_ENTRY:
        raise EntryError(
            f"has {len(entry)} bytes; {MIN_ENTRY} to {MAX_ENTRY} are allowed",
            f"长度为 {len(entry)} 字节，应在 {MIN_ENTRY} 至 {MAX_ENTRY} 之间",
        )


def open_entry(entry: bytes, origin: str, index: int) -> dict[str, object]:
    """The object in a canonical entry, once `v`, `log`, `i`, `t` fit. Raises EntryError."""
    admit_length(entry)
    try:
        value = decode(entry)
    except CanonError as error:
        raise EntryError(
            f"is not canonical JSON ({error})", f"不是规范格式的 JSON（{in_chinese(error)}）"
        ) from error
    if not isinstance(value, dict):
        raise EntryError("is not a JSON object", "不是 JSON 对象")
    _expect(value, "v", VERSION)
    _expect(value, "log", origin)
    _expect(value, "i", index)
    time = value.get("t")
    if type(time) is not int or not 0 <= time <= MAX_INT:
        raise EntryError("has no time `t`", "缺少时间 t")
    return value


def _expect(entry: dict[str, object], key: str, wanted: str | int) -> None:
    found = entry.get(key)
    # type() too: True == 1 would pass for version 1
    if found != wanted or type(found) is not type(wanted):
        raise EntryError(
            f"has {key} = {found!r:.80}, but {wanted!r} belongs here",
            f"字段 {key} 的值是 {found!r:.80}，此处应为 {wanted!r}",
        )
