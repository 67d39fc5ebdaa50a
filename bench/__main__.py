"""Run scenarios: `python -m bench [--quick] [--json FILE] [--svg FILE] [SCENARIO ...]`.

Figures are printed as they come, and at the end which bars (`_bars.py`) they meet.
"""

import argparse
import importlib
import json
import os
import pkgutil
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

import bench
from bench import Figure, Plan
from bench._bars import verdicts
from bench._draw import draw
from bench._scenes import SCENES

Scenario = Callable[[Plan], Iterable[Figure]]


def scenarios() -> dict[str, Scenario]:
    """Return every module of this package that has a `run`, by name."""
    found: dict[str, Scenario] = {}
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.name.startswith("_"):
            run = getattr(importlib.import_module(f"bench.{module.name}"), "run", None)
            if run is not None:
                found[module.name] = run
    return found


def _numbers(text: str) -> tuple[int, ...]:
    numbers = tuple(int(each) for each in text.split(","))
    if min(numbers) < 1:
        raise ValueError
    return numbers


def _scenes(text: str) -> tuple[str, ...]:
    wanted = tuple(each.strip() for each in text.split(","))
    if unknown := set(wanted) - set(SCENES):
        raise argparse.ArgumentTypeError(f"no such scene: {', '.join(sorted(unknown))}")
    return wanted


def main() -> None:
    """Parse the command line, run, print."""
    known = scenarios()
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Offhook.")
    parser.add_argument("scenario", nargs="*", help=f"one of {', '.join(known)}; all by default")
    parser.add_argument("--quick", action="store_true", help="short runs, rough figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="also draw CPU by legs here")
    parser.add_argument("--legs", type=_numbers, default=(), metavar="N,N", help="of the engine")
    parser.add_argument(
        "--scenes",
        type=_scenes,
        default=(),
        metavar="NAME,NAME",
        help=f"of the engine: {', '.join(SCENES)}",
    )
    options = parser.parse_args()
    if unknown := set(options.scenario) - set(known):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    print(machine, flush=True)
    figures: list[Figure] = []
    for name in options.scenario or known:
        for figure in known[name](Plan(options.quick, options.legs, options.scenes)):
            print(f"{figure.name:<56} {figure.value:>12,.3f} {figure.unit}", flush=True)
            figures.append(figure)
    for line in verdicts({figure.name: figure.value for figure in figures}):
        print(line)
    if options.svg is not None:
        options.svg.write_text(draw(figures))
    if options.json is not None:
        document = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
        options.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
