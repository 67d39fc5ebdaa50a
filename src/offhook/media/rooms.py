"""Conference rooms: blocks of the matrix that are never written out (bxml.md 4.2).

In a room of n everybody hears everybody else: n times n ones minus the diagonal. That is the sum
of all who speak, once a room, less the own voice, once a member; mute, hold and coaching decide who
is in the sum and who gets it. So a tick costs O(members), and it is the same few array operations
however many rooms there are. Sums have 32 bits and are cut to 16 once, at the end.

A room has a row like a leg: its player is heard by all who hear, and its row of the sources gets
all that is said in it, coaches included, for recordings.
"""

from dataclasses import dataclass

import numpy as np

from offhook.media.codecs import Flags, Ints, Pcm
from offhook.media.messages import Seat, Unseat
from offhook.media.rows import Rows
from offhook.media.sums import Groups, Sums
from offhook.media.switch import clip

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class _Plan:
    """Who is summed and who gets the sums, until somebody comes, goes or sits otherwise."""

    rooms: Ints  # [room] row
    voices: Groups  # [room] rows that speak
    hearers: Ints  # [hearer] row
    room: Ints  # [hearer] place of its room
    own: Ints  # [hearer] the row to take away: its own if it is in the sum, else silence
    coaches: Ints  # [coach that speaks] row
    coached_in: Ints  # [coach that speaks] place of its room
    taught: Ints  # [pair] place of a hearer
    teacher: Ints  # [pair] row of its coach


class Rooms:
    """Who sits where, and the sound of all rooms."""

    def __init__(self, rows: Rows, capacity: int, silence: int) -> None:
        self._rows = rows
        self._silence = silence  # a row of the sources
        self._open = np.zeros(capacity, np.bool_)  # the row is a room's
        self._seat: Ints = np.full(capacity, NOWHERE)  # row of the room where a leg sits
        self._speaks = np.zeros(capacity, np.bool_)
        self._hears = np.zeros(capacity, np.bool_)
        self._away: dict[int, str] = {}  # who is held in a room of another worker, by row
        self._coached: dict[int, tuple[str, ...]] = {}  # by row of the coach
        self._plan: _Plan | None = None  # None: to be made

    def open(self, room: str) -> None:
        """Let legs sit in a room that has a row."""
        row = self._rows.row(room)
        assert row is not None, f"{room} has no row"
        self._open[row] = True
        self._plan = None

    def seat(self, command: Seat | Unseat) -> None:
        """Let a leg sit in a room, or no longer."""
        leg, room = self._rows.row(command.leg), self._rows.row(command.room)
        if leg is None or self._open[leg]:
            return
        if room is None:
            self._elsewhere(leg, command)
        elif not self._open[room]:
            return
        elif isinstance(command, Seat):
            self._away.pop(leg, None)
            self._seat[leg] = room
            self._speaks[leg], self._hears[leg] = command.speaks, command.hears
            self._coached.pop(leg, None)
            if command.coached:
                self._coached[leg] = command.coached
            self._plan = None
        elif self._seat[leg] == room:
            self.leave(leg)

    def _elsewhere(self, leg: int, command: Seat | Unseat) -> None:
        """Take note that a leg sits in a room of another worker, or no longer."""
        if isinstance(command, Seat):
            self.leave(leg)
            if not (command.speaks or command.hears):
                self._away[leg] = command.room
        elif self._away.get(leg) == command.room:
            del self._away[leg]

    def leave(self, row: int) -> None:
        """Forget a row, be it a leg's or a room's."""
        gone = np.flatnonzero(self._seat == row) if self._open[row] else [row]
        self._open[row] = False
        for each in gone:
            self._seat[each] = NOWHERE
            self._away.pop(int(each), None)
            self._coached.pop(int(each), None)
        self._plan = None

    @property
    def hearers(self) -> Ints:
        """Who sits in a room and hears it: rows."""
        if self._plan is None:
            self._plan = self._arrange()
        return self._plan.hearers

    def held(self) -> Flags:
        """Return who sits in a room and neither hears nor is heard: bool [row]."""
        held = np.less(NOWHERE, self._seat) & ~self._speaks & ~self._hears
        held[list(self._away)] = True
        return held

    def among(self, *rows: int) -> bool:
        """Whether one of the rows is a room's."""
        return bool(self._open[list(rows)].any())

    def mix(self, said: Pcm, out: Pcm) -> None:
        """Add the rooms to what far ends hear; fill the rooms' rows of the sources.

        Both are int16 [row, FRAME]; a room's row of `out` holds its clip.
        """
        if self._plan is None:
            self._plan = self._arrange()
        plan = self._plan
        if not len(plan.rooms):
            return
        sums = plan.voices.total(said)
        mixes: Sums = (sums + out.take(plan.rooms, axis=0)).take(plan.room, axis=0)
        mixes -= said.take(plan.own, axis=0)
        mixes += out.take(plan.hearers, axis=0)  # a leg's own clips, and whom it is joined with
        if len(plan.coaches):
            np.add.at(mixes, plan.taught, said[plan.teacher])
            np.add.at(sums, plan.coached_in, said[plan.coaches])
        out[plan.hearers] = clip(mixes)
        said[plan.rooms] = clip(sums)

    def _arrange(self) -> _Plan:
        rooms, seated = np.flatnonzero(self._open), np.flatnonzero(self._seat != NOWHERE)
        place = np.searchsorted(rooms, self._seat[seated])
        speaks, hears = self._speaks[seated], self._hears[seated]
        coaches = np.isin(seated, list(self._coached))
        summed = speaks & ~coaches
        voices: list[list[int]] = [[] for _ in rooms]
        for row, room in zip(seated[summed].tolist(), place[summed].tolist(), strict=True):
            voices[room].append(row)
        hearers = seated[hears]
        taught, teacher = self._lessons(hearers)
        return _Plan(
            rooms=rooms,
            voices=Groups(voices, self._silence),
            hearers=hearers,
            room=place[hears],
            own=np.where(summed, seated, self._silence)[hears],
            coaches=seated[speaks & coaches],
            coached_in=place[speaks & coaches],
            taught=np.searchsorted(hearers, taught),
            teacher=teacher,
        )

    def _lessons(self, hearers: Ints) -> tuple[Ints, Ints]:
        """Return who hears which coach, as rows: not itself, and nobody of another room."""
        pairs = [
            (row, coach)
            for coach, legs in self._coached.items()
            for row in {self._rows.row(leg) for leg in legs} - {None, coach}
            if self._speaks[coach] and self._seat[row] == self._seat[coach] and self._hears[row]
        ]
        taught, teacher = np.array(pairs, np.int64).reshape(-1, 2).T
        return taught, teacher
