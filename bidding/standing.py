"""What a house stands on, as its settings have it: record, keys, books, listening sockets.

Whatever is wrong with the machine is found out here, and told as a `Mistake` in one sentence that
an operator can act on. It serves nobody, and starts no house.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from bidding.adapters.book_database import BookBroken
from bidding.adapters.clock import WallClock
from bidding.adapters.keys import FileKeys, KeyFileError
from bidding.adapters.metrics import Metrics
from bidding.adapters.secret_file import GUARANTEES, TAGS, SecretFile, SecretFileError
from bidding.adapters.sql_log import SqlLog
from bidding.engine.membership import Membership
from bidding.engine.nodes import BusAddressError, LeasesAway
from bidding.engine.ports import Authority, Clock, EventLog, GmKeys, LogError, LogInUse
from bidding.proof.policy import PolicyError
from bidding.proof.witness_policy import NOBODY, WitnessPolicy, parse_witnesses
from bidding.settings import Mistake, Settings

_T = TypeVar("_T")


def tls(settings: Settings) -> ssl.SSLContext | None:
    """The certificate of our own; None where a front server speaks TLS. Raises Mistake."""
    cert, key = settings.tls_cert, settings.tls_key
    if cert is None:
        if key is not None:
            raise Mistake("给出 --tls-key 时须同时给出 --tls-cert。", "--tls-key needs --tls-cert.")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        for path in (cert, key or cert):
            path.open("rb").close()
        context.load_cert_chain(cert, key)
    except OSError as error:
        # OpenSSL does not say which file it means; the others do.
        path_or_both = error.filename or f"{cert}, {key or cert}"
        raise Mistake(
            f"TLS 证书或私钥无法使用：{path_or_both}（{error.strerror}）。",
            f"The TLS certificate or key cannot be used: {path_or_both} ({error.strerror}).",
        ) from error
    return context


def witnesses(settings: Settings) -> WitnessPolicy:
    """Who cosigns, and how many of them are enough. Raises Mistake."""
    path = settings.witnesses
    if path is None:
        return NOBODY
    try:
        return parse_witnesses(path.read_text("utf-8"))
    except PolicyError as error:
        raise Mistake(f"见证人名单 {path} 有误：{error.zh}。", f"{path}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(
            f"见证人名单 {path} 无法读取（{error}）。", f"{path} cannot be read: {error}."
        ) from error


def sm2() -> ModuleType:
    """The adapter of the Chinese algorithms. Raises Mistake where its extra is not installed."""
    return _extra("bidding.adapters.gm_keys", "gm")


def sm2_keys(settings: Settings) -> GmKeys | None:
    """The key of the parallel logs; None where nobody asked for them."""
    if settings.sm2_key is None:
        return None
    adapter = sm2()
    try:
        found: GmKeys = adapter.GmFileKeys(settings.sm2_key)
    except adapter.GmKeyError as error:
        raise Mistake(error.zh, str(error)) from error
    return found


async def authority(settings: Settings, stack: AsyncExitStack) -> Authority | None:
    """The time-stamping authority; None where nobody asked for one."""
    if settings.authority is None:
        return None
    adapter = _extra("bidding.adapters.timestamp_http", "timestamp")
    http = await stack.enter_async_context(adapter.session())
    found: Authority = adapter.HttpAuthority(settings.authority, http)
    return found


def _extra(module: str, extra: str) -> ModuleType:
    """An adapter whose product comes with an extra: most centres install none."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("bidding"):
            raise
        raise Mistake(
            f"需要安装扩展 [{extra}]（缺少 {missing.name}）。",
            f"This needs the extra [{extra}]: {missing.name} is not installed.",
        ) from missing


def listen(host: str, port: int) -> list[socket.socket]:
    """Listening sockets on every address of `host` that this machine has."""
    found: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for family, _, _, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            try:
                found.append(socket.create_server(address, family=family))
            except OSError as error:
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                missing = error
        if missing is not None and not found:
            raise missing
    except OSError as error:
        for each in found:
            each.close()
        raise _not_listening(host, port, error) from error
    return found


def _not_listening(host: str, port: int, error: OSError) -> Mistake:
    if error.errno == errno.EADDRINUSE:
        return Mistake(
            f"端口 {port} 已被占用，请换一个端口，或先停止占用它的程序。",
            f"Port {port} is in use: choose another, or stop the program that has it.",
        )
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return Mistake(f"本机没有 {host} 这个地址。", f"This machine has no address {host}.")
    return Mistake(
        f"无法在 {host} 的端口 {port} 上监听（{error.strerror}）。",
        f"Cannot listen on port {port} of {host}: {error.strerror}.",
    )


def serve_metrics(metrics: Metrics, port: int, host: str) -> Callable[[], None]:
    """Answers /metrics at this address; returns what ends that. Raises Mistake."""
    try:
        return metrics.serve(port, host)
    except OSError as error:
        raise _not_listening(host, port, error) from error


async def ground(
    settings: Settings, stack: AsyncExitStack, metrics: Metrics
) -> tuple[EventLog, FileKeys, Clock, Membership | None]:
    """Record, key and clock: those of this machine, or those that several nodes share."""
    if settings.log is None or settings.bus is None:
        if settings.log or settings.bus:
            raise Mistake("--log 与 --bus 须同时给出。", "--log and --bus go together.")
        record, keys = await record_and_keys(settings, stack)
        return record, keys, WallClock(), None
    if settings.demo:
        raise Mistake(
            "多机运行时没有演示：请加 --no-demo。",
            "Several nodes show no demonstration: add --no-demo.",
        )
    folder(settings)
    clustered = _extra("bidding.clustered", "cluster")
    # Never made here: of two nodes that each made one, neither could read the other's record.
    keys = keys_at(key_file(settings), create=False)
    prefix = settings.origin_prefix
    try:
        found = await clustered.stand(
            stack,
            settings.log,
            settings.bus,
            direct=settings.direct,
            node=settings.node,
            prefix=prefix,
            keys=keys,
        )
    except KeyFileError as error:
        raise Mistake(error.zh, str(error)) from error
    except BusAddressError as error:
        raise Mistake(
            f"--bus 的地址无法使用（{error}）；其中的口令须按百分号编码。",
            f"The address of --bus cannot be used ({error}); a password in it is percent-encoded.",
        ) from error
    except (LogError, LeasesAway) as error:
        raise unreadable(error) from error
    except OSError as error:
        host, _, port = str(settings.direct).rpartition(":")
        raise _not_listening(host, int(port), error) from error
    clustered.measure(metrics, found)
    return found.log, keys, found.clock, found.others


async def record_and_keys(settings: Settings, stack: AsyncExitStack) -> tuple[SqlLog, FileKeys]:
    """The record, and the key that signed it; a key is made only where nothing was signed."""
    path = key_file(settings)
    try:
        # Read before the record is made: a broken key leaves nothing behind.
        keys = keys_at(path, create=False) if path.exists() else None
        folder(settings)
        record = SqlLog(settings.data / "log.db")
        stack.push_async_callback(record.close)
        logs = await record.logs()
        keys = keys or keys_at(path, create=not logs)
    except LogInUse as error:
        raise Mistake(
            f"数据文件夹 {settings.data} 正由另一个竞价服务使用。",
            f"Another house is using the data folder {settings.data}.",
        ) from error
    except LogError as error:
        raise unreadable(error) from error
    except OSError as error:
        raise _no_folder(settings, error) from error
    return record, keys


def secret(kind: SecretFile, settings: Settings, *, create: bool) -> bytes:
    """A secret of the house. Raises Mistake."""
    try:
        return kind.kept(secrets_of(settings)[kind], create=create)
    except SecretFileError as error:
        raise Mistake(error.zh, str(error)) from error


def secrets_of(settings: Settings) -> dict[SecretFile, Path]:
    """Where those secrets lie that a house of these settings needs beside its signing key."""
    found = {GUARANTEES: settings.data / "guarantees.key"}
    if settings.tags != "off":
        found[TAGS] = settings.data / "tags.key"
    return found


def key_file(settings: Settings) -> Path:
    """Where the signing key lies."""
    return settings.key or settings.data / "signing.key"


def keys_at(path: Path, *, create: bool) -> FileKeys:
    """The signing key in a file. Raises Mistake."""
    try:
        return FileKeys(path, create=create)
    except KeyFileError as error:
        raise Mistake(error.zh, str(error)) from error


def unreadable(error: Exception) -> Mistake:
    """What is said of a record that does not open."""
    return Mistake(f"事件日志无法打开（{error}）。", f"The event log cannot be opened: {error}.")


async def opened(settings: Settings, opening: Coroutine[Any, Any, _T]) -> _T:
    """The register or all books, or what the operator has to mend about them."""
    try:
        if settings.books is None:
            folder(settings)
        else:
            _extra("asyncpg", "cluster")
        return await opening
    except BookBroken as error:
        raise Mistake(error.zh, str(error)) from error
    finally:
        opening.close()


def folder(settings: Settings) -> None:
    """Makes the data folder. Raises Mistake."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_folder(settings, error) from error


def _no_folder(settings: Settings, error: OSError) -> Mistake:
    return Mistake(
        f"数据文件夹 {settings.data} 无法使用（{error.strerror}）。",
        f"The data folder {settings.data} cannot be used: {error.strerror}.",
    )
