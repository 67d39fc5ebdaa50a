"""Clocks: that jump, that are wrong, and NTP servers that know better."""

import struct
from datetime import UTC, datetime

import pytest
from tests.doctor.patients import is_fault, is_ok, is_warning, levels, patient
from tests.doctor.test_stun import Answer, serving

from offhook.clock import Clock
from offhook.doctor import clocks
from offhook.doctor.clocks import NTP_EPOCH, UNSYNCHRONISED
from offhook.doctor.finding import Level

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp()


def at(wall: float) -> Clock:
    return Clock(lambda: 0.0, lambda: wall)


def ahead(seconds: float, **changes: bytes) -> Answer:
    """An NTP server whose clock is so far ahead of ours."""

    def answer(question: bytes, source: tuple[str, int]) -> bytes:
        whole, fraction = struct.unpack("!II", question[40:48])
        stamp = int((whole + fraction / 2**32 + seconds) * 2**32).to_bytes(8)
        mode = changes.get("mode", b"\x24")
        return mode + bytes(23) + changes.get("origin", question[40:48]) + stamp + stamp

    return answer


def test_a_date_that_can_be_is_well_and_others_are_faults() -> None:
    assert is_ok(clocks.date(at(NOW)), "2026-11-26 12:00 UTC")
    assert is_fault(clocks.date(at(0.0)), "1970-01-01", "NTP")
    assert is_fault(clocks.date(at(1e12)), "cannot be")


def test_a_clock_that_is_set_while_we_look_is_a_warning() -> None:
    wall = [NOW]
    clock = Clock(lambda: 0.0, lambda: wall[0])

    def step(seconds: float) -> None:
        wall[0] -= 2.5

    assert is_warning(clocks.steps(clock, step), "jumped by -2.500 seconds", "slew")
    assert is_ok(clocks.steps(clock, lambda _: None))


@pytest.mark.slow
def test_the_clock_of_this_machine_goes_evenly() -> None:
    assert is_ok(clocks.steps(Clock()))


def test_what_the_kernel_knows() -> None:
    unsure = clocks.synchronised(UNSYNCHRONISED | 1)
    sure = clocks.synchronised(0x2001)

    assert unsure is not None
    assert sure is not None
    assert is_warning(unsure, "not synchronised", "--ntp")
    assert is_ok(sure)
    assert clocks.synchronised(None) is None


def test_the_status_is_that_of_the_system() -> None:
    """Flags of one word, or nothing: a garbled structure would show bits that no kernel has."""
    status = clocks.kernel_status()

    assert status is None or 0 <= status <= 0xFFFF


@pytest.mark.parametrize(
    ("seconds", "level", "said"),
    [
        (0.2, Level.OK, "0.200 seconds behind"),
        (5.0, Level.WARNING, "5.000 seconds behind"),
        (-90.0, Level.FAULT, "90.000 seconds ahead of"),
    ],
)
def test_an_ntp_server_tells_how_wrong_it_is(seconds: float, level: Level, said: str) -> None:
    with serving(ahead(seconds)) as (host, port):
        found = clocks.offset(at(NOW), f"{host}:{port}")

    assert found.level is level
    assert said in found.seen


def test_after_2036_the_seconds_begin_again() -> None:
    later = 2**32 - NTP_EPOCH + 1000.0
    with serving(ahead(0.25)) as place:
        assert clocks.measured(at(later), *place) == pytest.approx(0.25, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"mode": b"\x23"}, {"origin": bytes(8)}])
def test_an_answer_that_is_none_is_a_warning(change: dict[str, bytes]) -> None:
    with serving(ahead(0.0, **change)) as (host, port):
        assert is_warning(clocks.offset(Clock(), f"{host}:{port}"), "none of NTP")
    assert is_warning(clocks.offset(Clock(), "ntp.invalid"), "does not answer", "--ntp")


@pytest.mark.slow
def test_all_of_it() -> None:
    with serving(ahead(0.0)) as (host, port):
        found = levels(clocks.check(patient(ntp=f"{host}:{port}")))

    assert found == {"date": Level.OK, "clock steps": Level.OK, "NTP": Level.OK}
