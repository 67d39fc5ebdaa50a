"""Run seeds of the simulation: one is told as a story, of many those that fail.

`python -m tests.sim 7`, `python -m tests.sim 0-499`, `python -m tests.sim graph 0-1999`;
the third kind is `rooms`.
"""

import sys
import time

from tests.sim.seeds import SIMULATIONS, Failure, failures, tell


def main(arguments: list[str]) -> int:
    """Run what the arguments name; 1 if something failed."""
    *names, wanted = arguments
    simulation = SIMULATIONS["".join(names) or "script"]
    first, _, last = wanted.partition("-")
    if not last:
        print(tell(int(first), simulation))
        return 0
    seeds = range(int(first), int(last) + 1)
    begin = time.process_time()
    found: list[Failure] = []
    for failure in failures(seeds, simulation):
        found.append(failure)
        print(f"seed {failure.seed}: {failure.fault}", flush=True)
    each_ms = 1000 * (time.process_time() - begin) / len(seeds)
    print(f"{len(seeds)} seeds, {len(found)} failed, {each_ms:.0f} ms of CPU each")
    return 1 if found else 0


sys.exit(main(sys.argv[1:]))
