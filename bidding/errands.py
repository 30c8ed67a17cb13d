"""What `bidding serve` does instead of serving: accounts in the register, and the keys of the house.

Each returns the exit code. Backups and examinations are `bidding.upkeep`; people's own passwords
and roles are changed at the door.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from bidding.adapters.clock import WallClock
from bidding.adapters.keys import FileKeys
from bidding.adapters.passwords import Argon2Passwords
from bidding.adapters.registry import SqlRegistry
from bidding.books import place_of
from bidding.client.demo import ACCOUNTS, PASSWORD, PREFIX
from bidding.engine.identity import Account, Role, Taken
from bidding.engine.ports import Clock
from bidding.settings import Mistake, Settings
from bidding.standing import (
    folder,
    key_file,
    keys_at,
    opened,
    record_and_keys,
    secret,
    secrets_of,
    sm2,
)

_PASSWORD_LEAST: Final = 8


async def create_account(settings: Settings, arguments: argparse.Namespace) -> int:
    """Makes an account; returns the exit code. Raises Mistake."""
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


async def disable_account(settings: Settings, name: str) -> int:
    """Closes an account and ends its sign-ins; returns the exit code. Raises Mistake."""
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


async def demo_accounts(
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


async def _registry(settings: Settings) -> SqlRegistry:
    place = place_of("registry", settings.data, settings.books)
    return await opened(settings, SqlRegistry.open(place))


def make_sm2_key(path: Path) -> int:
    """Makes the key of a parallel log in a new file. Raises Mistake."""
    adapter = sm2()
    try:
        adapter.GmFileKeys.make(path)
    except adapter.GmKeyError as error:
        raise Mistake(error.zh, str(error)) from error
    return 0


def show_key(settings: Settings) -> int:
    """The key of all this house's logs under the name they share: what a witness's owner lists.

    It makes nothing: a key made by the way would be that of no house, and be witnessed as one.
    """
    path = key_file(settings)
    if not path.exists():
        raise Mistake(
            f"{path} 处没有签名密钥：请用 --data 指明竞价服务的数据文件夹（或用 --key 指明密钥文件）；"
            "新建服务请先用 --make-key。",
            f"There is no signing key at {path}: name the house's folder with --data (or the key "
            "with --key); for a new house, --make-key comes first.",
        )
    _print_key(keys_at(path, create=False), settings)
    return 0


async def make_key(settings: Settings) -> int:
    """The key of a new house, which witnesses may need before it opens for the first time.

    For several nodes also the secrets that they share; whatever is there is left alone. Raises Mistake.
    """
    path = key_file(settings)
    shared = secrets_of(settings) if settings.log is not None else {}
    if path.exists() and all(other.exists() for other in shared.values()):
        raise Mistake(f"{path} 已存在，未改动。", f"{path} is there already and was left alone.")
    async with AsyncExitStack() as stack:
        if settings.log is not None:
            folder(settings)
            keys = keys_at(path, create=True)
            for kind in shared:
                secret(kind, settings, create=True)
        else:
            _, keys = await record_and_keys(settings, stack)
        _print_key(keys, settings)
    return 0


def _print_key(keys: FileKeys, settings: Settings) -> None:
    sys.stdout.write(f"{keys.signer(settings.origin_prefix).verifier.vkey}\n")
