"""Verification of SM2 signatures (GB/T 32918.2-2016, section 7) on the curve of GB/T 32918.5.

Exact integers only, so that whoever has Python can check one; about two milliseconds each.

It does NOT sign: integers of Python take longer for some secrets than for others, and what is
signed with them can be learnt by whoever measures. Nothing here ever touches a private key.
"""

from typing import Final

from bidding.proof.sm3 import sm3

#: GB/T 32918.5: y^2 = x^3 + ax + b over the integers modulo P, base point G of prime order N.
P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A: Final = P - 3
B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

#: The identity that GM/T 0009-2012 section 10 sets where nobody agreed on another.
DEFAULT_ID: Final = b"1234567812345678"

PUBLIC_BYTES: Final = 65
SIGNATURE_BYTES: Final = 64

_Point = tuple[int, int]
#: (X, Y, Z) stands for (X / Z^2, Y / Z^3); Z = 0 is the point at infinity. No division on the way.
_Jacobian = tuple[int, int, int]
_INFINITY: Final[_Jacobian] = (1, 1, 0)


class Sm2Error(ValueError):
    """A key or a signature that is malformed or does not hold; the text says why."""


def parse_public(raw: bytes) -> _Point:
    """The point of `04 || X || Y`, 65 bytes. Raises Sm2Error unless it lies on the curve.

    The order of the curve is prime, so there is no point of small order to refuse besides.
    """
    if len(raw) != PUBLIC_BYTES or raw[0] != 4:
        raise Sm2Error("an SM2 public key is 04 and two coordinates of 32 bytes")
    x, y = int.from_bytes(raw[1:33]), int.from_bytes(raw[33:])
    if x >= P or y >= P or (y * y - (x * x * x + A * x + B)) % P:
        raise Sm2Error("the SM2 public key is no point of its curve")
    return x, y


def digest(public: bytes, message: bytes, identity: bytes = DEFAULT_ID) -> bytes:
    """What is signed: SM3(Z || message), Z = SM3 over identity, curve and key (section 5.5).

    Raises Sm2Error for identities of 8,192 bytes and more: their length has two bytes, in bits.
    """
    if len(identity) >= 8_192:
        raise Sm2Error("an SM2 identity has less than 8,192 bytes")
    curve = b"".join(one.to_bytes(32) for one in (A, B, *G))
    z = sm3((8 * len(identity)).to_bytes(2) + identity + curve + public[1:])
    return sm3(z + message)


def verify(public: bytes, message: bytes, signature: bytes, identity: bytes = DEFAULT_ID) -> None:
    """Returns when `signature`, r || s of 32 bytes each, is this key's on `message`.

    Raises Sm2Error. The letters and the order B1 to B7 are those of section 7.1.
    """
    key = parse_public(public)
    if len(signature) != SIGNATURE_BYTES:
        raise Sm2Error("an SM2 signature has 64 bytes")
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if not (0 < r < N and 0 < s < N):  # B1, B2
        raise Sm2Error("bad SM2 signature")
    e = int.from_bytes(digest(public, message, identity))  # B3, B4
    t = (r + s) % N  # B5
    if t == 0:
        raise Sm2Error("bad SM2 signature")
    x, _, z = _sum_of_multiples(s, G, t, key)  # B6
    if z == 0 or (e + x * pow(z, -2, P) % P) % N != r:  # B7
        raise Sm2Error("bad SM2 signature")


def _sum_of_multiples(u: int, one: _Point, v: int, other: _Point) -> _Jacobian:
    """The sum u * one + v * other, both multiples doubled together bit by bit."""
    first, second = (*one, 1), (*other, 1)
    table = (_INFINITY, first, second, _add(first, second))
    running = _INFINITY
    for bit in range(max(u.bit_length(), v.bit_length()) - 1, -1, -1):
        running = _double(running)
        if chosen := (u >> bit & 1) | (v >> bit & 1) << 1:
            running = _add(running, table[chosen])
    return running


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if z == 0:  # no point has y = 0: the order is odd
        return _INFINITY
    zz, yy = z * z % P, y * y % P
    four = 4 * x * yy % P
    slope = 3 * (x - zz) * (x + zz) % P  # 3x^2 + az^4, because a = -3
    new_x = (slope * slope - 2 * four) % P
    return new_x, (slope * (four - new_x) - 8 * yy * yy) % P, 2 * y * z % P


def _add(one: _Jacobian, other: _Jacobian) -> _Jacobian:
    (x1, y1, z1), (x2, y2, z2) = one, other
    if z1 == 0:
        return other
    if z2 == 0:
        return one
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * zz2 % P, x2 * zz1 % P
    s1, s2 = y1 * zz2 * z2 % P, y2 * zz1 * z1 % P
    if u1 == u2:
        return _double(one) if s1 == s2 else _INFINITY
    h, rise = u2 - u1, s2 - s1
    hh = h * h % P
    hhh, v = hh * h % P, u1 * hh % P
    new_x = (rise * rise - hhh - 2 * v) % P
    return new_x, (rise * (v - new_x) - s1 * hhh) % P, h * z1 * z2 % P
