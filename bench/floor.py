"""The floor: what a packet in and a packet out per leg and 20 ms cost when nothing else is done.

Once in Python and, where there is a C compiler, once in C. Nothing that has a socket per leg can be
cheaper than the latter.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import Figure
from bench._process import Peers, cpu_s

LEGS = (100, 500)
LOAD = (sys.executable, "-m", "bench._load")
PLAIN = (sys.executable, "-m", "bench._plain")
WARM_UP_S = 0.5


def run(quick: bool) -> list[Figure]:
    """Measure both programs at every size."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        programs = [("Python", PLAIN), *_compiled(Path(folder))]
        for legs in LEGS[:1] if quick else LEGS:
            for name, command in programs:
                cost = measure(command, legs, 1.0 if quick else 10.0)
                what = f"floor {legs} legs, {name}: CPU per leg-second"
                figures.append(Figure(what, cost, "ms"))
    return figures


def measure(command: Sequence[str], legs: int, seconds: float) -> float:
    """Return CPU milliseconds per leg and second."""
    with Peers(command, legs) as program, Peers(LOAD, legs) as load:
        program.start(load.ports)
        load.start(program.ports)
        time.sleep(WARM_UP_S)
        before, began = cpu_s(program.pid), time.monotonic()
        time.sleep(seconds)
        used, elapsed = cpu_s(program.pid) - before, time.monotonic() - began
    return used * 1000 / legs / elapsed


def _compiled(folder: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Return the C program, if it can be made here."""
    compiler = shutil.which("cc")
    if compiler is None:
        return []
    source, program = Path(__file__).parent / "_plain.c", folder / "plain"
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return [("C", (str(program),))]
