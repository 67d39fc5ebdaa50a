"""Machine detection is asked for and honestly not there."""

from offhook.testing.loop import virtual
from offhook.testing.world import World

RESULT = {"value": "error", "duration": "PT0S"}


@virtual
async def test_a_synchronous_result_comes_with_the_answer() -> None:
    async with World() as world:
        talk = await world.answered("", machineDetection={"mode": "sync"})
        await talk.disconnect()
        (answer,) = talk.events("answer")

    assert answer["machineDetectionResult"] == RESULT
    assert talk.events("machineDetectionComplete") == []


@virtual
async def test_an_asynchronous_result_is_a_webhook_before_the_goodbye() -> None:
    async with World() as world:
        talk = await world.answered(
            '<Pause duration="1"/>',
            machineDetection={"mode": "async", "callbackUrl": "http://app.test/amd"},
        )
        await talk.disconnect()
        (event,) = talk.events("machineDetectionComplete")
        deliveries = world.store.deliveries(talk.call_id)

    assert event["machineDetectionResult"] == RESULT
    assert "machineDetectionResult" not in talk.events("answer")[0]
    assert [(d.sequence, d.event_type) for d in deliveries] == [
        (1, "machineDetectionComplete"),
        (2, "answer"),
        (3, "disconnect"),
    ]
