"""Legs that are extended to other workers than their own, so that they can meet others there.

An extension is a patch (`patches`): one end, a row that is named like the leg, stands for it on the
other worker; the other end is joined with the leg on its own worker as long as anybody uses it. It
stays until the leg or a worker has gone, and its patch is free again when both ends have.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from offhook.media.messages import Close, Command, Join, Part, Patch
from offhook.media.rings import Memory

log = structlog.get_logger()

End = tuple[int, str]  # a worker and the name of a row there


@dataclass(slots=True)
class Extension:
    """A leg on another worker than its own."""

    leg: str
    patch: int
    near: End  # on the leg's own worker
    far: End
    ends: list[End]  # that are still open
    users: set[str] = field(default_factory=set)  # legs it is joined with, rooms it sits in


class Extensions:
    """All extensions of all legs; `send` passes a command on to a worker."""

    def __init__(self, memory: Memory, send: Callable[[int, Command], None]) -> None:
        self._memory = memory
        self._send = send
        self._free = deque(range(len(memory)))  # patches
        self._of: dict[str, dict[int, Extension]] = {}  # by leg and worker
        self._ends: dict[End, Extension] = {}
        self.rows: Counter[int] = Counter()  # ends on each worker

    def use(self, leg: str, home: int, worker: int, user: str) -> bool:
        """Let a leg meet a user on another worker; False: there is no patch left for it."""
        of_leg = self._of.setdefault(leg, {})
        extension = of_leg.get(worker)
        if extension is None:
            if not self._free:
                log.error("media.not_patched", leg=leg, reason="all patches are in use")
                return False
            extension = of_leg[worker] = self._make(leg, home, worker)
        if not extension.users:
            self._send(home, Join(leg, extension.near[1]))
        extension.users.add(user)
        return True

    def _make(self, leg: str, home: int, worker: int) -> Extension:
        patch = self._free.popleft()
        self._memory.clear(patch)
        ends = [(home, f"{leg} on {worker} by {patch}"), (worker, leg)]
        extension = Extension(leg, patch, ends[0], ends[1], ends)
        for number, (where, name) in enumerate(ends):
            self._ends[where, name] = extension
            self.rows[where] += 1
            self._send(where, Patch(name, patch, number))
        return extension

    def unuse(self, leg: str, worker: int, user: str) -> None:
        """Let a leg meet a user no more."""
        extension = self._of.get(leg, {}).get(worker)
        if extension is not None and user in extension.users:
            extension.users.discard(user)
            if not extension.users:
                self._send(extension.near[0], Part(leg, extension.near[1]))

    def withdraw(self, leg: str) -> None:
        """End all extensions of a leg."""
        for extension in self._of.pop(leg, {}).values():
            self._close(extension.ends)

    def _close(self, ends: Iterable[End]) -> None:
        for where, name in ends:
            self._send(where, Close(name))

    def gone(self, end: End) -> bool:
        """Take note that a row is gone; whether it was one of ours. The other end goes too."""
        extension = self._ends.pop(end, None)
        if extension is None:
            return False
        self.rows[end[0]] -= 1
        of_leg = self._of.get(extension.leg, {})
        if of_leg.get(extension.far[0]) is extension:
            del of_leg[extension.far[0]]
            self._close(each for each in extension.ends if each != end)
        extension.ends.remove(end)
        if not extension.ends:
            self._free.append(extension.patch)
        return True
