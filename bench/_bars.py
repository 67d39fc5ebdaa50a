"""How good the figures are to be: what is printed at the end of a run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

SIZES = (200, 500, 1000, 2000)
ROOMS = (3, 20, 100)
LINE = "quality, 5 % loss, 40 ms jitter:"
SCENES = ("full duplex", "bridged", "rooms of 20")


def spread(values: Sequence[float]) -> float:
    """Return by how much of their middle the values differ from it at most."""
    return (max(values) - min(values)) / (max(values) + min(values))


@dataclass(frozen=True, slots=True)
class Bar:
    """What is to be at most so much: the largest of some figures, or what a rule makes of them."""

    what: str
    most: float
    unit: str
    of: tuple[str, ...]  # names of figures
    rule: Callable[[Sequence[float]], float] = max


def _engine(kind: str, scene: str, legs: int, what: str) -> str:
    return f"engine {kind}, {scene}, {legs} legs: {what}"


def _costs() -> Iterator[Bar]:
    for kind, most in (("shared", 1.3), ("per-leg", 1.8)):
        for scene in SCENES:
            cost = _engine(kind, scene, 1000, "CPU, of the floor")
            yield Bar(f"{scene}, 1000 legs, {kind}: CPU", most, "x the floor", (cost,))
    for scene in SCENES:
        sizes = tuple(_engine("shared", scene, legs, "CPU per leg-second") for legs in SIZES)
        yield Bar(f"{scene}: CPU from 200 to 2000 legs is flat", 0.15, "±", sizes, spread)
    rooms = tuple(
        _engine("shared", f"rooms of {size}", 1000, "CPU per leg-second") for size in ROOMS
    )
    yield Bar("rooms of 3 to 100: CPU per member is flat", 0.15, "±", rooms, spread)
    memory = tuple(_engine("shared", scene, 1000, "memory per leg") for scene in SCENES)
    yield Bar("memory per leg in the worker", 40.0, "KiB", memory)


def _pacing() -> Iterator[Bar]:
    for legs, most in ((1000, 22.0), (2000, 25.0)):
        gap = _engine("shared", "full duplex", legs, "gap between packets, p99 of the worst leg")
        yield Bar(f"full duplex, {legs} legs: p99 packet gap of the worst leg", most, "ms", (gap,))
    duplex = "full duplex, 2000 legs:"
    lost = _engine("shared", "full duplex", 2000, "lost both ways")
    late = _engine("shared", "full duplex", 2000, "tick lateness, worst")
    yield Bar(f"{duplex} packets lost", 0.0, "packets", (lost,))
    yield Bar(f"{duplex} latest tick", 60.0, "ms", (late,))


def _control() -> Iterator[Bar]:
    rate = "rate: 200 calls a second for 60 s:"
    for what, most, unit, name in (
        ("SIP answer and BYE: CPU", 0.7, "ms", "sip: CPU of a call that is answered and hung up"),
        ("whole API call: CPU of control", 3.0, "ms", "calls: CPU of control per complete call"),
        ("the same, 200 a second", 3.0, "ms", f"{rate} CPU of control per call"),
        ("createCall to INVITE, p99", 20.0, "ms", f"{rate} createCall to INVITE, p99"),
        ("calls that failed", 0.0, "calls", f"{rate} failures"),
        ("memory per call in control", 60.0, "KiB", "calls: memory per live call (200 live)"),
        (
            "start to the first answer",
            1.0,
            "s",
            "start: to the first answered OPTIONS, median of 5",
        ),
        ("longest silence in a patched call", 40.0, "ms", "patched 1000 legs: longest silence"),
        ("5 % loss, 40 ms jitter: delay", 120.0, "ms", f"{LINE} delay"),
    ):
        yield Bar(what, most, unit, (name,))
    tone = (f"{LINE} frames with the tone",)
    yield Bar("5 % loss, 40 ms jitter: frames without the tone", 1.0, "%", tone, _missing)


def _missing(percent: Sequence[float]) -> float:
    return 100 - min(percent)


BARS = (*_costs(), *_pacing(), *_control())


def verdicts(figures: Mapping[str, float]) -> Iterator[str]:
    """Yield a line for each bar of which all figures are there."""
    for bar in BARS:
        if all(name in figures for name in bar.of):
            value = bar.rule([figures[name] for name in bar.of])
            verdict = "ok" if value <= bar.most else "NOT MET"
            limit = f"at most {bar.most:g} {bar.unit}"
            yield f"{bar.what:<60} {value:>9.3f}   {limit:<24} {verdict}"
