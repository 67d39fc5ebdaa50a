"""Where phones are: the bindings of an address of record to contacts (RFC 3261 10.2, 10.3).

A binding keeps the flow that its REGISTER came by. Requests for the phone go back there and not to
what its Contact says, which behind a NAT is an address that nobody else can reach (RFC 5626 5.3).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from offhook.sip.transport import Address
from offhook.sip.uri import Uri

CONTACTS = 10  # of one phone; the one that was refreshed longest ago makes room


class OutOfOrderError(ValueError):
    """A REGISTER that is older than one that has been taken (RFC 3261 10.3 step 7)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a REGISTER says of one contact."""

    contact: Uri
    expires_s: int  # 0 removes it
    q: float = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """Which REGISTER it is: those of one Call-ID count up."""

    call_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Binding:
    """A contact of a phone, until it expires."""

    contact: Uri
    flow: Address  # where its REGISTER came from
    expires: float
    q: float
    order: Order
    since: float  # of the last refresh


class Bindings:
    """The contacts of all phones, by name."""

    def __init__(self) -> None:
        self._bindings: dict[str, list[Binding]] = {}

    def of(self, name: str, now: float) -> list[Binding]:
        """Return where a phone is, the best contact first: by `q`, then the latest."""
        live = [each for each in self._bindings.get(name, ()) if each.expires > now]
        return sorted(live, key=lambda each: (each.q, each.since), reverse=True)

    def take(
        self, name: str, wishes: Iterable[Wish], order: Order, flow: Address, now: float
    ) -> None:
        """Add, refresh and remove contacts, all or none of them; raises OutOfOrderError."""
        bindings = self.of(name, now)
        for wish in wishes:
            known = next((e for e in bindings if e.contact.is_equivalent(wish.contact)), None)
            if known is not None:
                _check(known, order)
                bindings.remove(known)
            if wish.expires_s:
                end = now + wish.expires_s
                bindings.append(Binding(wish.contact, flow, end, wish.q, order, now))
        self._keep(name, sorted(bindings, key=lambda each: each.since)[-CONTACTS:])

    def clear(self, name: str, order: Order, now: float) -> None:
        """Remove all contacts of a phone (`Contact: *`); raises OutOfOrderError."""
        for each in self.of(name, now):
            _check(each, order)
        self._keep(name, [])

    def expire(self, now: float) -> list[str]:
        """Forget what has expired; returns the phones that are nowhere any more."""
        gone = []
        for name in list(self._bindings):
            self._keep(name, [each for each in self._bindings[name] if each.expires > now])
            if name not in self._bindings:
                gone.append(name)
        return gone

    @property
    def next_expiry(self) -> float | None:
        """When something expires next."""
        return min((e.expires for each in self._bindings.values() for e in each), default=None)

    def _keep(self, name: str, bindings: list[Binding]) -> None:
        if bindings:
            self._bindings[name] = bindings
        else:
            self._bindings.pop(name, None)


def _check(known: Binding, order: Order) -> None:
    if known.order.call_id == order.call_id and order.number <= known.order.number:
        raise OutOfOrderError
