"""Exact decimals as integers: reading and printing amounts in a unit with a scale.

No float is ever made. Every rounding says its name.
"""

from __future__ import annotations

import re

_DECIMAL = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,9}))?", re.ASCII)
LIMIT = 2**53 - 1
"""Largest integer that every JSON reader keeps exact (RFC 8785, I-JSON)."""


def parse_decimal(text: str, scale: int) -> int:
    """`"4000.5"` at scale 2 is 400050; ValueError when it is no decimal or too fine."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise ValueError(f"not a decimal number: {text!r}")
    sign, whole, part = match.group(1), match.group(2), match.group(3) or ""
    if len(part) > scale:
        raise ValueError(f"{text!r} has more than {scale} decimals")
    value = int(whole + part.ljust(scale, "0"))
    if value > LIMIT:
        raise ValueError(f"{text!r} is too large")
    return -value if sign else value


def format_decimal(value: int, scale: int, *, group: bool = True) -> str:
    """400050 at scale 2 is `"4,000.50"`; trailing zero decimals go when all are zero."""
    digits = str(abs(value)).rjust(scale + 1, "0")
    whole, part = (digits[:-scale], digits[-scale:]) if scale else (digits, "")
    if group:
        whole = f"{int(whole):,}"
    shown = f"{whole}.{part}" if part.strip("0") else whole
    return f"-{shown}" if value < 0 else shown


def ten_to(scale: int) -> int:
    """How many of the smallest part make one whole: 100 at scale 2; ValueError below nought."""
    if scale < 0:
        raise ValueError(f"no scale: {scale}")
    # A power below nought would be a float, and nothing would say so.
    return int("1".ljust(scale + 1, "0"))


def divide_half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded half away from zero."""
    assert denominator > 0
    half = abs(numerator) * 2 + denominator
    quotient = half // (denominator * 2)
    return quotient if numerator >= 0 else -quotient


def divide_up(numerator: int, denominator: int) -> int:
    """The quotient rounded up."""
    return -(-numerator // denominator)


def rate(part: int, whole: int) -> str | None:
    """A percentage with two decimals, half up, as 溢价率 and 节资率 are published; None over 0."""
    if whole <= 0:
        return None
    points = divide_half_up(part * 10_000, whole)
    sign = "-" if points < 0 else ""
    return f"{sign}{abs(points) // 100}.{abs(points) % 100:02d}%"
