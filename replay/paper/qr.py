"""The QR code of the page on which a paper can be checked (ISO/IEC 18004, error correction M)."""

from __future__ import annotations

import io
import re

import segno

from bidding.proof.text import BilingualError

_LIMIT = 500
_URL = re.compile(r"https?://[!-~]+", re.ASCII)


class NoUrl(BilingualError):
    """What was given is no web address that can stand on paper."""


def checked(url: str) -> str:
    """The address itself; NoUrl unless it is http(s), printable ASCII and short enough to scan."""
    if not _URL.fullmatch(url) or len(url) > _LIMIT or any(mark in url for mark in "\"'<>`\\"):
        raise NoUrl(
            f"{url!r} is no web address of at most {_LIMIT} characters",
            f"{url!r} 不是网址，或超过 {_LIMIT} 个字符",
        )
    return url


def svg(url: str) -> str:
    """An inline SVG element, black on white with its quiet zone."""
    text: str = _code(url).svg_inline(scale=3, border=4, dark="#000", light="#fff", svgclass="qr")
    return text


def png(url: str) -> bytes:
    """The same as PNG, for paper that takes no SVG."""
    out = io.BytesIO()
    _code(url).save(out, kind="png", scale=4, border=4)
    return out.getvalue()


def _code(url: str) -> segno.QRCode:
    return segno.make_qr(checked(url), error="m")
