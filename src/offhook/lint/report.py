"""Findings for people, for programs and for code review on GitHub."""

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offhook.verbs.faults import Finding, Severity

WIDEST: Final = 100  # of a source line that is shown
SCHEMA: Final = 1  # of the JSON object; counted up when a member changes its meaning


@dataclass(frozen=True, slots=True)
class Checked:
    """One document and what was found in it."""

    name: str  # as the user gave it
    text: str  # may be blank when nothing was found: nobody will look
    findings: Sequence[Finding]

    def count(self, severity: Severity) -> int:
        """Return how many findings are so bad."""
        return sum(each.severity is severity for each in self.findings)


def total(documents: Sequence[Checked], severity: Severity) -> int:
    """Return how many findings of all documents are so bad."""
    return sum(each.count(severity) for each in documents)


def human(documents: Sequence[Checked]) -> Iterator[str]:
    """Yield lines: each finding with its source, and a sum."""
    for document in documents:
        lines = document.text.split("\n")
        for finding in document.findings:
            line, column = _position(finding)
            where = f"{document.name}:{line}:{column}"
            told = f"{where}: {finding.severity}: {finding.message} [{finding.rule.id}]"
            yield printable(told)
            if finding.place and line <= len(lines):
                yield from _excerpt(lines[line - 1].rstrip("\r"), finding)
            yield f"      fix: {finding.fix}"
    yield _sum(documents)


def _position(finding: Finding) -> tuple[int, int]:
    """Return line and column; what concerns the whole document is at its begin."""
    return finding.line or 1, finding.column or 1


def _excerpt(source: str, finding: Finding) -> Iterator[str]:
    """Yield the source line, or the part of a long one, with carets below the place."""
    line, column = _position(finding)
    begin = max(0, column - 1 - WIDEST // 2) if len(source) > WIDEST else 0
    source = source[begin : begin + WIDEST]
    before = column - 1 - begin
    length = finding.place.length if finding.place else 1
    marked = source[before : before + length] or " "
    pad = "".join("\t" if char == "\t" else " " * _width(char) for char in source[:before])
    yield f"{line:5} | {printable(source)}"
    yield f"      | {pad}{'^' * max(sum(map(_width, marked)), 1)}"


def _width(char: str) -> int:
    """Return the columns of a terminal that a character takes."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def printable(text: str) -> str:
    """Replace what a terminal would obey; documents come from strangers."""
    return "".join(
        char if char.isprintable() or char == "\t" or unicodedata.combining(char) else "?"
        for char in text
    )


def _sum(documents: Sequence[Checked]) -> str:
    counts = [
        _plural(len(documents), "document"),
        _plural(total(documents, Severity.ERROR), "error"),
        _plural(total(documents, Severity.WARNING), "warning"),
    ]
    return ", ".join(counts)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def as_data(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON; docs/lint.md describes the members."""
    line, column = _position(finding)
    return {
        "line": line,
        "column": column,
        "length": finding.place.length if finding.place else 0,
        "severity": str(finding.severity),
        "rule": finding.rule.id,
        "message": finding.message,
        "fix": finding.fix,
        "suggestion": finding.suggestion,
    }


def as_json(documents: Sequence[Checked]) -> Iterator[str]:
    """Yield one JSON object with all findings."""
    findings = [{"file": each.name, **as_data(one)} for each in documents for one in each.findings]
    yield json.dumps(
        {
            "schema": SCHEMA,
            "documents": len(documents),
            "errors": total(documents, Severity.ERROR),
            "warnings": total(documents, Severity.WARNING),
            "findings": findings,
        },
        indent=2,
    )


def github(documents: Sequence[Checked]) -> Iterator[str]:
    """Yield workflow commands, which GitHub shows as annotations of the changed lines."""
    for document in documents:
        for finding in document.findings:
            line, column = _position(finding)
            end = column + (finding.place.length if finding.place else 1)
            properties = {
                "file": document.name,
                "line": line,
                "col": column,
                "endColumn": end,
                "title": finding.rule.id,
            }
            given = ",".join(f"{key}={_property(str(each))}" for key, each in properties.items())
            message = _data(f"{finding.message}. Fix: {finding.fix}")
            yield f"::{finding.severity} {given}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: Final[dict[str, Callable[[Sequence[Checked]], Iterator[str]]]] = {
    "human": human,
    "json": as_json,
    "github": github,
}
