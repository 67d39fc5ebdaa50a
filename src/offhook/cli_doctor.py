"""`offhook doctor`: what is wrong with this machine, its configuration, or the way to others."""

import json
import os
import sys
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from offhook.directory import Directory, merged

if TYPE_CHECKING:
    from offhook.config import Config
    from offhook.doctor.finding import Finding, Patient

ANSWER_S: Final = 2.0


@click.command()
@click.option(
    "--config",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The configuration to look at; else that of `offhook --config`.",
)
@click.option("--stun", metavar="HOST[:PORT]", help="A STUN server to ask for our public address.")
@click.option("--ntp", metavar="HOST[:PORT]", help="An NTP server to compare the clock with.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings as well.")
@click.pass_context
def doctor(
    context: click.Context,
    /,
    path: Path | None,
    as_json: bool,
    strict: bool,
    **servers: str | None,
) -> None:
    """Check ports, firewall, addresses and NAT, limits, clock, disk, trunks and apps.

    Whatever is wrong is told with what to do about it. The server may be running. Nothing but the
    trunks and apps of the configuration is connected to, and what --stun and --ntp name. Exits with
    1 when there is a fault.
    """
    from offhook.doctor import configuration
    from offhook.doctor.finding import Level
    from offhook.doctor.run import findings, lines, summary

    config, first = configuration.read(
        path or context.find_root().meta.get("offhook.config"), os.environ
    )
    found: list[Finding] = []

    def take(finding: "Finding") -> None:
        found.append(finding)
        if not as_json:
            click.echo("\n".join(lines(finding)))

    take(first)
    if config is not None:
        for finding in findings(_patient(config, servers)):
            take(finding)
    if as_json:
        click.echo(json.dumps([each.as_data() for each in found], indent=2))
    else:
        click.echo(summary(found))
    bad = {Level.FAULT, Level.WARNING} if strict else {Level.FAULT}
    sys.exit(1 if any(each.level in bad for each in found) else 0)


def _patient(config: "Config", servers: dict[str, str | None]) -> "Patient":
    from offhook.doctor.finding import Patient

    directory = merged(_stored(config), config.directory())
    return Patient(
        config.settings,
        directory,
        running=_runs(config),
        stun=servers["stun"],
        ntp=servers["ntp"],
    )


def _stored(config: "Config") -> Directory:
    """Return what is kept in the store, if there is one: it is neither made nor upgraded."""
    from offhook.doctor.disk import stored

    return Directory(*stored(config.settings.store.url))


def _runs(config: "Config") -> bool:
    """Whether an Offhook answers at the HTTP port of the configuration."""
    from offhook.doctor.machine import WILDCARDS

    server = config.settings.server
    host = "127.0.0.1" if server.host in WILDCARDS else server.host
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{server.port}/offhook/v1/openapi.json"
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:  # http
            return bool(json.loads(answer.read())["info"]["title"] == "Offhook")
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return False
