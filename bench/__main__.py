"""Every measurement with one command: `python -m bench [NAME...] [--json FILE]`.

Ratios carry over to other machines, absolute figures do not. Nothing here is a test, and no test
fails on a timing.
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
from pathlib import Path
from typing import Any, Final

NAMES: Final = (
    "proof",
    "decide",
    "append",
    "engine",
    "fanout",
    "ack",
    "film",
    "takeover",
    "capacity",
)


def main() -> None:
    """Measure, print one table a name, and keep the rows where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help=f"of {', '.join(NAMES)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows there")
    args = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {}
    for name in args.names or NAMES:
        rows = importlib.import_module(f"bench.{name}").measure()
        found[name] = rows
        print(f"\n{name}")
        for row in rows:
            rest = "  ".join(f"{key} {value:,}" for key, value in row.items() if key != "what")
            print(f"  {row['what']:<46}{rest}")
    if args.json is not None:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        args.json.write_text(json.dumps({"on": machine, "rows": found}, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
