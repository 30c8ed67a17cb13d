"""The switch on the wall: settings -> adapters -> house -> door.

    bidding serve                                    the house with its demonstration
    bidding serve --no-demo --data /srv/daylight     a centre's own house
    bidding serve --no-demo --sm2-key sm2.key --authority https://tsa.example.cn
    bidding serve --no-demo --log postgresql+asyncpg://house@db/daylight --bus redis://bus
    bidding serve --no-demo --create-account li --name 李 --roles staff,approver

`python server.py` is the same. Every option may also come from the environment, as
DAYLIGHT_PORT=8080. Nothing imports this file; the command hands on to it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import structlog
import uvloop
from aiohttp import web
from pydantic import ValidationError

from bidding import errands, standing
from bidding.adapters.metrics import Metrics
from bidding.adapters.papers import FilePapers
from bidding.adapters.passwords import Argon2Passwords
from bidding.adapters.secret_file import GUARANTEES, TAGS
from bidding.adapters.side_files import FolderOfSideFiles
from bidding.adapters.witness_http import HttpWitness
from bidding.adapters.witness_http import session as witness_session
from bidding.books import Books
from bidding.client.demo import ACCOUNTS, PASSWORD, Demo
from bidding.engine.auctioneer import Step
from bidding.engine.house import House
from bidding.engine.ports import Instant, LogError
from bidding.engine.side_proofs import SideProofs
from bidding.engine.witnessing import Witnessing
from bidding.log_lines import log_plainly
from bidding.settings import Mistake, Settings, parser, settings_of
from bidding.web.app import build
from bidding.web.context import Door, DoorSettings
from bidding.web.tags import Tagger

log = structlog.get_logger("server")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the house until SIGTERM, or do one errand on its register."""
    arguments = parser((__doc__ or "").partition("\n")[0]).parse_args(argv)
    try:
        settings = settings_of(arguments)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            sys.stderr.write(
                f"--{'-'.join(map(str, each['loc'])).replace('_', '-')}: {each['msg']}\n"
            )
        return 2
    log_plainly()
    # Names, passwords' verifiers, sealed offers: whatever we write is the house's alone.
    os.umask(0o077)
    try:
        if arguments.create_account:
            return uvloop.run(errands.create_account(settings, arguments))
        if arguments.disable_account:
            return uvloop.run(errands.disable_account(settings, arguments.disable_account))
        if arguments.make_sm2_key:
            return errands.make_sm2_key(Path(arguments.make_sm2_key))
        if arguments.show_key:
            return errands.show_key(settings)
        if arguments.make_key:
            return uvloop.run(errands.make_key(settings))
        return uvloop.run(_serve(settings))
    except Mistake as mistake:
        _say(mistake)
        return 2


def _say(mistake: Mistake) -> None:
    sys.stderr.write(f"{mistake.zh}\n{mistake}\n")


# The house -------------------------------------------------------------------------------------


async def _serve(settings: Settings) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        # What can be wrong with the machine is found out before anything is written.
        tls, metrics, watched = standing.tls(settings), Metrics(), standing.witnesses(settings)
        sm2_keys = standing.sm2_keys(settings)
        sockets = standing.listen(settings.host, settings.port)
        for each in sockets:
            stack.callback(each.close)
        if settings.metrics_port is not None:
            stack.callback(
                standing.serve_metrics(metrics, settings.metrics_port, settings.metrics_host)
            )
        tagger = _tagger(settings)
        record, keys, clock, others = await standing.ground(settings, stack, metrics)
        guarantees = standing.secret(GUARANTEES, settings, create=settings.log is None)
        books = await standing.opened(settings, Books.open(settings.data, settings.books))
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
            authority=await standing.authority(settings, stack),
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
        await errands.demo_accounts(settings, books.registry, passwords, clock)
        runner = web.AppRunner(
            build(door), access_log=None, handle_signals=False, shutdown_timeout=3
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(_close, house, door)
        _measure(metrics, house, door)
        try:
            await house.learn()
        except LogError as error:
            _say(standing.unreadable(error))
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


def _measure(metrics: Metrics, house: House, door: Door) -> None:
    witnessing = house.witnessing
    for name, what, read in (
        ("streams", "Open streams", lambda: float(door.stream.open)),
        ("auctions", "Auctions known here", lambda: float(len(house.auctions()))),
        (
            "background_ended",
            "Times that work meant to go on for ever ended and was begun again",
            lambda: float(house.supervisor.ended.total()),
        ),
        ("lag_microseconds", "Longest way of late from stamp to disk", house.latest),
        (
            "commit_microseconds",
            "Longest commit of late: the disk's, the standby's",
            house.slowest_commit,
        ),
        ("queued", "Requests that wait for a decision", house.queued),
        (
            "waiting_microseconds",
            "How long the session stands that has waited longest for an officer to resume it",
            house.waiting,
        ),
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


def _tagger(settings: Settings) -> Tagger | None:
    if settings.tags == "off":
        return None
    key = standing.secret(TAGS, settings, create=settings.log is None)
    return Tagger(key, lasting=settings.tags == "lasting")


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


if __name__ == "__main__":
    sys.exit(main())
