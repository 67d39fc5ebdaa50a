"""How calls sound over bad networks: loss and jitter in a grid, and what else may happen.

Of each: the part of the frames of 20 ms that have the tone which was sent (concealed ones
included), how long a packet takes to the ear, and the MOS that the E-model makes of loss and delay.
"""

from collections.abc import Iterator

from bench import Figure, Plan
from bench._line import Path, call
from offhook.media import mos

LOSSES = (0.0, 0.01, 0.05, 0.1, 0.2)
JITTERS_MS = (0.0, 20.0, 40.0, 80.0, 120.0)
OTHERS = {
    "5 % loss, 40 ms jitter, 10 % doubled, 300 ppm fast": Path(0.05, 40, 0.1, -300),
    "5 % loss, 40 ms jitter, 10 % doubled, 300 ppm slow": Path(0.05, 40, 0.1, 300),
    "300 ppm fast": Path(drift_ppm=-300),
    "300 ppm slow": Path(drift_ppm=300),
    "20 % doubled": Path(doubled=0.2),
}
SEED = 7


def run(plan: Plan) -> Iterator[Figure]:
    """Send tones over all of them."""
    grid = {
        f"{loss:.0%} loss, {jitter:.0f} ms jitter".replace("%", " %"): Path(loss, jitter)
        for loss in LOSSES
        for jitter in JITTERS_MS
    }
    cells = list((grid | OTHERS).items())
    for name, path in cells[:: len(cells) - 1] if plan.quick else cells:
        heard = call(path, SEED)
        title = f"quality, {name}:"
        yield Figure(f"{title} frames with the tone", heard.present * 100, "%")
        yield Figure(f"{title} delay", heard.delay_ms, "ms")
        yield Figure(f"{title} MOS", mos.score(heard.lost * 100, heard.delay_ms), "")
