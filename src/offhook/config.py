"""Reading the configuration: defaults, then a TOML file, then OFFHOOK_… variables, then flags.

Every fault names where it is, which key, what is wrong and what would be right; a misspelt key is
a fault and not ignored.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from offhook.directory import Directory
from offhook.nearest import nearest
from offhook.sections import Section
from offhook.settings import Settings

PREFIX = "OFFHOOK_"
# What msgspec says: the fault, then where: "Expected `int`, got `str` - at `$.users[0].name`".
_SAID = re.compile(r"(?s)(.*?)(?: - at `(?:key` in `)?\$\.?(.*?)(?:\[\.\.\.\])?`)?")
# Faults that name their key themselves: a missing one, and the checks of whole sections.
_MISSING = re.compile(r"Object missing required field `(?P<key>\w+)`(?P<fault>)")
_NAMED = re.compile(r"(?s)(?P<key>\w+): (?P<fault>.*)")

Tables = dict[str, Any]


class ConfigError(Exception):
    """A fault in the configuration."""

    def __init__(self, source: str, key: str, fault: str, fix: str = "") -> None:
        place = f"{source}: {key}" if key else source
        super().__init__(f"{place}: {fault}" + (f"\n  fix: {fix}" if fix else ""))
        self.source = source
        self.key = key
        self.fault = fault
        self.fix = fix


class Config:
    """The settings in force."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def directory(self, rng: random.Random | None = None) -> Directory:
        """Return the accounts, users, applications, numbers and trunks of the file."""
        return self.settings.directory(rng or random.SystemRandom())


def load(
    path: Path | None = None,
    env: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,  # dotted key -> value; None leaves it
) -> Config:
    """Return the configuration; raises ConfigError."""
    reader = _Reader("defaults")
    if path is not None:
        reader.read(path)
    for name, value in sorted((env or {}).items()):
        if name.startswith(PREFIX) and (found := _section(name.removeprefix(PREFIX).lower())):
            reader.put(*found, value, source=name)
    for dotted, value in (overrides or {}).items():
        if value is not None:
            section, _, key = dotted.partition(".")
            reader.put(section, key, value, source=f"--{dotted}")
    return Config(reader.settings())


def _section(name: str) -> tuple[str, str] | None:
    """Return section and key of a variable; None for variables that are not about a section."""
    for section in _fields(Settings):
        if name.startswith(section + "_") and _struct(_fields(Settings)[section]):
            return section, name.removeprefix(section + "_")
    return None


class _Reader:
    """Collects tables and remembers where each value came from."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._sources: dict[str, str] = {}  # dotted key -> variable or flag
        self._tables: Tables = {}

    def read(self, path: Path) -> None:
        """Take the tables of a file."""
        self._source = str(path)
        try:
            self._tables = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise ConfigError(self._source, "", f"cannot be read: {error.strerror}") from error
        except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
            raise ConfigError(self._source, "", f"is not TOML: {error}") from error
        for key, known in _unknown(self._tables, Settings):
            section = key[: key.rfind(".") + 1]
            raise ConfigError(self._source, key, "unknown key", _guess(key, known, section))

    def put(self, section: str, key: str, value: Any, *, source: str) -> None:
        """Take one value from a variable or flag; texts are read as what the key needs."""
        kind = _struct(_fields(Settings).get(section))
        known = _fields(kind) if kind else {}
        if key not in known:
            spelt = source.removesuffix(key if source.startswith("--") else key.upper())
            names = [name if source.startswith("--") else name.upper() for name in known]
            raise ConfigError(source, "", "unknown setting", _guess(source, names, spelt))
        if isinstance(value, str) and get_args(known[key])[1:] == (...,):
            value = tuple(filter(None, map(str.strip, value.split(","))))
        try:
            value = msgspec.convert(value, known[key], strict=False)
        except msgspec.ValidationError as error:
            raise ConfigError(source, "", *_told(str(error), known[key])) from error
        table = self._tables.setdefault(section, {})
        if isinstance(table, dict):  # if not, the conversion of the whole says so
            table[key] = value
        self._sources[f"{section}.{key}"] = source

    def settings(self) -> Settings:
        """Return the settings; raises ConfigError for the first fault."""
        try:
            return msgspec.convert(self._tables, Settings)
        except msgspec.ValidationError as error:
            key, fault, fix = told(error, Settings)
            source = self._sources.get(key, self._source)
            raise ConfigError(source, key, fault, fix) from error


def told(error: msgspec.ValidationError, kind: type[Section]) -> tuple[str, str, str]:
    """Return key, fault and fix of values that are no `kind`."""
    said = _SAID.fullmatch(str(error))
    assert said is not None, "the pattern takes any text"
    fault, key = said[1], said[2] or ""
    if named := _MISSING.fullmatch(fault) or _NAMED.fullmatch(fault):
        key, fault = f"{key}.{named['key']}".lstrip("."), named["fault"] or "is missing"
    return key, *_told(fault, _type_at(kind, key))


def _unknown(
    tables: Tables, kind: type[Section], path: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """Find keys that mean nothing; yields each with the keys that would."""
    fields = _fields(kind)
    for key, value in tables.items():
        place = f"{path}.{key}".lstrip(".")
        if key not in fields:
            yield place, list(fields)
        elif nested := _struct(fields[key]):
            for number, table in enumerate(value if isinstance(value, list) else [value]):
                suffix = f"[{number}]" if isinstance(value, list) else ""
                if isinstance(table, dict):
                    yield from _unknown(table, nested, place + suffix)


def _fields(kind: type[Section]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


def _struct(kind: Any) -> type[Section] | None:
    """Return the section a type is made of, itself or as an item."""
    for candidate in (kind, *get_args(kind)):
        if isinstance(candidate, type) and issubclass(candidate, Section):
            return candidate
    return None


def _type_at(kind: Any, key: str) -> Any:
    """Return the declared type of a dotted key such as `users[0].name`."""
    for name in re.sub(r"\[\d+\]", "", key).split("."):
        section = _struct(kind)
        kind = _fields(section).get(name) if section else None
    return kind


def _told(fault: str, kind: Any) -> tuple[str, str]:
    """Return fault and fix; the fix is what the declaration says about the key."""
    told = fault.partition(" - at ")[0].replace("`", "").replace("ted object", "ted table")
    if " matching regex " in told:
        told = "has the wrong form"
    for candidate in (kind, *(get_args(kind) if get_origin(kind) is not dict else ())):
        if get_origin(candidate) is Literal:
            return told, f"write one of {', '.join(get_args(candidate))}"
        for meta in getattr(candidate, "__metadata__", ()):
            if meta.description:
                return told, f"write {meta.description}"
    return told, ""


def _guess(name: str, known: list[str], path: str) -> str:
    if close := nearest(name.removeprefix(path), known):
        return f"did you mean {path}{close}?"
    return f"known here: {', '.join(known)}" if known else "there is no such section"
