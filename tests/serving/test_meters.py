"""What is measured of a running server."""

import os
import resource
import time
from collections.abc import Sequence

import pytest

from offhook.media.frames import Beat
from offhook.serving import meters


def test_a_share_of_a_core_is_what_was_used_since_the_last_look() -> None:
    clock, used = [100.0], [7.0]
    share = meters.CpuShare(lambda: clock[0], lambda: used[0])
    clock[0], used[0] = 102.0, 7.5
    assert share() == pytest.approx(0.25)
    clock[0], used[0] = 103.0, 8.5

    assert share() == pytest.approx(1.0)
    assert share() == 0.0  # no time has gone by


def test_work_of_this_process_is_seen() -> None:
    share = meters.CpuShare(time.monotonic)
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass

    assert share() > 0.0


@pytest.mark.parametrize(
    ("beats", "share"),
    [
        ((None,), 0.0),
        ((Beat(legs=5, busy_ms=250.0),), 0.25),
        ((Beat(legs=5, busy_ms=250.0, skipped=1),), 1.0),
        ((Beat(legs=5, busy_ms=250.0), None, Beat(legs=50, busy_ms=200.0)), 0.2),
        ((Beat(legs=5, busy_ms=250.0), Beat(legs=5, busy_ms=20.0, skipped=1)), 0.25),
    ],
)
def test_the_media_worker_that_gets_the_next_leg_tells_how_busy_it_is(
    beats: Sequence[Beat | None], share: float
) -> None:
    assert meters.media_core(lambda: beats)() == share


def test_places_are_those_of_legs_and_rooms() -> None:
    assert meters.places(lambda: [Beat(legs=30)], 120)() == 0.25
    assert meters.places(lambda: [Beat(legs=60), None, Beat(legs=30)], 120)() == 0.25
    assert meters.places(lambda: [None], 120)() == 0.0


def test_ports_are_those_of_the_worker_with_most_left() -> None:
    beats = [Beat(legs=30, ports=0.5), None, Beat(legs=3, ports=0.75)]

    assert meters.ports(lambda: beats)() == 0.5
    assert meters.ports(lambda: [None])() == 0.0


@pytest.mark.skipif(not meters.FILES.exists(), reason="the system does not tell open files")
def test_open_files_are_counted() -> None:
    before = meters.open_files()
    more = [os.dup(0) for _ in range(50)]
    after = meters.open_files()
    for each in more:
        os.close(each)

    assert 0.0 < before < after


def test_every_meter_has_a_name_and_says_something() -> None:
    found = meters.meters(lambda: [Beat(legs=1, busy_ms=10.0)], 10, time.monotonic)

    assert all(meter() >= 0.0 for meter in found.values())
    assert len(found) == 5


@pytest.mark.skipif(not meters.FILES.exists(), reason="the system does not tell open files")
def test_when_no_file_is_left_even_to_look_all_are_used() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)  # the lowest number that is free: none below the limit is left then
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 1, hard))
        full = meters.open_files()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        os.close(lowest)

    assert full == 1.0


def test_where_any_number_of_files_may_be_open_none_are_used_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: endless)

    assert meters.open_files() == 0.0
