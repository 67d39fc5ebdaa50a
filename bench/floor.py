"""The floor: what a packet in and a packet out per leg and 20 ms cost when nothing else is done.

Once in Python and, where there is a C compiler, once in C. Nothing that has a socket per leg can be
cheaper than the latter.
"""

import sys
import time
from collections.abc import Sequence

from bench import Figure, Plan
from bench._c import compiled
from bench._process import Peers, cpu_s

LEGS = (100, 500)
PLAIN = (sys.executable, "-m", "bench._plain")
WARM_UP_S = 0.5


def run(plan: Plan) -> list[Figure]:
    """Measure both programs at every size."""
    figures: list[Figure] = []
    for legs in LEGS[:1] if plan.quick else LEGS:
        for name, command in (("Python", PLAIN), ("C", compiled("_plain"))):
            if command is not None:
                cost = measure(command, legs, 1.0 if plan.quick else 10.0)
                what = f"floor {legs} legs, {name}: CPU per leg-second"
                figures.append(Figure(what, cost, "ms"))
    return figures


def far_ends() -> Sequence[str]:
    """Return the command that runs the far ends: in C where possible, as that leaves more CPU."""
    return compiled("_far") or (sys.executable, "-m", "bench._load")


def measure(command: Sequence[str], legs: int, seconds: float) -> float:
    """Return CPU milliseconds per leg and second."""
    with Peers(command, legs) as program, Peers(far_ends(), legs) as load:
        program.start(load.ports)
        load.start(program.ports)
        time.sleep(WARM_UP_S)
        before, began = cpu_s(program.pid), time.monotonic()
        time.sleep(seconds)
        used, elapsed = cpu_s(program.pid) - before, time.monotonic() - began
    return used * 1000 / legs / elapsed
