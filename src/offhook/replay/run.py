"""A replay from its tape to its verdict."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from offhook.directory import Account
from offhook.records import Event
from offhook.replay import compare, stage, steps
from offhook.replay.bridge import Way, bridge, origin
from offhook.replay.compare import Difference
from offhook.replay.normal import Normal
from offhook.replay.steps import Steps
from offhook.replay.tape import Tape
from offhook.settings import Webhooks
from offhook.webhooks.guard import Guard


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a replay has shown."""

    replayed: Sequence[Event]
    difference: Difference | None
    steps: int  # that were the same
    cut: str | None  # why it was not followed to its end


def replay(
    tape: Tape, app: str | None, account: Account, webhooks: Webhooks, secrets: Iterable[str] = ()
) -> Verdict:
    """Run a call again, against its app where it was or at `app`; raises ReplayError."""
    assert tape.call.hook is not None
    then = origin(tape.call.hook.primary.url)
    way = Way(then, app.rstrip("/") if app else then, list(secrets))
    recorded = steps.of(tape.events, Normal(), legs=tape.whole)

    def now(events: Sequence[Event]) -> Steps:
        moved = ((way.now, then),) if way.now != then else ()
        return steps.of(events, Normal(moved), legs=tape.whole)

    def is_over(events: Sequence[Event], whole: bool) -> bool:
        found = compare.find(recorded, now(events), tape.started, whole=whole)
        return found is not None or compare.is_through(recorded, now(events))

    guard = Guard(webhooks.allow, webhooks.deny)
    ca_file = Path(webhooks.ca_file) if webhooks.ca_file else None
    with bridge(way, guard, ca_file) as road:
        played = stage.run(tape, account, road, is_over)
    done = now(played.events)
    through = compare.is_through(recorded, done)
    found = compare.find(recorded, done, tape.started, whole=played.whole or not through)
    same = found.index if found else min(len(recorded.script), len(done.script))
    if found is None and recorded.cut is None:
        found = _of_legs(tape, played.legs, now)
    return Verdict(played.events, found, same, recorded.cut)


def _of_legs(
    tape: Tape, played: Sequence[Sequence[Event]], now: Callable[[Sequence[Event]], Steps]
) -> Difference | None:
    """Return the first difference on the calls that the call has placed."""
    for leg, events in zip(tape.legs, played, strict=False):
        recorded = steps.of(leg.events, Normal(), legs=True)
        found = compare.find(recorded, now(events), leg.started, whole=True)
        if found is not None:
            return replace(found, line=f"{found.line} of the leg to {leg.call.to}")
    return None
