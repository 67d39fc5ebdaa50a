"""Open files: with real limits, in processes of their own."""

import resource
import subprocess
import sys

import pytest
from tests.doctor.patients import is_fault, is_ok, is_warning, only, patient

from offhook.doctor import limits
from offhook.media import mmsg

MANY = {"calls": 2000, "in_flight": 1000}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("soft", "hard", "said"),
    [
        (4096, 4096, "ok ok"),
        (1024, 4096, "ok warning"),
        (256, 256, "fault warning"),
    ],
)
def test_the_limits_of_the_process_are_compared_with_what_calls_need(
    soft: int, hard: int, said: str
) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip(f"the hard limit of this machine is below {hard}")
    script = (
        "from tests.doctor.patients import patient; from offhook.doctor import limits; "
        "found = limits.check(patient(limits={'calls': 1000, 'in_flight': 500})); "
        "print(*(each.level for each in found))"
    )
    shell = f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", shell, "sh", sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert done.stdout.strip() == said


def test_what_is_said_of_them() -> None:
    of_the_worker = limits.worker(patient(limits=MANY), 1024)
    of_the_server = limits.control(patient(limits=MANY), 1024)

    shared = patient(limits=MANY, media={"sockets": "shared"})

    assert is_fault(of_the_worker, "1024 is enough for 480 calls", "raise it to 4064")
    if mmsg.AVAILABLE:
        assert is_warning(limits.worker(shared, 1024), "2000 calls that share", "480 of those")
        assert is_fault(limits.worker(shared, 66), "limits.calls is 2000")
    assert is_warning(of_the_server, "below 3256", "ulimit -n 3256")
    assert is_ok(limits.worker(patient(limits=MANY), 4064))
    assert is_ok(only([limits.control(patient(limits=MANY), 3256)], "open files of the server"))
