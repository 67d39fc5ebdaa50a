"""Webhooks are numbered without gaps, whoever of a call or conference sends them."""

from dataclasses import dataclass

from msgspec.structs import replace

from offhook.calls.mail import CallMail, Mail
from offhook.hooks import Hook, Target
from offhook.records import CallRecord, Delivery
from offhook.testing.loop import virtual
from offhook.testing.world import World

TARGET = Target("http://app.test/events")


def delivery(sequence: int) -> Delivery:
    payload = {"eventType": "dtmf"}
    return Delivery("e-1", "c-1", "9900000", sequence, "dtmf", payload, TARGET, None, 15.0, 1.0)


@dataclass
class Recorded:
    """What has a record."""

    record: CallRecord


@virtual
async def test_what_nobody_wants_takes_no_number() -> None:
    async with World() as world:
        mail = Mail(world.node.exchange._plant, sent=4)
        mail.send(None)
        assert mail.next == 5

        mail.write(delivery(5))
        assert mail.next == 6
        assert [each.id for each in world.store.deliveries("c-1")] == ["e-1"]
    assert world.app.events("dtmf") == []


@virtual
async def test_questions_and_events_of_a_call_share_their_numbers_and_show_it_as_it_is() -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        ended = world.store.any_call(talk.call_id)
        assert ended is not None
        recorded = Recorded(replace(ended, call_id="c-1"))
        mail = CallMail(world.node.exchange._plant, recorded)
        asked = mail.question("gather", {}, Hook(TARGET))
        recorded.record = replace(recorded.record, tag="new")
        mail.notify("dtmf", {"digit": "1"}, TARGET)
        told = await world.app.wait_event("dtmf")

    assert (asked.sequence, asked.sync, asked.payload.get("tag")) == (1, True, None)
    assert (told["digit"], told["tag"]) == ("1", "new")
