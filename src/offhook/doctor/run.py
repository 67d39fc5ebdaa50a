"""All checks, one after the other."""

from collections.abc import Callable, Iterator

from offhook.doctor import (
    addresses,
    apps,
    clocks,
    configuration,
    disk,
    firewall,
    limits,
    ports,
    software,
    trunks,
)
from offhook.doctor.finding import Finding, Findings, Level, Patient, fault
from offhook.faults import place
from offhook.timeline import printable

Check = Callable[[Patient], Findings]
FAMILIES: dict[str, Check] = {
    "configuration": configuration.check,
    "software": software.check,
    "ports": ports.check,
    "firewall": firewall.check,
    "addresses": addresses.check,
    "limits": limits.check,
    "clocks": clocks.check,
    "disk": disk.check,
    "trunks": trunks.check,
    "apps": apps.check,
}
MARKS = {Level.OK: "ok", Level.WARNING: "WARNING", Level.FAULT: "FAULT"}


def findings(patient: Patient) -> Iterator[Finding]:
    """Yield what all checks find; one that fails itself is a finding, and the others go on."""
    for name, check in FAMILIES.items():
        try:
            yield from check(patient)
        except Exception as error:  # noqa: BLE001  # of a machine that nobody has foreseen
            seen = f"the check itself fails: {type(error).__name__}: {error} ({place(error)})"
            yield fault(name, seen, "report this with the output of `offhook doctor --json`")


def lines(finding: Finding) -> list[str]:
    """Return a finding for people."""
    told = [f"{MARKS[finding.level]:<8} {finding.check}: {finding.seen}"]
    if finding.fix:
        told.append(f"{'':<8}   to do: {finding.fix}")
    return [printable(line) for line in told]


def summary(found: list[Finding]) -> str:
    """Return how many there are of each level."""
    counts = {level: sum(each.level is level for each in found) for level in Level}
    told = [f"{counts[Level.OK]} ok"]
    for level, word in ((Level.WARNING, "warning"), (Level.FAULT, "fault")):
        if counts[level]:
            told.append(f"{counts[level]} {word}{'s' if counts[level] > 1 else ''}")
    return f"{len(found)} checks: {', '.join(told)}"
