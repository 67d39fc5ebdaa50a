"""How a voice connection sounds: the E-model's MOS (ITU-T G.107) for G.711 with concealment.

R = 93.2 - Id - Ie,eff: what a perfect narrow-band line has, less what delay and loss take from it.
"""

from collections.abc import Mapping
from typing import Any

PERFECT = 93.2  # R of a line without delay and loss
ROBUSTNESS = 25.1  # Bpl of G.711 with concealment (G.113 table I.3): percent of loss
JITTER_BUFFER_MS = 40.0
ENOUGH = 50  # packets, a second of them: fewer say nothing


def rating(loss_percent: float, delay_ms: float) -> float:
    """Return R, 0 to 100; the delay is one way, mouth to ear."""
    loss = max(0.0, min(100.0, loss_percent))
    impairment = 95 * loss / (loss + ROBUSTNESS)
    # G.107 Id, as the piecewise line of Cole and Rosenbluth (2001) draws it
    waiting = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    return max(0.0, min(100.0, PERFECT - impairment - waiting))


def score(loss_percent: float, delay_ms: float) -> float:
    """Return the mean opinion score, 1 (bad) to 4.5 (as good as a telephone gets)."""
    r = rating(loss_percent, delay_ms)
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)


def lost_percent(lost: float, received: float) -> float:
    """Return which part of what was sent did not arrive."""
    lost = max(0.0, lost)
    return 100 * lost / (lost + received) if lost + received else 0.0


def heard(counters: Mapping[str, Any]) -> float | None:
    """Return the MOS of what arrived here; None if hardly anything did."""
    received = counters["packets_received"]
    if received < ENOUGH:
        return None
    late = counters["packets_late"]
    loss = lost_percent(counters["packets_lost"] + late, received - late)
    return score(loss, _delay_ms(counters, counters["jitter_ms"]))


def sent(counters: Mapping[str, Any]) -> float | None:
    """Return the MOS of what arrived at the far end, by its own reports; None without them."""
    if counters["remote_lost"] is None or counters["packets_sent"] < ENOUGH:
        return None
    lost = max(0, counters["remote_lost"])
    loss = lost_percent(lost, max(0, counters["packets_sent"] - lost))
    return score(loss, _delay_ms(counters, counters["remote_jitter_ms"] or 0.0))


def _delay_ms(counters: Mapping[str, Any], jitter_ms: float) -> float:
    return (counters["round_trip_ms"] or 0.0) / 2 + 2 * jitter_ms + JITTER_BUFFER_MS
