"""Webhooks of one call or conference: numbered, written down, sent in order (webhooks.md 10)."""

import weakref
from collections.abc import Mapping
from typing import Any, Protocol

from offhook.calls import notices
from offhook.calls.payloads import News
from offhook.calls.plant import Plant
from offhook.hooks import Hook, Target
from offhook.records import CallRecord, Delivery


class Mail:
    """Gives each its number; `sent` is how many a former process has sent."""

    def __init__(self, plant: Plant, sent: int = 0) -> None:
        self._plant = plant
        self._sent = sent

    @property
    def next(self) -> int:
        """The number of the next one."""
        return self._sent + 1

    def write(self, delivery: Delivery | None) -> None:
        """Write one down, if anybody wants it; who starts or asks sees to its being sent."""
        if delivery is not None:
            self._sent = delivery.sequence
            self._plant.store.put_delivery(delivery)

    def send(self, delivery: Delivery | None) -> None:
        """Send one, if anybody wants it; it leaves once it is on disk."""
        self.write(delivery)
        if delivery is not None:
            self._plant.outbox.post(delivery)


class Recorded(Protocol):
    """What has a call's record."""

    record: CallRecord


class CallMail(Mail):
    """That of a live call, which keeps it: each shows the call as it is at the moment."""

    def __init__(self, plant: Plant, call: Recorded) -> None:
        super().__init__(plant)
        self._call = weakref.proxy(call)

    def question(self, event: str, fields: Mapping[str, Any], hook: Hook) -> Delivery:
        """Return a synchronous webhook, written down."""
        question = notices.question(self._plant, self._call.record, self.next, event, fields, hook)
        self.write(question)
        return question

    def notify(
        self,
        event: str,
        fields: Mapping[str, Any],
        target: Target,
        fallback: Target | None = None,
    ) -> None:
        """Send an asynchronous event."""
        targets = (target, fallback)
        self.send(notices.notice(self._plant, self._call.record, self.next, event, fields, targets))

    def tell(self, news: News) -> None:
        """Send an asynchronous event."""
        self.send(notices.news(self._plant, self._call.record, self.next, news))

    def goodbye(self) -> None:
        """Send the last webhook of a call that has ended."""
        self.send(notices.disconnect(self._plant, self._call.record, self.next))
