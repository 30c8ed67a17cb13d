"""What a centre decides about its machine: options of `bidding serve`, or names in the environment.

Values alone: whether a file is there or a database answers is found out by `bidding.standing`.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

#: Up to 65535.
_PORT: Final = (
    r"(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
)


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
    direct: Annotated[str, Field(pattern=rf"^[A-Za-z0-9.-]+:{_PORT}$")] | None = None
    node: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")] = "node"
    ocid_prefix: Annotated[str, Field(pattern=r"^ocds-[a-z0-9]{6}$")] | None = None


def parser(description: str) -> argparse.ArgumentParser:
    """The options of `bidding serve`, each with its sentence, and its errands."""
    found = argparse.ArgumentParser(prog="bidding serve", description=description)
    add = found.add_argument
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
        help="make the signing key of a new house before it first opens (with --log also the "
        "other secrets that its nodes share), print its public key, and end",
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
    add("--direct", help="host:port at which other nodes write to this one without Redis, too")
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
    return found


def settings_of(arguments: argparse.Namespace) -> Settings:
    """What was given on the command line, or else in the environment. Raises ValidationError."""
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        value = getattr(arguments, name)
        if value is None:
            value = os.environ.get(f"DAYLIGHT_{name.upper()}")
        if value is not None:
            listed = name in ("origins", "trusted_proxies")
            found[name] = frozenset(filter(None, value.split(","))) if listed else value
    return Settings.model_validate(found)
