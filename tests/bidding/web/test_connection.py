import asyncio

from websockets.frames import Close

from bidding.web import wire
from bidding.web.connection import Connection
from bidding.web.limits import Limits


class Transport:
    """The part of a transport that a connection uses."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.buffered = 0
        self.aborted = False
        self.closing = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        self.aborted = True


def made(limits: Limits | None = None):
    transport = Transport()
    return transport, Connection(transport, "127.0.0.1", limits or Limits())  # type: ignore[arg-type]


async def test_a_slow_reader_is_closed_and_never_waited_for():
    transport, connection = made(Limits(write_buffer=1000))
    connection.send(b"{}")
    assert connection.open
    transport.buffered = 1001
    connection.send(b"{}")
    assert connection.code == 4408
    assert not connection.open
    close = Close.parse(transport.written[-1][2:])
    assert (close.code, close.reason) == (4408, wire.CLOSE[4408])
    before = len(transport.written)
    connection.send(b"more")
    assert len(transport.written) == before
    connection.gone()


async def test_the_first_code_is_the_one_that_is_sent():
    transport, connection = made()
    connection.close(4409)
    connection.close(1001)
    assert connection.code == 4409
    assert len(transport.written) == 1
    connection.gone()


async def test_nothing_is_written_to_a_socket_that_closes():
    transport, connection = made()
    transport.closing = True
    connection.send(b"{}")
    connection.close(1001)
    assert transport.written == []
    connection.gone()
    assert connection.code == 1001


async def test_who_does_not_answer_the_close_is_cut_off(monkeypatch):
    monkeypatch.setattr("bidding.web.connection._LINGER", 0)
    transport, connection = made()
    connection.close(4408)

    await asyncio.sleep(0.01)
    assert transport.aborted
