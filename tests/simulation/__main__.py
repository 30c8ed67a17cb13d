"""`python -m tests.simulation`: runs seeds, reproduces one, measures the checks themselves.

    --seed N            one seed; when it fails, the least that makes it fail, and its timeline
    --seeds A B         the seeds A to B - 1
    --minutes M         as many seeds as M minutes hold, from --from on (else from a drawn one)
    --ablations         each safeguard taken out: the first seed that misses it, of 100
    --trace N           the digests of the first N seeds: the same everywhere
    --check             fresh seeds of this commit, in a bounded time of one core
    --everywhere        the first three of them, on every Python we promise and under three hash seeds
    --json              for machines

It ends with 1 when an invariant was broken or an ablation was not found.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Iterator

from tests.simulation.cluster import played
from tests.simulation.runs import ablations, check, everywhere, many, one, say


def _from(start: int) -> Iterator[int]:
    while True:
        yield start
        start += 1


def main(words: list[str]) -> int:
    """One of the ways above."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    ways = parser.add_mutually_exclusive_group(required=True)
    ways.add_argument("--seed", type=int)
    ways.add_argument("--seeds", type=int, nargs=2, metavar=("A", "B"))
    ways.add_argument("--minutes", type=float)
    ways.add_argument("--ablations", action="store_true")
    ways.add_argument("--trace", type=int)
    ways.add_argument("--check", action="store_true")
    ways.add_argument("--everywhere", action="store_true")
    parser.add_argument("--from", dest="start", type=int)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(words)
    if given.seed is not None:
        return one(given.seed, as_json=given.json)
    if given.seeds is not None:
        return many(iter(range(*given.seeds)), None, as_json=given.json)
    if given.minutes is not None:
        start = secrets.randbelow(10**9) if given.start is None else given.start
        say(f"from seed {start}" if not given.json else json.dumps({"from": start}))
        return many(_from(start), given.minutes, as_json=given.json)
    if given.ablations:
        return ablations(as_json=given.json)
    if given.check:
        return check()
    if given.everywhere:
        return everywhere(3)
    for seed in range(given.trace):
        say(f"{seed} {played(seed).trace()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
