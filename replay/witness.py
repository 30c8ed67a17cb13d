"""`python -m replay witness`: an independent witness of a centre's logs, in one small process.

It answers C2SP tlog-witness `add-checkpoint` over HTTP and remembers on disk what it signed
(`witness_memory`). It knows no bids and keeps no log: it says "I saw the log at this size, and it
continued what I saw before", and refuses everything else. Whether to sign is decided by
`bidding.proof.witness`; here are the configuration, the key, the socket and the clock.

    listen  = "127.0.0.1:8400"               # port 0: the system chooses
    name    = "witness.example.cn/office"    # the name of the key, in every policy
    key     = "witness.key"                  # made by --make-key; paths begin at this file
    state   = "state"                        # made with the key
    centres = ["bid.example.cn/log+<hash>+<key>"]    # every session of this centre
    logs    = []                             # single logs, by their own vkeys

Only the standard library and what an auditor has installed anyway. Put TLS in front of it, if the
way to it is not private; answers hold no secrets, and requests are believed by their signatures.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
import tomllib
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bidding.proof.form import in_chinese
from bidding.proof.note import Cosigner, NoteError, Verifier
from bidding.proof.text import from_base64, to_base64
from bidding.proof.witness import (
    MAX_REQUEST,
    Answer,
    RequestError,
    Trust,
    bad_request,
    judge,
    parse_request,
    stranger,
)
from replay.witness_memory import Closing, Memory, NoMemory, make_memory

_HEADER: Final = "daylight-witness-key/v1"
#: Requests worked on at once; a log asks once a second.
_AT_ONCE: Final = 64
#: Seconds a connection may say nothing.
_SILENCE: Final = 10


class Misconfigured(Exception):
    """What only the witness's owner can mend; `zh` says it in Chinese."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Configuration:
    """The one file, read."""

    host: str
    port: int
    name: str
    key: Path
    state: Path
    trust: Trust


def read_configuration(path: Path) -> Configuration:
    """The configuration in a TOML file. Raises Misconfigured."""
    try:
        return _configuration(path.parent, tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise Misconfigured(
            f"配置文件 {path} 无法读取（{error.strerror}）。",
            f"{path} cannot be read: {error.strerror}.",
        ) from error
    except ValueError as error:
        raise Misconfigured(
            f"配置文件 {path} 有误：{in_chinese(error)}", f"{path}: {error}"
        ) from error


def _configuration(here: Path, found: dict[str, Any]) -> Configuration:
    """Each word known and of its kind, else ValueError (a NoteError is one)."""
    texts = {name: _text(found, name) for name in ("listen", "name", "key", "state")}
    lists = {name: _keys(found, name) for name in ("logs", "centres")}
    if unknown := sorted(set(found) - set(texts) - set(lists)):
        raise ValueError(f"unknown: {', '.join(unknown)}")
    host, _, port = texts["listen"].rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise ValueError("listen: an address and a port, as 127.0.0.1:8400")
    key, state = here / texts["key"], here / texts["state"]
    trust = Trust(lists["logs"], lists["centres"])
    return Configuration(host, int(port), texts["name"], key, state, trust)


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name}: a text is missing")
    return value


def _keys(found: dict[str, Any], name: str) -> list[Verifier]:
    value = found.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{name}: a list of keys")
    return [Verifier.parse(one) for one in value]


# The key -----------------------------------------------------------------------------------


def make_key(configuration: Configuration) -> Cosigner:
    """A new key and the memory that belongs to it. Raises Misconfigured, NoMemory."""
    private = Ed25519PrivateKey.generate()
    path = configuration.key
    try:
        cosigner = Cosigner(configuration.name, private)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(f"{_HEADER}\n{to_base64(private.private_bytes_raw())}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        make_memory(configuration.state, cosigner.verifier)
    except NoteError as error:
        raise Misconfigured(f"密钥名称有误：{in_chinese(error)}", f"name: {error}") from error
    except FileExistsError as error:
        raise Misconfigured(
            f"密钥 {path} 已存在，不会覆盖。", f"There is a key {path}; it is not overwritten."
        ) from error
    except OSError as error:
        raise _unusable(path, error) from error
    return cosigner


def read_key(configuration: Configuration) -> Cosigner:
    """The witness's key. Raises Misconfigured."""
    path = configuration.key
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("ascii", errors="replace")
    except OSError as error:
        raise _unusable(path, error) from error
    # A key that others could read must be assumed to be copied.
    if mode & 0o077:
        raise Misconfigured(
            f"密钥 {path} 可被他人读取，请将权限改为 0600。",
            f"{path} may be read by others: make it mode 0600.",
        )
    header, _, rest = text.partition("\n")
    try:
        seed = from_base64(rest.removesuffix("\n")) if header == _HEADER else b""
        return Cosigner(configuration.name, seed)
    except ValueError as error:
        raise Misconfigured(
            f"{path} 不是见证密钥：{in_chinese(error)}", f"{path} is no key of a witness: {error}"
        ) from error


def _unusable(path: Path, error: OSError) -> Misconfigured:
    return Misconfigured(
        f"{error.filename or path} 无法使用（{error.strerror}）。",
        f"{error.filename or path} cannot be used: {error.strerror}.",
    )


# Answering ---------------------------------------------------------------------------------


class Witness:
    """Answers requests; may be asked from many threads at once."""

    def __init__(self, cosigner: Cosigner, trust: Trust, memory: Memory) -> None:
        self._cosigner, self._trust, self._memory = cosigner, trust, memory

    @property
    def vkey(self) -> str:
        """The witness's key as policies carry it."""
        return self._cosigner.verifier.vkey

    def add_checkpoint(self, raw: bytes, now: int) -> Answer:
        """The answer to one request; what it signs is on disk. `now` in seconds since 1970 UTC."""
        try:
            submission = parse_request(raw)
        except RequestError as error:
            return bad_request(str(error))
        origin = submission.checkpoint.origin
        # Answered without a turn: names that strangers make up must take no place in memory.
        if (refused := stranger(submission, self._trust)) is not None:
            return refused
        try:
            with self._memory.turn(origin) as latest:
                verdict = judge(submission, latest, self._trust, self._cosigner, now)
                if verdict.suspect and (kept := self._memory.suspect(submission.note, latest)):
                    _say(f"{origin}: does not continue what was signed; kept as {kept.name}")
                if verdict.remember is not None:
                    if latest is None:
                        # Nothing is known of what a log was before its witness first saw it.
                        _say(f"{origin}: first seen, with {verdict.remember.size} entries")
                    self._memory.remember(verdict.remember)
        except Closing:
            return Answer(503, b"not signing now\n")
        except OSError as error:
            _say(f"{origin}: not signed, the state cannot be written: {error.strerror}")
            return Answer(500, b"the state cannot be written\n")
        return verdict.answer


class _Handler(BaseHTTPRequestHandler):
    """One connection: `POST /add-checkpoint`, or `GET /` for the witness's key."""

    protocol_version = "HTTP/1.1"
    timeout = _SILENCE
    server: _Server

    def do_POST(self) -> None:
        """Reads a request of a declared, bounded length and answers it."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._answer(Answer(404, b"no such thing here\n"), last=True)
        elif "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._answer(Answer(411, b"say the length\n"), last=True)
        elif len(length) > 9 or int(length) > MAX_REQUEST:
            self._answer(Answer(413, b"too long\n"), last=True)
        else:
            raw = self.rfile.read(int(length))
            self._answer(self.server.witness.add_checkpoint(raw, int(time.time())))

    def do_GET(self) -> None:
        """Who this is, for whoever writes a policy."""
        if self.path == "/":
            self._answer(Answer(200, f"{self.server.witness.vkey}\n".encode()))
        else:
            self._answer(Answer(404, b"no such thing here\n"), last=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 http.server's signature
        """Nothing: what is worth a line is said where it happens."""

    def version_string(self) -> str:
        """The server's name, without versions for strangers to look up."""
        return "daylight-witness"

    def _answer(self, answer: Answer, *, last: bool = False) -> None:
        # An unread body would be taken for the next request.
        self.close_connection = self.close_connection or last
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)


class _Server(ThreadingHTTPServer):
    """A thread a connection, and not too many of them."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        self.witness = witness
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Binds, and does not ask the network for our own name, which a closed one answers late."""
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Starts a thread while there is a place; else the connection is dropped."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Gives the place back, whatever happened."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that hangs up is nobody's fault; anything else is one line."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            _say(f"a request failed: {error!r}")


def run(path: Path, *, new_key: bool) -> int:
    """Makes the key, or witnesses until SIGTERM. Returns the exit status."""
    try:
        configuration = read_configuration(path)
        if new_key:
            sys.stdout.write(f"{make_key(configuration).verifier.vkey}\n")
            return 0
        cosigner = read_key(configuration)
        memory = Memory(configuration.state, cosigner.verifier)
    except (Misconfigured, NoMemory) as wrong:
        sys.stderr.write(f"{wrong.zh}\n{wrong}\n")
        return 2
    try:
        return _serve(configuration, Witness(cosigner, configuration.trust, memory), len(memory))
    finally:
        memory.close()


def _serve(configuration: Configuration, witness: Witness, known: int) -> int:
    try:
        server = _Server((configuration.host, configuration.port), witness)
    except OSError as error:
        where = f"{configuration.host}:{configuration.port}"
        sys.stderr.write(
            f"无法在 {where} 上监听（{error.strerror}）。\nCannot listen on {where}: {error.strerror}.\n"
        )
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        # `shutdown` waits for the loop that this handler interrupts: it needs a thread.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    host, port = server.server_address[:2]
    sys.stdout.write(f"http://{host!s}:{port}\n{witness.vkey}\n")
    sys.stdout.flush()
    _say(f"witness of {known} logs so far")
    with server:
        server.serve_forever(poll_interval=0.2)
    return 0


def _say(line: str) -> None:
    """One line for whoever runs this, with the time, on standard error."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {line}\n")
    sys.stderr.flush()
