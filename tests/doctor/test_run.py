"""All checks together."""

import pytest
from tests.doctor.patients import is_fault, patient

from offhook.doctor import run
from offhook.doctor.finding import Findings, Patient, fault, ok, warning


def test_every_family_is_run() -> None:
    assert list(run.FAMILIES) == [
        "configuration",
        "software",
        "ports",
        "firewall",
        "addresses",
        "limits",
        "clocks",
        "disk",
        "trunks",
        "apps",
    ]


def test_a_check_that_fails_itself_is_told_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_: Patient) -> Findings:
        yield ok("first", "well")
        raise ZeroDivisionError("by nothing")

    def sound(_: Patient) -> Findings:
        yield ok("second", "well")

    monkeypatch.setattr(run, "FAMILIES", {"broken": broken, "sound": sound})
    first, failed, second = run.findings(patient())

    assert (first.check, second.check) == ("first", "second")
    assert is_fault(failed, "ZeroDivisionError", "test_run.py", "--json")


def test_how_it_is_told() -> None:
    found = [ok("a", "well"), warning("b", "odd", "look"), warning("b", "odd", "look")]

    assert run.lines(found[0]) == ["ok       a: well"]
    assert run.lines(fault("c", "bad", "mend")) == ["FAULT    c: bad", "           to do: mend"]
    assert run.summary(found) == "3 checks: 1 ok, 2 warnings"
    assert run.summary([fault("c", "bad", "mend")]) == "1 checks: 0 ok, 1 fault"
