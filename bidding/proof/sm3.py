"""SM3, the Chinese cryptographic hash (GB/T 32905-2016), and RFC 6962 trees made with it."""

from typing import Final

from cryptography.hazmat.primitives.hashes import SM3, Hash

from bidding.proof.merkle import Hashing


def sm3(message: bytes) -> bytes:
    """The digest, 32 bytes."""
    running = Hash(SM3())
    running.update(message)
    return running.finalize()


def leaf_hash(entry: bytes) -> bytes:
    """SM3(0x00 || entry)."""
    return sm3(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """SM3(0x01 || left || right)."""
    return sm3(b"\x01" + left + right)


SM3_TREE: Final = Hashing(node_hash, sm3(b""))
