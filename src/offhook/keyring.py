"""Secrets that webhooks are signed with: making, rotating and expiring them (docs/signatures.md).

Old and new sign together until the old one expires, so that a rotation loses nothing.
"""

import base64
from dataclasses import dataclass, replace

from offhook.clerk import Clerk, RefusedError
from offhook.clock import Clock, timestamp
from offhook.directory import SigningSecret
from offhook.ids import Ids

SECRET_BYTES = 32
MOST_IN_USE = 4  # of one application: each is one more signature in every webhook
OVERLAP_S = 24 * 3600.0  # so long the old ones sign beside a new one, if nothing else is said


@dataclass(frozen=True, slots=True)
class Keyring:
    """The secrets in the store and the file; all of it blocks, and raises RefusedError."""

    clerk: Clerk
    ids: Ids
    clock: Clock

    def of(self, application_id: str) -> list[SigningSecret]:
        """Return the secrets of an application, expired ones too, the oldest first."""
        found = self.clerk.in_force.secrets.values()
        mine = [each for each in found if each.application_id.lower() == application_id.lower()]
        return sorted(mine, key=lambda each: (each.created, each.id))

    def make(self, application_id: str) -> SigningSecret:
        """Make a secret, which signs at once."""
        if len(self._in_use(application_id)) >= MOST_IN_USE:
            raise RefusedError(
                f"{application_id} has {MOST_IN_USE} secrets in use, which is all it may have: "
                "expire one of them first (`offhook secrets list`)"
            )
        raw = base64.urlsafe_b64encode(self.ids.rng.randbytes(SECRET_BYTES)).decode().rstrip("=")
        made = SigningSecret(
            f"k-{self.ids.token(32)}",
            application_id.lower(),
            f"ohs_{raw}",
            created=self.clock.wall(),
        )
        self.clerk.add(made, made.id)
        return made

    def rotate(
        self, application_id: str, overlap_s: float = OVERLAP_S
    ) -> tuple[SigningSecret, list[SigningSecret]]:
        """Make a secret and let those of the store expire; returns it, and them."""
        old = [each for each in self._in_use(application_id) if each.created]
        made = self.make(application_id)
        return made, [self.expire(each, overlap_s) for each in old]

    def expire(self, secret: SigningSecret, after_s: float = 0.0) -> SigningSecret:
        """Let a secret sign no more, from so long from now; returns it as it is then."""
        at = self.clock.wall() + after_s
        end = at if secret.expires is None else min(at, secret.expires)
        self.clerk.change(SigningSecret, secret.id, expires=end)
        return replace(secret, expires=end)

    def end(self, secret: SigningSecret) -> str:
        """Say how long a secret signs."""
        if secret.expires is None:
            return "in use"
        said = timestamp(secret.expires)
        return f"in use until {said}" if secret.signs(self.clock.wall()) else f"expired {said}"

    def _in_use(self, application_id: str) -> list[SigningSecret]:
        now = self.clock.wall()
        return [each for each in self.of(application_id) if each.signs(now)]
