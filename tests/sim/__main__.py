"""`python -m tests.sim SEED`: run one seed of the simulation and print what happened."""

import sys

from tests.sim.simulation import simulate

from offhook.testing.loop import run

print(run(simulate(int(sys.argv[1]))))
