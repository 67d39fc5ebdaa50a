"""What a check has found, and what it looks at."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from offhook.clock import Clock
from offhook.directory import Directory
from offhook.settings import Settings


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"  # it may work; somebody should look at it
    FAULT = "fault"  # calls or clients will fail


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    check: str  # what was looked at
    level: Level
    seen: str
    fix: str = ""  # in one sentence; blank where there is nothing to do

    def as_data(self) -> dict[str, Any]:
        """Return this as JSON."""
        return {"check": self.check, "level": self.level, "seen": self.seen, "fix": self.fix}


Findings = Iterator[Finding]


def ok(check: str, seen: str) -> Finding:
    """Return that all is well."""
    return Finding(check, Level.OK, seen)


def warning(check: str, seen: str, fix: str) -> Finding:
    """Return that something may be wrong."""
    return Finding(check, Level.WARNING, seen, fix)


def fault(check: str, seen: str, fix: str) -> Finding:
    """Return that something is wrong."""
    return Finding(check, Level.FAULT, seen, fix)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at: a configuration on this machine."""

    settings: Settings
    directory: Directory
    running: bool = False  # the server of this configuration runs: its ports are its own
    clock: Clock = Clock()  # noqa: RUF009  # it has no state
    stun: str | None = None  # HOST[:PORT] of a STUN server that may be asked
    ntp: str | None = None  # HOST[:PORT] of an NTP server that may be asked
