"""An author whose documents send calls into conferences, and who answers conferences, too."""

from tests.sim.dramatist import Dramatist

from offhook.testing.app import REFUSED, SILENCE, Received, Reply, document

NAMES = ("red", "red", "red", "red", "blue")


class Convener(Dramatist):
    """The same seed writes the same."""

    def reply(self, request: Received) -> Reply:
        """Answer one request that carries an event."""
        if "conferenceId" not in request.event:
            return super().reply(request)
        told = self._draw(
            (4, lambda: Reply(status=204)),
            (4, lambda: document(self.room_verbs())),
            (1, lambda: document(self.room_verbs() + self._pause())),
            (1, lambda: Reply(status=self._rng.choice((404, 500)))),
            (1, lambda: REFUSED),
            (0.3, lambda: SILENCE),
        )
        return told.after(self._seconds(0, 6)) if self._chance(0.3) else told

    def verbs(self) -> str:
        """Write what stands in a document."""
        return self._verb() + "".join(self._verb() for _ in range(self._rng.choice((0, 1, 1, 2))))

    def room_verbs(self) -> str:
        """Write a document for a conference."""
        count = self._rng.choice((0, 1, 1, 2, 3))
        return "".join(
            self._draw(
                (2, self._clip),
                (1, self._sentence),
                (2, self._start_recording),
                (2, self._steer_recording),
            )
            for _ in range(count)
        )

    def _verb(self) -> str:
        return self._conference() if self._chance(0.6) else super()._verb()

    def _conference(self) -> str:
        attributes = [
            self._tag(),
            self._maybe('mute="true"'),
            "" if self._chance(0.9) else 'hold="true"',
            self._maybe(f'callIdsToCoach="{self._rng.choice([*self._live(), "c-0"])}"'),
            self._maybe('callbackTimeout="1"'),
        ]
        if self._chance(0.7):
            attributes.append(self._hook("conferenceEvent"))
        name = self._rng.choice(NAMES)
        return f"<Conference {' '.join(attributes)}>{name}</Conference>"
