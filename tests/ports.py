"""A port that stays ours while its program has not begun yet, or is down for a while.

A port that the system once chose is anybody's again as soon as nothing is bound to it, and many
servers start here at a time. So a socket stays bound to it that never listens: the system then
gives it to nobody who asks for any port, and whoever names it, as our programs do, still gets it.
"""

from __future__ import annotations

import socket
import weakref


class Port:
    """One port of this machine, kept as long as this object lives."""

    def __init__(self) -> None:
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        self.number: int = held.getsockname()[1]
        weakref.finalize(self, held.close)
