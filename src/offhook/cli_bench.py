"""`offhook bench`: how many calls this machine carries, and what runs out first."""

import json
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from offhook.capacity.run import Wish
    from offhook.capacity.steps import Step
    from offhook.settings import Settings

QUICK_S = 3.0


@click.command()
@click.option(
    "--config",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take [media] and [limits] from here; else from `offhook --config`, or the defaults.",
)
@click.option("--calls", type=click.IntRange(1, 20_000), default=5000, show_default=True)
@click.option("--per-second", type=click.IntRange(1, 5000), default=1000, show_default=True)
@click.option("--seconds", type=click.FloatRange(1, 600), default=8.0, show_default=True)
@click.option("--quick", is_flag=True, help=f"Hold each load for {QUICK_S:g} seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print what was measured as JSON.")
@click.pass_context
def bench(
    context: click.Context,
    /,
    path: Path | None,
    quick: bool,
    as_json: bool,
    **bounds: Any,
) -> None:
    """Measure how many calls this machine carries at once and takes a second.

    A server of its own, on loopback and with an empty store, gets more and more calls, at most as
    many as --calls and --per-second say, each load for some seconds, until calls fail, packets are
    lost, ticks are given up or createCall takes too long. The telephones run on this machine too,
    so that a server which is called from elsewhere carries more. Your server is not touched: stop
    it first, or both are measured.
    """
    from offhook.capacity.run import Wish
    from offhook.config import ConfigError, load

    try:
        settings = load(path or context.find_root().meta.get("offhook.config"), os.environ).settings
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    wish = Wish(settings, **{**bounds, **({"seconds": QUICK_S} if quick else {})})
    measured = _measure(wish, quiet=as_json)
    if as_json:
        click.echo(json.dumps(_as_data(settings, measured), indent=2))
        return
    click.echo()
    for line in _verdicts(measured):
        click.echo(line)


def _measure(wish: "Wish", *, quiet: bool) -> "dict[str, list[Step]]":
    """Measure both, and tell each step as it comes."""
    import uvloop

    from offhook.capacity.run import calls_a_second, calls_at_once
    from offhook.capacity.telephones import TelephonesError
    from offhook.media.ports import raise_file_limit
    from offhook.testing.server import ServerError

    raise_file_limit()
    measured: dict[str, list[Step]] = {}
    for what, measure in (("calls at once", calls_at_once), ("calls a second", calls_a_second)):
        if not quiet:
            click.echo(f"\n{_heading(what)}" if measured else _head(wish.settings, what))
        tell = (lambda step: None) if quiet else (lambda step: click.echo(_line(step)))
        try:
            measured[what] = uvloop.run(measure(wish, tell))
        except (ServerError, TelephonesError, OSError) as error:
            raise click.ClickException(f"the measurement broke off: {error}") from error
        except KeyboardInterrupt:
            click.echo("interrupted; nothing is left running", err=True)
            sys.exit(130)
    return measured


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"


def _head(settings: "Settings", what: str) -> str:
    media, limits = settings.media, settings.limits
    pairs = (media.last_port - media.first_port) // 2
    return (
        f"{_machine()}\nlimits.calls {limits.calls:,}, limits.load {limits.load:g}, "
        f"RTP ports {media.ports} ({pairs:,} pairs, {media.sockets})\n\n{_heading(what)}"
    )


def _heading(what: str) -> str:
    return f"{what:>14}  {'most used':<36}  {'createCall to INVITE':>20}  {'lost':>6}"


def _line(step: "Step") -> str:
    name, share = step.fullest
    used, delay = f"{share:.0%} of {name}", f"{step.invite_ms:.1f} ms (p99)"
    faults = "; ".join(step.faults())
    told = f"  TOO MUCH: {faults}" if faults else ""
    return f"{step.load:>14,}  {used:<36}  {delay:>20}  {step.lost:>6}{told}"


def _verdicts(measured: "dict[str, list[Step]]") -> list[str]:
    from offhook.capacity.steps import verdict

    return [str(verdict(what, steps)) for what, steps in measured.items()]


def _as_data(settings: "Settings", measured: "dict[str, list[Step]]") -> dict[str, Any]:
    from offhook.capacity.steps import verdict

    found = {what: verdict(what, steps) for what, steps in measured.items()}
    return {
        "machine": _machine(),
        "limits": {
            "calls": settings.limits.calls,
            "load": settings.limits.load,
            "ports": settings.media.ports,
        },
        "measured": {
            what: {
                "most": found[what].most,
                "beyond": found[what].beyond,
                "limit": found[what].limit,
                "steps": [step.as_data() for step in steps],
            }
            for what, steps in measured.items()
        },
    }
