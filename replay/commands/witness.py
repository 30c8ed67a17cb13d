"""`witness`: watch logs for whoever runs it, and sign what only grows."""

from __future__ import annotations

import argparse
from pathlib import Path

from replay.witness import run as run_witness

HELP = "be an independent witness of a centre's logs"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--config", type=Path, required=True, help="the one file it is told by")
    parser.add_argument("--make-key", action="store_true", help="make the key it names, and end")


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    return run_witness(args.config, new_key=args.make_key)
