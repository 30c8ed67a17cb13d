"""The switch on the wall: settings -> adapters -> house -> door.

    python server.py                                    the house with its demonstration
    python server.py --no-demo --data /srv/daylight     a centre's own house
    python server.py --no-demo --sm2-key sm2.key --authority https://tsa.example.cn
    python server.py --no-demo --log postgresql+asyncpg://house@db/daylight --bus redis://bus
    python server.py --no-demo --create-account li --name 李 --roles staff,approver

Every option may also come from the environment, as DAYLIGHT_PORT=8080. Nothing imports this file.
"""

import argparse
import asyncio
import contextlib
import errno
import getpass
import logging
import os
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Final, Literal, TypeVar

import structlog
import uvloop
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bidding.adapters.book_database import BookBroken
from bidding.adapters.clock import WallClock
from bidding.adapters.keys import FileKeys, KeyFileError
from bidding.adapters.metrics import Metrics
from bidding.adapters.papers import FilePapers
from bidding.adapters.passwords import Argon2Passwords
from bidding.adapters.registry import SqlRegistry
from bidding.adapters.secret_file import GUARANTEES, TAGS, SecretFile, SecretFileError
from bidding.adapters.side_files import FolderOfSideFiles
from bidding.adapters.sql_log import SqlLog
from bidding.adapters.witness_http import HttpWitness
from bidding.adapters.witness_http import session as witness_session
from bidding.books import Books, place_of
from bidding.client.demo import ACCOUNTS, PASSWORD, PREFIX, Demo
from bidding.engine.auctioneer import Step
from bidding.engine.house import House
from bidding.engine.identity import Account, Role, Taken
from bidding.engine.membership import Membership
from bidding.engine.nodes import LeasesAway
from bidding.engine.ports import Authority, Clock, EventLog, GmKeys, Instant, LogError, LogInUse
from bidding.engine.side_proofs import SideProofs
from bidding.engine.witnessing import Witnessing
from bidding.proof.policy import PolicyError
from bidding.proof.witness_policy import NOBODY, WitnessPolicy, parse_witnesses
from bidding.web.app import build
from bidding.web.context import Door, DoorSettings
from bidding.web.tags import Tagger

log = structlog.get_logger("server")

_PASSWORD_LEAST: Final = 8


_T = TypeVar("_T")


class Mistake(Exception):
    """What only the operator can mend, in one sentence and two languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


class Settings(BaseModel):
    """What a centre decides about its machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    data: Path = Path("var")
    books: Annotated[str, Field(pattern=r"^postgresql\+asyncpg://")] | None = None
    key: Path | None = None
    witnesses: Path | None = None
    sm2_key: Path | None = None
    authority: Annotated[str, Field(pattern=r"^https?://[^\s/]+")] | None = None
    demo: bool = True
    origin_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+(/[A-Za-z0-9._-]+)*$")] = (
        "daylight.local/log"
    )
    origins: frozenset[str] = frozenset()
    trusted_proxies: frozenset[str] = frozenset()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    metrics_host: str = "127.0.0.1"
    tags: Literal["off", "session", "lasting"] = "off"
    log: Annotated[str, Field(pattern=r"^postgresql\+asyncpg://")] | None = None
    bus: Annotated[str, Field(pattern=r"^(rediss?|unix)://")] | None = None
    node: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")] = "node"
    ocid_prefix: Annotated[str, Field(pattern=r"^ocds-[a-z0-9]{6}$")] | None = None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the house until SIGTERM, or do one errand on its register."""
    arguments = _parser().parse_args(argv)
    try:
        settings = _settings(arguments)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            sys.stderr.write(
                f"--{'-'.join(map(str, each['loc'])).replace('_', '-')}: {each['msg']}\n"
            )
        return 2
    _log_plainly()
    # Names, passwords' verifiers, sealed offers: whatever we write is the house's alone.
    os.umask(0o077)
    try:
        if arguments.create_account:
            return uvloop.run(_create_account(settings, arguments))
        if arguments.disable_account:
            return uvloop.run(_disable_account(settings, arguments.disable_account))
        if arguments.make_sm2_key:
            return _make_sm2_key(Path(arguments.make_sm2_key))
        if arguments.show_key:
            return _show_key(settings)
        if arguments.make_key:
            return uvloop.run(_make_key(settings))
        return uvloop.run(_serve(settings))
    except Mistake as mistake:
        _say(mistake)
        return 2


def _say(mistake: Mistake) -> None:
    sys.stderr.write(f"{mistake.zh}\n{mistake}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="server.py", description=(__doc__ or "").partition("\n")[0]
    )
    add = parser.add_argument
    add("--host", help="address to listen on (127.0.0.1)")
    add("--port", help="port to listen on; 0 lets the system choose (8080)")
    add("--data", help="folder of the record and the register (var)")
    add(
        "--books",
        help="postgresql+asyncpg:// address of the database of the register and the books, for any "
        "number of nodes (extra [cluster]); files in the data folder",
    )
    add("--key", help="file of the signing key (signing.key in the data folder)")
    add("--witnesses", help="file of the witnesses and their quorum (C2SP policy lines)")
    add("--sm2-key", help="file of an SM2 key: keep a parallel log in SM3 and SM2 (extra [gm])")
    add("--make-sm2-key", metavar="FILE", help="make such a key in a new file, and end")
    add(
        "--authority",
        help="address of a time-stamping authority (RFC 3161) for closing checkpoints "
        "(extra [timestamp])",
    )
    add(
        "--show-key",
        action="store_true",
        help="print the centre's public key, as a witness lists it, and end; makes nothing",
    )
    add(
        "--make-key",
        action="store_true",
        help="make the signing key of a new house before it first opens, print its public key, "
        "and end",
    )
    add(
        "--no-demo",
        dest="demo",
        action="store_const",
        const=False,
        help="no demonstration accounts and sessions",
    )
    add("--origin-prefix", help="first part of every log's name (daylight.local/log)")
    add(
        "--origins",
        help="origins of our own pages, with commas; default: the host that is asked for",
    )
    add("--trusted-proxies", help="addresses of our own front servers, with commas")
    add("--tls-cert", help="certificate chain file; speak TLS ourselves")
    add("--tls-key", help="its private key file")
    add(
        "--tags",
        help="keyed hashes of addresses and browsers in the record: off, session (a key for each "
        "session) or lasting (one key, and parties known again in other sessions) (off)",
    )
    add("--ocid-prefix", help="registered prefix of open contracting ids, as ocds-213czf")
    add(
        "--log",
        help="the record that several nodes share: postgresql+asyncpg://... (extra [cluster])",
    )
    add("--bus", help="what carries letters between them: redis://...")
    add("--node", help="what this node is called in log lines and in the leases (node)")
    add("--metrics-port", help="answer /metrics on this port")
    add("--metrics-host", help="address of that port, which no bidder may reach (127.0.0.1)")
    add(
        "--create-account",
        metavar="ACCOUNT",
        help="make an account; the password comes from the terminal or stdin",
    )
    add("--name", help="with --create-account: the person's name")
    add(
        "--roles",
        default="bidder",
        help="with --create-account: bidder, or of staff,approver,auditor",
    )
    add("--disable-account", metavar="ACCOUNT", help="close an account and end its sign-ins")
    return parser


def _settings(arguments: argparse.Namespace) -> Settings:
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        value = getattr(arguments, name)
        if value is None:
            value = os.environ.get(f"DAYLIGHT_{name.upper()}")
        if value is not None:
            listed = name in ("origins", "trusted_proxies")
            found[name] = frozenset(filter(None, value.split(","))) if listed else value
    return Settings.model_validate(found)


# The house -------------------------------------------------------------------------------------


async def _serve(settings: Settings) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        # What can be wrong with the machine is found out before anything is written.
        tls, metrics, watched = _tls(settings), Metrics(), _witnesses(settings)
        sm2_keys = _sm2_keys(settings)
        sockets = _listen(settings.host, settings.port)
        for each in sockets:
            stack.callback(each.close)
        if settings.metrics_port is not None:
            stack.callback(_serve_metrics(metrics, settings))
        tagger = _tagger(settings)
        record, keys, clock, others = await _ground(settings, stack, metrics)
        guarantees = _secret(GUARANTEES, settings.data / "guarantees.key")
        books = await _opened(settings, Books.open(settings.data, settings.books))
        stack.push_async_callback(books.close)
        passwords = Argon2Passwords()
        stack.callback(passwords.close)
        http = await stack.enter_async_context(witness_session())
        asked = [HttpWitness(name, url, http) for name, url in watched.urls.items()]
        witnessing = Witnessing(record, clock, asked, watched)
        log.info("witnesses", names=list(watched.urls), quorum=watched.quorum)
        side = SideProofs(
            record,
            clock,
            FolderOfSideFiles(settings.data / "beside"),
            keys=sm2_keys,
            authority=await _authority(settings, stack),
        )
        prefix = settings.origin_prefix
        house = House(
            record,
            clock,
            keys,
            prefix,
            holder=settings.node,
            witnessing=witnessing,
            side=side,
            others=others,
            decided=lambda steps: _count(metrics, clock.now(), steps),
        )
        door = Door(
            house,
            books.registry,
            passwords,
            clock,
            DoorSettings(
                origins=settings.origins,
                trusted_proxies=settings.trusted_proxies,
                tagger=tagger,
                ocid_prefix=settings.ocid_prefix,
                guarantees=guarantees,
            ),
            papers=FilePapers(settings.data / "papers"),
            money=books.money,
            oversight=books.oversight,
            bidders=books.bidders,
            observe=metrics.observe,
        )
        await _demo_accounts(settings, books.registry, passwords, clock)
        runner = web.AppRunner(
            build(door), access_log=None, handle_signals=False, shutdown_timeout=3
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(_close, house, door)
        metrics.gauge("streams", "Open streams", lambda: float(door.stream.open))
        _measure(metrics, witnessing)
        metrics.gauge("auctions", "Auctions known here", lambda: float(len(house.auctions())))
        metrics.gauge(
            "background_ended",
            "Times that work meant to go on for ever ended and was begun again",
            lambda: float(house.supervisor.ended.total()),
        )
        metrics.gauge("lag_microseconds", "Longest way of late from stamp to disk", house.latest)
        metrics.gauge(
            "commit_microseconds",
            "Longest commit of late: the disk's, the standby's",
            house.slowest_commit,
        )
        metrics.gauge("queued", "Requests that wait for a decision", house.queued)
        try:
            await house.learn()
        except LogError as error:
            _say(_unreadable(error))
            return 2
        sites = [web.SockSite(runner, each, ssl_context=tls) for each in sockets]
        for site in sites:
            await site.start()
        url = _url(settings, runner)
        _announce(settings, url)
        async with asyncio.TaskGroup() as group:
            # Beside the open door: whoever asks for an auction gets it out of turn.
            recovering = group.create_task(_recover(house))
            demo = group.create_task(Demo(url).run()) if settings.demo else None
            await stop.wait()
            for site in sites:
                await site.stop()
            # A log that cannot be opened yet is tried for ever, and would be waited for.
            recovering.cancel()
            if demo is not None:
                demo.cancel()
    log.info("closed")
    return 0


def _count(metrics: Metrics, now: Instant, steps: Sequence[Step]) -> None:
    for step in steps:
        kind, _, outcome = step.entry["type"].partition(".")
        metrics.on_disk("bell" if kind == "bell" else "request", (now - step.entry["t"]) / 1e6)
        metrics.decided(outcome, step.entry["data"].get("reason", ""))


def _measure(metrics: Metrics, witnessing: Witnessing) -> None:
    for name, what, read in (
        ("witness_lag_entries", "Most entries of a log without a quorum", witnessing.lag_entries),
        (
            "witness_lag_microseconds",
            "How long the oldest entry has waited for its quorum",
            witnessing.lag_microseconds,
        ),
        ("witnesses_away", "Witnesses that did not answer last", witnessing.away),
        (
            "witness_disputes",
            "Logs of which a witness signed another tree: look now",
            witnessing.disputes,
        ),
    ):
        metrics.gauge(name, what, read)


async def _recover(house: House) -> None:
    """Opens what there is, and says what is refused."""
    refused = await house.recover()
    for auction, reason in refused.items():
        sys.stderr.write(f"{auction} is not opened: {reason}\n")
    log.info("open", auctions=len(house.auctions()), refused=len(refused))


async def _close(house: House, door: Door) -> None:
    """First answer whoever asked, then tell everybody that we go."""
    await house.close()
    await door.stream.close()


# What the house stands on --------------------------------------------------------------------


def _tls(settings: Settings) -> ssl.SSLContext | None:
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


def _witnesses(settings: Settings) -> WitnessPolicy:
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


def _sm2() -> ModuleType:
    return _extra("bidding.adapters.gm_keys", "gm")


def _sm2_keys(settings: Settings) -> GmKeys | None:
    """The key of the parallel logs; None where nobody asked for them."""
    if settings.sm2_key is None:
        return None
    adapter = _sm2()
    try:
        found: GmKeys = adapter.GmFileKeys(settings.sm2_key)
    except adapter.GmKeyError as error:
        raise Mistake(error.zh, str(error)) from error
    return found


def _make_sm2_key(path: Path) -> int:
    adapter = _sm2()
    try:
        adapter.GmFileKeys.make(path)
    except adapter.GmKeyError as error:
        raise Mistake(error.zh, str(error)) from error
    return 0


async def _authority(settings: Settings, stack: AsyncExitStack) -> Authority | None:
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


def _listen(host: str, port: int) -> list[socket.socket]:
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


def _serve_metrics(metrics: Metrics, settings: Settings) -> Callable[[], None]:
    host, port = settings.metrics_host, settings.metrics_port
    assert port is not None, "asked for"
    try:
        return metrics.serve(port, host)
    except OSError as error:
        raise _not_listening(host, port, error) from error


async def _ground(
    settings: Settings, stack: AsyncExitStack, metrics: Metrics
) -> tuple[EventLog, FileKeys, Clock, Membership | None]:
    """Record, key and clock: those of this machine, or those that several nodes share."""
    if settings.log is None or settings.bus is None:
        if settings.log or settings.bus:
            raise Mistake("--log 与 --bus 须同时给出。", "--log and --bus go together.")
        record, keys = await _record_and_keys(settings, stack)
        return record, keys, WallClock(), None
    if settings.demo:
        raise Mistake(
            "多机运行时没有演示：请加 --no-demo。",
            "Several nodes show no demonstration: add --no-demo.",
        )
    _folder(settings)
    clustered = _extra("bidding.clustered", "cluster")
    # Never made here: of two nodes that each made one, neither could read the other's record.
    keys = _keys(_key_file(settings), create=False)
    prefix = settings.origin_prefix
    try:
        found = await clustered.stand(
            stack, settings.log, settings.bus, node=settings.node, prefix=prefix, keys=keys
        )
    except (LogError, LeasesAway) as error:
        raise _unreadable(error) from error
    clustered.measure(metrics, found)
    return found.log, keys, found.clock, found.others


async def _record_and_keys(settings: Settings, stack: AsyncExitStack) -> tuple[SqlLog, FileKeys]:
    """The record, and the key that signed it; a key is made only where nothing was signed."""
    path = _key_file(settings)
    try:
        # Read before the record is made: a broken key leaves nothing behind.
        keys = _keys(path, create=False) if path.exists() else None
        _folder(settings)
        record = SqlLog(settings.data / "log.db")
        stack.push_async_callback(record.close)
        logs = await record.logs()
        keys = keys or _keys(path, create=not logs)
    except LogInUse as error:
        raise Mistake(
            f"数据文件夹 {settings.data} 正由另一个竞价服务使用。",
            f"Another house is using the data folder {settings.data}.",
        ) from error
    except LogError as error:
        raise _unreadable(error) from error
    except OSError as error:
        raise _no_folder(settings, error) from error
    return record, keys


def _tagger(settings: Settings) -> Tagger | None:
    if settings.tags == "off":
        return None
    return Tagger(_secret(TAGS, settings.data / "tags.key"), lasting=settings.tags == "lasting")


def _secret(kind: SecretFile, path: Path) -> bytes:
    try:
        return kind.kept(path)
    except SecretFileError as error:
        raise Mistake(error.zh, str(error)) from error


def _key_file(settings: Settings) -> Path:
    return settings.key or settings.data / "signing.key"


def _keys(path: Path, *, create: bool) -> FileKeys:
    try:
        return FileKeys(path, create=create)
    except KeyFileError as error:
        raise Mistake(error.zh, str(error)) from error


def _unreadable(error: Exception) -> Mistake:
    return Mistake(f"事件日志无法打开（{error}）。", f"The event log cannot be opened: {error}.")


async def _registry(settings: Settings) -> SqlRegistry:
    place = place_of("registry", settings.data, settings.books)
    return await _opened(settings, SqlRegistry.open(place))


async def _opened(settings: Settings, opening: Coroutine[Any, Any, _T]) -> _T:
    """The register or all books, or what the operator has to mend about them."""
    try:
        if settings.books is None:
            _folder(settings)
        else:
            _extra("asyncpg", "cluster")
        return await opening
    except BookBroken as error:
        raise Mistake(error.zh, str(error)) from error
    finally:
        opening.close()


def _folder(settings: Settings) -> None:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_folder(settings, error) from error


def _no_folder(settings: Settings, error: OSError) -> Mistake:
    return Mistake(
        f"数据文件夹 {settings.data} 无法使用（{error.strerror}）。",
        f"The data folder {settings.data} cannot be used: {error.strerror}.",
    )


def _url(settings: Settings, runner: web.AppRunner) -> str:
    scheme = "https" if settings.tls_cert else "http"
    address = runner.addresses[0]
    host = "127.0.0.1" if address[0] in ("0.0.0.0", "::") else address[0]  # noqa: S104 shown, not bound
    return f"{scheme}://{host}:{address[1]}"


def _announce(settings: Settings, url: str) -> None:
    lines = [f"Daylight 阳光竞价  {url}"]
    if settings.demo:
        lines.append(
            f"演示账号（密码均为 {PASSWORD}） demonstration accounts, password {PASSWORD}:"
        )
        lines += [f"  {a.account:<15} {a.zh} · {a.en}" for a in ACCOUNTS if a.shown]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _show_key(settings: Settings) -> int:
    """The key of all this house's logs under the name they share: what a witness's owner lists.

    It makes nothing: a key made by the way would be that of no house, and be witnessed as one.
    """
    path = _key_file(settings)
    if not path.exists():
        raise Mistake(
            f"{path} 处没有签名密钥：请用 --data 指明竞价服务的数据文件夹（或用 --key 指明密钥文件）；"
            "新建服务请先用 --make-key。",
            f"There is no signing key at {path}: name the house's folder with --data (or the key "
            "with --key); for a new house, --make-key comes first.",
        )
    _print_key(_keys(path, create=False), settings)
    return 0


async def _make_key(settings: Settings) -> int:
    """The key of a new house, which witnesses may need before it opens for the first time."""
    path = _key_file(settings)
    if path.exists():
        raise Mistake(f"{path} 已存在，未改动。", f"{path} is there already and was left alone.")
    async with AsyncExitStack() as stack:
        if settings.log is not None:
            _folder(settings)
            keys = _keys(path, create=True)
        else:
            _, keys = await _record_and_keys(settings, stack)
        _print_key(keys, settings)
    return 0


def _print_key(keys: FileKeys, settings: Settings) -> None:
    sys.stdout.write(f"{keys.signer(settings.origin_prefix).verifier.vkey}\n")


# Accounts --------------------------------------------------------------------------------------


async def _demo_accounts(
    settings: Settings, registry: SqlRegistry, passwords: Argon2Passwords, clock: Clock
) -> None:
    """Easy passwords exist only while the demonstration is on."""
    there = {a.account: a for a in await registry.accounts()}
    if not settings.demo:
        for name, account in there.items():
            if name.startswith(PREFIX) and not account.disabled:
                await registry.disable(name, clock.now())
        return
    verifier: str | None = None
    for each in ACCOUNTS:
        if each.account in there:
            await registry.enable(each.account)
            continue
        verifier = verifier or await passwords.hash(PASSWORD)
        roles: frozenset[Role] = frozenset(each.roles)
        with contextlib.suppress(Taken):  # another node, started at the same moment
            await registry.create_account(Account(each.account, each.zh, roles, verifier))


async def _create_account(settings: Settings, arguments: argparse.Namespace) -> int:
    name: str = arguments.create_account
    if name.startswith(PREFIX):
        sys.stderr.write(f"accounts that begin with {PREFIX} belong to the demonstration\n")
        return 2
    password = (
        getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    # ASVS 6.2: length decides; rules of composition and forced changes only make people write it down.
    if len(password) < _PASSWORD_LEAST or password.lower() in (PASSWORD, name.lower()):
        sys.stderr.write(
            f"a password has {_PASSWORD_LEAST} characters at least and is not the account's name\n"
        )
        return 2
    passwords, registry = Argon2Passwords(), await _registry(settings)
    try:
        roles: Any = frozenset(filter(None, arguments.roles.split(",")))
        account = Account(name, arguments.name or name, roles, await passwords.hash(password))
        await registry.create_account(account)
    except Taken:
        sys.stderr.write(f"there is an account {name} already\n")
        return 1
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        await registry.close()
        passwords.close()
    sys.stdout.write(f"made {name} ({arguments.roles})\n")
    return 0


async def _disable_account(settings: Settings, name: str) -> int:
    registry = await _registry(settings)
    try:
        if await registry.account(name) is None:
            sys.stderr.write(f"there is no account {name}\n")
            return 1
        await registry.disable(name, WallClock().now())
    finally:
        await registry.close()
    sys.stdout.write(f"closed {name}\n")
    return 0


# Log lines -------------------------------------------------------------------------------------


def _log_plainly() -> None:
    """One JSON object a line on standard error, ours and the libraries'.

    No personal data: a field that is logged is a code, a pattern or a count, never what a
    person sent.
    """
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # aiohttp repeats the first bytes of a bad request in its errors.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    # alembic tells at length how it prepares itself; what it did to a book is told by the book.
    for chatty in ("websockets", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
