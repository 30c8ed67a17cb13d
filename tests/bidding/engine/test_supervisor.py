"""Work that runs for ever: its end is told, and it is begun again."""

import logging

from bidding.engine.supervisor import PAUSE, Supervisor
from bidding.testing import SECOND, VirtualClock, settle
from tests.bidding.engine.sample import CLOSES, OPENS, accepted, bid, english


async def test_what_falls_is_told_and_begun_again(caplog):
    clock, falls = VirtualClock(), iter((ValueError("no"), OSError("disk")))
    supervisor, begun = Supervisor(clock), []

    async def work() -> None:
        begun.append(clock.now())
        if error := next(falls, None):
            raise error
        await clock.sleep_until(clock.now() + 3600 * SECOND)

    supervisor.keep("the work", work)
    supervisor.keep("the work", work)
    await clock.advance(10 * SECOND)
    assert [later - begun[0] for later in begun] == [0, PAUSE, 2 * PAUSE], "once each, not at once"
    assert supervisor.ended == {"the work": 2}
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.CRITICAL]
    assert said == [
        "the work stopped and is begun again: ValueError('no')",
        "the work stopped and is begun again: OSError('disk')",
    ]
    await supervisor.drop()
    await clock.advance(3600 * SECOND)
    assert len(begun) == 3


async def test_what_ends_by_itself_is_told_too(caplog):
    clock = VirtualClock()
    supervisor = Supervisor(clock)

    async def work() -> None:
        """Ends at once."""

    supervisor.keep("the work", work)
    await settle()
    assert supervisor.ended["the work"] == 1
    assert "came to an end" in caplog.text
    await supervisor.drop("the work", "another")


async def test_a_pulse_that_falls_beats_again_and_what_was_lost_meanwhile_is_given_back(
    hall, monkeypatch, caplog
):
    """Without a pulse no bell may ring: were it not begun again, the session would never end."""
    auction = await hall.running("03", document=english(resume="REMAINING"))
    await hall.clock.advance(10 * SECOND)

    async def beat(now):
        raise RuntimeError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(hall.memory, "beat", beat)
        await hall.clock.advance(5 * SECOND)
    assert hall.house.supervisor.ended["the pulse"] >= 2
    assert "the pulse stopped and is begun again: RuntimeError('a bug')" in caplog.text
    await hall.clock.advance(4 * SECOND)
    assert (await hall.types(auction))[-2:] == ["suspend.accepted", "resume.accepted"]
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))
    await hall.clock.advance(CLOSES - OPENS + 20 * SECOND)
    assert hall.house.room(auction).state.status == "closed"
