"""What an operator's collector reads."""

import urllib.request

from bidding.adapters.clock import WallClock
from bidding.adapters.direct_bus import DirectBus
from bidding.adapters.metrics import Metrics
from bidding.clustered import Standing, measure
from bidding.engine.membership import TTL, Membership
from bidding.engine.one_process import LocalBus, LocalLeases, LocalPost
from tests.ports import Port


def read(metrics: Metrics) -> dict[str, float]:
    port = Port()
    stop = metrics.serve(port.number)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port.number}/metrics") as answer:
            lines = answer.read().decode().splitlines()
    finally:
        stop()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def test_decisions_are_counted_by_outcome_and_reason():
    metrics = Metrics()
    metrics.decided("accepted", "")
    for _ in range(2):
        metrics.decided("refused", "BELOW_MIN_NEXT")
    found = read(metrics)
    assert found['daylight_decisions_total{outcome="accepted",reason=""}'] == 1
    assert found['daylight_decisions_total{outcome="refused",reason="BELOW_MIN_NEXT"}'] == 2


def test_how_late_bells_are_is_told_apart_from_how_long_requests_take():
    metrics = Metrics()
    # There before the first of them: what begins at 1 is an increase that no collector sees.
    fresh = read(metrics)
    assert [
        fresh[f'daylight_on_disk_seconds_count{{what="{w}"}}'] for w in ("bell", "request")
    ] == [0, 0]
    metrics.on_disk("bell", 0.002)
    metrics.on_disk("bell", 0.02)
    metrics.on_disk("request", 0.02)
    found = read(metrics)
    assert found['daylight_on_disk_seconds_bucket{le="0.003",what="bell"}'] == 1
    assert found['daylight_on_disk_seconds_count{what="bell"}'] == 2
    assert found['daylight_on_disk_seconds_bucket{le="0.003",what="request"}'] == 0


class Counting(LocalBus):
    carried = 7


class Told(WallClock):
    uncertainty, off = 250, -3


async def test_one_of_several_nodes_shows_how_it_stands():
    clock, bus = Told(), Counting(LocalPost())
    others = Membership(LocalLeases(clock, TTL), bus, clock, "a", most=1)
    metrics = Metrics()
    measure(metrics, Standing(None, clock, bus, DirectBus("x", bytes(32)), others))  # type: ignore[arg-type]
    found = read(metrics)
    assert found["daylight_takeovers"] == found["daylight_owned"] == found["daylight_present"] == 0
    assert found["daylight_takeover_microseconds"] == 0
    assert found["daylight_bus_up"] == found["daylight_direct_up"] == 1
    assert found["daylight_bus_letters"] == 7
    assert found["daylight_under_way"] == found["daylight_doors_silent_microseconds"] == 0
    assert found["daylight_clock_uncertainty_microseconds"] == 250
    assert found["daylight_clock_off_microseconds"] == -3
