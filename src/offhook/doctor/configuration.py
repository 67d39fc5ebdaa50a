"""Configuration: names that lead nowhere, and what is missing for a call to come about."""

import ssl
from collections.abc import Mapping
from pathlib import Path

from offhook.config import Config, ConfigError, load
from offhook.directory import dangling
from offhook.doctor import machine
from offhook.doctor.finding import Finding, Findings, Patient, fault, ok, warning


def read(path: Path | None, environment: Mapping[str, str]) -> tuple[Config | None, Finding]:
    """Return the configuration, if there is one, and what reading it showed."""
    try:
        config = load(path, environment)
    except ConfigError as error:
        place = f"{error.source}: {error.key}" if error.key else error.source
        fix = error.fix or f"correct {place}; examples/offhook.toml explains every key"
        return None, fault("configuration", f"{place}: {error.fault}", fix)
    seen = f"{path} can be read" if path else "no file is named: the defaults, and the environment"
    return config, ok("configuration", seen)


def check(patient: Patient) -> Findings:
    """Look for what leads nowhere, and for what is missing."""
    faults = dangling(patient.directory)
    for each in faults:
        yield fault("directory", each, "add what is missing, or remove what names it")
    missing = [name for name, table in _tables(patient).items() if not table]
    if missing:
        seen = f"there are no {' and no '.join(missing)}"
        fix = "add them to the file, or with `offhook accounts add` and its siblings"
        yield warning("directory", seen, fix)
    elif not faults:
        yield ok("directory", "every name leads somewhere")
    yield encrypted(patient)
    if (ca_file := patient.settings.webhooks.ca_file) is not None:
        yield trusted(ca_file)


def trusted(ca_file: str) -> Finding:
    """The certificates that are trusted besides the system's must be there: nothing starts else."""
    try:
        ssl.create_default_context().load_verify_locations(ca_file)
    except OSError as error:  # ssl.SSLError is one
        fix = "set webhooks.ca_file to a file of certificates in PEM, or leave it out"
        return fault("trusted certificates", f"{ca_file}: {error.strerror or error}", fix)
    return ok("trusted certificates", f"{ca_file} can be read")


def _tables(patient: Patient) -> dict[str, object]:
    found = patient.directory
    return {"accounts": found.accounts, "users": found.users, "applications": found.applications}


def encrypted(patient: Patient) -> Finding:
    """Credentials of users go over the HTTP port, which speaks no TLS itself."""
    server = patient.settings.server
    if not machine.beyond(server.host):
        return ok("encryption", f"the HTTP port is open to this machine alone ({server.host})")
    if (server.base_url or "").startswith("https://"):
        return ok("encryption", f"clients are told {server.base_url}")
    return warning(
        "encryption",
        f"the HTTP port listens on {server.host}: passwords would cross the network in the clear",
        "put a proxy with TLS before it, and set server.base_url to its https URL",
    )
