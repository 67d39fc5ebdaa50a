"""What the virtual network does to packets: the quality of each path, changeable in mid-run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """What a path does to each packet. A loss of 1 is a cut: streams across it time out."""

    latency_s: float = 0.01
    jitter_s: float = 0.0  # up to this much more, evenly spread; packets may overtake
    loss: float = 0.0  # share of packets
    duplicate: float = 0.0  # share of packets


GOOD = Quality()
CUT = Quality(loss=1.0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A quality for the paths it matches; None matches every host or kind."""

    quality: Quality
    source: str | None = None
    to: str | None = None
    kind: str | None = None  # "sip" or "rtp"

    def matches(self, kind: str, source: str, to: str) -> bool:
        """Whether the rule is about this path."""
        return self.kind in (None, kind) and self.source in (None, source) and self.to in (None, to)


class Paths:
    """The quality of every path: a default, and rules of which the latest that matches wins."""

    def __init__(self, default: Quality = GOOD) -> None:
        self._default = default
        self._rules: list[Rule] = []
        self._known: dict[tuple[str, str, str], Quality] = {}

    def shape(
        self,
        quality: Quality,
        *,
        source: str | None = None,
        to: str | None = None,
        kind: str | None = None,
    ) -> None:
        """From now on give the paths from `source`, to `to`, of `kind`, this quality."""
        self._rules.insert(0, Rule(quality, source, to, kind))
        self._known.clear()

    def cut(self, host: str, kind: str | None = None) -> None:
        """From now on whatever is sent to or by a host vanishes."""
        self.shape(CUT, to=host, kind=kind)
        self.shape(CUT, source=host, kind=kind)

    def heal(self) -> None:
        """Forget all rules."""
        self._rules.clear()
        self._known.clear()

    def quality(self, kind: str, source: str, to: str) -> Quality:
        """Return the quality of a path."""
        key = (kind, source, to)
        if key not in self._known:
            matching = (rule.quality for rule in self._rules if rule.matches(*key))
            self._known[key] = next(matching, self._default)
        return self._known[key]
