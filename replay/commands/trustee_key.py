"""`trustee-key`: a one-time key pair for whoever opens the sealed offers of one auction.

The private key stays in a file that only its owner reads, on a machine the centre does not run,
until the stage of opening; the public key goes into the notice. A pair is for one auction: once
published it opens everything that was ever sealed to it.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bidding.proof.escrow import EscrowError, publics_of
from bidding.proof.text import from_base64, to_base64
from replay.commands.files import Usage, add_lang, read_bytes, unusable

HELP = "make, or show again, a trustee's one-time key for one auction"
_SAID = {
    "zh": "公钥（X25519 与 P-256，填入公告）：{public}\n私钥在 {file}，解密时段之前请勿交给任何人。",
    "en": "public key (X25519 and P-256), for the notice: {public}\n"
    "the private key is in {file}; give it to nobody before the stage of opening.",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("file", type=Path, help="where the private key is, or will be")
    add_lang(parser)


def run(args: argparse.Namespace) -> int:
    """The exit status; a file that is there is read and never written over."""
    file: Path = args.file
    if not file.exists():
        _make(file)
    try:
        public = publics_of(from_base64(read_bytes(file).decode("ascii").strip()))
    except EscrowError as wrong:
        raise Usage(f"{file}: {wrong.en}", f"{file}：{wrong.zh}") from wrong
    except ValueError as wrong:
        raise Usage(f"{file}: {wrong}", f"{file}：不是受托人私钥文件") from wrong
    print(_SAID[args.lang].format(public=to_base64(public), file=file))
    return 0


def _make(file: Path) -> None:
    private = to_base64(X25519PrivateKey.generate().private_bytes_raw())
    try:
        # Nobody else may read it, not even for the moment before a mode is changed.
        held = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(held, "w", encoding="ascii") as out:
            out.write(f"{private}\n")
            out.flush()
            # A key lost to a power cut would keep every offer shut.
            os.fsync(out.fileno())
    except OSError as wrong:
        raise unusable(file, wrong) from wrong
