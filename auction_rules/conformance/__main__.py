"""`python -m auction_rules.conformance PACKAGE ...`: the lint over packages, one line a fault.

It ends with 0 when nothing is said, 1 when something is, 2 when there is no such package. The
properties need a rule and its terms: those are asked from a test, by `check`.
"""

from __future__ import annotations

import sys

from auction_rules.conformance.sources import UnknownPackage, inexact


def main(packages: list[str]) -> int:
    """The exit code; faults go to standard output."""
    if not packages:
        sys.stderr.write("usage: python -m auction_rules.conformance PACKAGE ...\n")
        return 2
    try:
        told = inexact(*packages)
    except UnknownPackage as unknown:
        sys.stderr.write(f"no such package: {unknown}\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in told)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
