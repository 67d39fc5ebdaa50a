"""What is measured of a load, when it is too much, and why."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

INVITE_MS: Final = 100.0  # from createCall to the INVITE, p99
LOST: Final = 0.001  # part of the packets
NEARLY: Final = 0.8  # a share of a resource that has run out, or nearly


@dataclass(frozen=True, slots=True)
class Step:
    """A load, and what came of it."""

    load: int  # calls at once, or calls a second
    shares: Mapping[str, float] = field(default_factory=dict)  # used, by the resource's name
    invite_ms: float = 0.0  # p99 of the time from createCall to the INVITE
    failed: int = 0  # calls that were refused or did not come to their INVITE, answer or end
    why: str = ""  # what the first of those was told
    received: int = 0  # RTP packets that reached the telephones …
    lost: int = 0  # … and that did not
    skipped: int = 0  # ticks that media workers gave up
    behind: int = 0  # ticks that the telephones gave up: the measurement is not ours alone

    @property
    def fullest(self) -> tuple[str, float]:
        """The resource of which most is used, and its share."""
        return max(self.shares.items(), key=lambda item: item[1], default=("nothing", 0.0))

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with it; nothing: the load is carried."""
        for broken, told in RULES:
            if broken(self):
                yield told(self)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "load": self.load,
            "ok": not list(self.faults()),
            "faults": list(self.faults()),
            "used": {name: round(share, 4) for name, share in self.shares.items()},
            "createCallToInviteMsP99": round(self.invite_ms, 1),
            "failed": self.failed,
            "packetsReceived": self.received,
            "packetsLost": self.lost,
            "ticksSkipped": self.skipped,
        }


Rule = tuple[Callable[[Step], bool], Callable[[Step], str]]

RULES: Final[tuple[Rule, ...]] = (
    (
        lambda step: step.failed > 0,
        lambda step: f"{step.failed} calls failed" + (f" ({step.why})" if step.why else ""),
    ),
    (
        lambda step: step.skipped > 0,
        lambda step: f"media workers gave up {step.skipped} ticks",
    ),
    (
        lambda step: step.lost > LOST * (step.lost + step.received),
        lambda step: f"{step.lost} of {step.lost + step.received} packets were lost",
    ),
    (
        lambda step: step.invite_ms > INVITE_MS,
        lambda step: f"createCall to INVITE took {step.invite_ms:.0f} ms (p99)",
    ),
    (
        lambda step: step.behind > 0,
        lambda step: "the telephones of the measurement did not keep up",
    ),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a series of steps comes to."""

    what: str  # such as "calls at once"
    most: int  # the largest load that was carried; 0: none was
    beyond: int | None  # the smallest that was not; None: all were
    limit: str  # what ran out, or that nothing did

    def __str__(self) -> str:
        return f"{self.most:,} {self.what}: {self.limit}"


def verdict(what: str, steps: Iterable[Step]) -> Verdict:
    """Say how much was carried, and what binds."""
    ordered = sorted(steps, key=lambda step: step.load)
    bad = next((step for step in ordered if list(step.faults())), None)
    good = [step for step in ordered if bad is None or step.load < bad.load]
    most = good[-1].load if good else 0
    if bad is None:
        name, share = good[-1].fullest if good else ("nothing", 0.0)
        return Verdict(what, most, None, f"as many as were tried; {name} is used to {share:.0%}")
    return Verdict(what, most, bad.load, _binding(bad))


def _binding(bad: Step) -> str:
    """Say what of the machine or the settings a load was too much for."""
    faults = "; ".join(bad.faults())
    name, share = bad.fullest
    if bad.behind and share < NEARLY:
        name, share = "the machine's cores, of which the telephones have a part", 1.0
    cause = (
        f"{name} is used to {share:.0%}" if share >= NEARLY else f"{name} is at {share:.0%} only"
    )
    return f"beyond it, at {bad.load:,}, {faults}; {cause}"


def ladder(first: int, most: int) -> Iterator[int]:
    """Yield loads to try in turn, each half as much again as the one before; then the most."""
    load = first
    while load < most:
        yield load
        load += max(1, load // 2)
    yield most
