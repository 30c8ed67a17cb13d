"""`python -m tests.faults`: real processes under load, broken as a seed says, and judged.

    --rounds N       so many; each has the seed after the one before
    --minutes M      no round begins after so long
    --seed S         that of the first round; drawn when left out
    --kind K         only this breaks; may be given several times
    --kinds          what can break, and what this machine cannot do
    --redis-only     nodes do not write to each other directly

A stage (three nodes, PostgreSQL with a synchronous standby, Redis; or one house) serves for many
rounds, and is made anew after one that failed. It ends with 1 when any did; each is told by
seed, plan and timeline.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import secrets
import sys
import tempfile
from contextlib import aclosing
from pathlib import Path

from tests.faults.plan import KINDS, drawn
from tests.faults.rounds import Totals, rounds
from tests.faults.stages import missing


async def main(given: argparse.Namespace) -> int:
    """As many rounds as were asked for, and as the time holds."""
    absent = missing()
    for kind, why in absent.items():
        say(f"not here: {kind}: {why}")
    kinds = tuple(kind for kind in given.kind or KINDS if kind not in absent)
    if given.kinds or not kinds:
        say("\n".join(kinds))
        return int(not kinds)
    start = secrets.randbelow(10**6) if given.seed is None else given.seed
    plans = [drawn(start + n, kinds) for n in range(given.rounds)]
    totals = Totals()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        try:
            direct = not given.redis_only
            async with aclosing(
                rounds(Path(folder), plans, given.minutes, direct=direct)
            ) as played:
                async for one in played:
                    totals.rounds.append(one)
                    say(str(one))
                    if not one.verdict.good:
                        say(one.story())
        finally:
            say(str(totals))
    return int(not all(one.verdict.good for one in totals.rounds))


def say(what: str) -> None:
    """At once, however long the next one takes."""
    print(what, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--kind", action="append", choices=list(KINDS))
    parser.add_argument("--kinds", action="store_true")
    parser.add_argument("--redis-only", action="store_true")
    sys.exit(asyncio.run(main(parser.parse_args())))
