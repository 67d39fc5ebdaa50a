"""Patients: configurations on this machine, with the one thing that a test is about."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from offhook.clock import Clock
from offhook.directory import Account, Application, Directory, Number, Trunk, User
from offhook.doctor.finding import Finding, Level, Patient
from offhook.hooks import Hook, Target
from offhook.settings import Settings

ACCOUNT = "9900000"
APPLICATION = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"


def patient(
    *,
    trunks: Iterable[Trunk] = (),
    urls: Iterable[str] = (),
    numbers: Iterable[Number] = (),
    running: bool = False,
    stun: str | None = None,
    ntp: str | None = None,
    **sections: dict[str, Any],
) -> Patient:
    """A whole configuration; sections as `sip={"port": 5061}`."""
    applications = [
        Application(f"{APPLICATION[:-2]}{n:02x}", ACCOUNT, "app", Hook(Target(url)))
        for n, url in enumerate(urls)
    ] or [Application(APPLICATION, ACCOUNT, "app")]
    directory = Directory(
        [Account(ACCOUNT)], [User("alice", "x", {ACCOUNT: ()})], applications, numbers, trunks
    )
    media = {"ports": "30000-30100", "sockets": "per-leg"} | sections.pop("media", {})
    settings = msgspec.convert(sections | {"media": media}, Settings)
    return Patient(settings, directory, running, Clock(), stun, ntp)


def levels(findings: Iterator[Finding]) -> dict[str, Level]:
    """How each check came out."""
    return {each.check: each.level for each in findings}


def only(findings: Iterable[Finding], check: str) -> Finding:
    """The one finding of a check."""
    (found,) = [each for each in findings if each.check == check]
    return found


def is_fault(finding: Finding, *words: str) -> bool:
    """Whether it is a fault that says these words, and what to do."""
    return _is(finding, Level.FAULT, words)


def is_warning(finding: Finding, *words: str) -> bool:
    """Whether it is a warning that says these words, and what to do."""
    return _is(finding, Level.WARNING, words)


def is_ok(finding: Finding, *words: str) -> bool:
    """Whether all is well, and these words are said."""
    assert finding.level is Level.OK, finding
    assert not finding.fix
    return all(word in finding.seen for word in words) or _complain(finding)


def _is(finding: Finding, level: Level, words: Iterable[str]) -> bool:
    assert finding.level is level, finding
    assert finding.fix, finding
    said = f"{finding.seen} {finding.fix}"
    return all(word in said for word in words) or _complain(finding)


def _complain(finding: Finding) -> bool:
    raise AssertionError(finding)
