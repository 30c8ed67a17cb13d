"""What a witness signed last, of each log, on disk: the one thing it must never forget.

A folder with one small file a log (the text of the checkpoint), the name of the key it belongs
to, and a lock that keeps a second process out. It is not a database and no copy of any log.

1. `remember` returns when the file is on the disk: written beside, synced, renamed, folder synced.
2. A folder that is missing, of another key, or holds what cannot be read is refused. A witness
   that starts from nothing under an old key would sign a second history without noticing, so the
   folder is made together with the key, and never restored from a copy: make a new key instead.
3. A log whose file could not be written is not signed again until the witness is started anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from bidding.proof.checkpoint import Checkpoint, CheckpointError, parse_body
from bidding.proof.note import Verifier

_OWNER: Final = "witness.vkey"
_SUSPECT: Final = "suspect"
_SUFFIX: Final = ".checkpoint"
#: More than this many notes that do not fit say nothing new, and must not fill the disk.
_SUSPECTS_MAX: Final = 1000


class NoMemory(Exception):
    """The folder cannot be used; `zh` says it in Chinese."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


class Closing(Exception):
    """The witness is going down, or may not sign this log any more: nothing was signed."""


class Memory:
    """The folder of one witness, open in this process. Raises NoMemory."""

    def __init__(self, folder: Path, key: Verifier) -> None:
        self._folder = folder
        self._lock = _lock(folder)
        self._latest: dict[str, Checkpoint] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._broken: set[str] = set()
        self._state = threading.Condition()
        self._active = 0
        self._closed = False
        try:
            self._read(key)
        except BaseException:
            self._lock.close()
            raise

    def __len__(self) -> int:
        return len(self._latest)

    @contextlib.contextmanager
    def turn(self, origin: str) -> Iterator[Checkpoint | None]:
        """One request's turn on one log: what was signed last, while nobody else may change it.

        Only for a log that signed the request: each takes a place in memory. Raises Closing.
        """
        with self._state:
            if self._closed:
                raise Closing(origin)
            self._active += 1
            turn = self._turns.setdefault(origin, threading.Lock())
        try:
            with turn:
                if origin in self._broken:
                    raise Closing(origin)
                yield self._latest.get(origin)
        finally:
            with self._state:
                self._active -= 1
                self._state.notify_all()

    def remember(self, checkpoint: Checkpoint) -> None:
        """Durable when it returns; only within the log's turn. Raises OSError."""
        origin = checkpoint.origin
        try:
            _write(self._folder / _name(origin), checkpoint.body())
        except OSError:
            # The file may be the old one or the new one; both were never answered for.
            self._broken.add(origin)
            raise
        self._latest[origin] = checkpoint

    def suspect(self, note: bytes, latest: Checkpoint | None) -> Path | None:
        """Keeps a note that the log signed and that does not continue what it showed before."""
        folder = self._folder / _SUSPECT
        path = folder / f"{sha256(note).hexdigest()}.txt"
        if path.exists() or sum(1 for _ in folder.iterdir()) >= _SUSPECTS_MAX:
            return None
        before = b"" if latest is None else latest.body()
        _write(path, b"signed last by this witness:\n\n" + before + b"\nshown later:\n\n" + note)
        return path

    def close(self) -> None:
        """Lets the requests that have their turn finish, then lets go of the folder."""
        with self._state:
            self._closed = True
            self._state.wait_for(lambda: not self._active)
        self._lock.close()

    def _read(self, key: Verifier) -> None:
        if _owner(self._folder) != key.vkey:
            raise NoMemory(
                f"状态目录 {self._folder} 不属于密钥 {key.name}。",
                f"The state folder {self._folder} belongs to another key than {key.name}.",
            )
        for path in self._folder.iterdir():
            if path.name.startswith(".new-"):
                path.unlink()  # a write that a crash cut short; its answer was never given
            elif path.suffix == _SUFFIX:
                checkpoint = _checkpoint(path)
                self._latest[checkpoint.origin] = checkpoint


def make_memory(folder: Path, key: Verifier) -> None:
    """A new folder that remembers nothing yet. Raises NoMemory when there is one, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NoMemory(
            f"状态目录 {folder} 已有内容；新密钥须用空目录。",
            f"There is something in {folder}; a new key needs an empty folder.",
        )
    (folder / _SUSPECT).mkdir()
    _write(folder / _OWNER, f"{key.vkey}\n".encode())


def _owner(folder: Path) -> str:
    try:
        return (folder / _OWNER).read_text("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise NoMemory(
            f"状态目录 {folder} 不完整。见证人忘记签过什么，就不能再用原密钥：请用 --make-key 另建新密钥。",
            f"The state folder {folder} is not whole. A witness that forgot what it signed must not "
            "use its key again: make a new one with --make-key.",
        ) from error


def _checkpoint(path: Path) -> Checkpoint:
    try:
        checkpoint = parse_body(path.read_bytes())
    except (OSError, CheckpointError) as error:
        raise _damaged(path) from error
    if _name(checkpoint.origin) != path.name:
        raise _damaged(path)
    return checkpoint


def _damaged(path: Path) -> NoMemory:
    return NoMemory(f"状态文件 {path} 已损坏。", f"The state file {path} is damaged.")


def _name(origin: str) -> str:
    """An origin is any text; its hash is a file name everywhere."""
    return sha256(origin.encode()).hexdigest() + _SUFFIX


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".new-{path.name}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _lock(folder: Path) -> Any:
    try:
        file = (folder / _OWNER).open("rb")
    except OSError:
        _owner(folder)  # says what is missing
        raise
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise NoMemory(
            f"状态目录 {folder} 正由另一个见证进程使用。",
            f"Another witness process is using {folder}.",
        ) from None
    return file
