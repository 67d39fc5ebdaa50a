"""Following event logs, over a whole server in virtual time."""

import asyncio
import base64
from typing import Any

from offhook.testing.asgi import AsgiClient
from offhook.testing.fixtures import ACCOUNT_ID
from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_a_log_is_followed_from_its_first_event_to_its_last_webhook() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="3"/>')
        client = AsgiClient(world.node.asgi)
        path = f"/offhook/v1/accounts/{ACCOUNT_ID}/events/{talk.call_id}"
        headers = {"Authorization": f"Basic {base64.b64encode(b'user:secret').decode()}"}
        found: list[dict[str, Any]] = []
        log: dict[str, Any] = {"state": "live", "next": 0}
        rounds = 0
        while log["state"] == "live" or log["pendingWebhooks"]:
            url = f"{path}?after={log['next']}&wait=8"
            log = (await client.request("GET", url, headers=headers)).json()
            found += log["events"]
            rounds += 1
        kinds = [each["kind"] for each in found]

        assert [each["number"] for each in found] == list(range(1, len(found) + 1))
        assert kinds[0] == "call.created"
        assert {"call.ended", "webhook.answered"} <= set(kinds)
        assert rounds < 20


@virtual
async def test_news_are_those_of_the_account() -> None:
    async with World() as world:
        following = world.node.following
        start = await following.news(ACCOUNT_ID, None, 5.0)
        talk = await world.answered('<Pause duration="1"/>')
        await talk.disconnect()
        found = await following.news(ACCOUNT_ID, start.place, 5.0)
        strangers = await following.news("9900009", start.place, 1.0)

        assert start.events == []
        assert found.events[0].kind == "call.created"
        assert strangers.events == []
        assert (await following.since(ACCOUNT_ID, world.clock.wall() - 60)).events[0].number == 1
        assert await following.log(ACCOUNT_ID, "c-unknown", 0, 5.0) is None
        assert await following.log("9900009", talk.call_id, 0, 5.0) is None


@virtual
async def test_who_follows_an_ended_call_does_not_wait() -> None:
    async with World() as world:
        talk = await world.answered("<Hangup/>")
        await talk.disconnect()
        await asyncio.sleep(5)
        before = world.now
        log = await world.node.following.log(ACCOUNT_ID, talk.call_id, 10_000, 8.0)

        assert log is not None
        assert (log.events, log.live, log.pending) == ([], False, 0)
        assert world.now == before


@virtual
async def test_a_conference_has_a_log_as_a_call_has() -> None:
    async with World() as world:
        following = world.node.following
        talk = await world.answered("<Conference>room</Conference>")
        await asyncio.sleep(1)
        rooms = (await world.rest.request("GET", "/conferences")).json()
        live = await following.log(ACCOUNT_ID, rooms[0]["id"], 0, 0.0)
        talk.phone.hang_up()
        await talk.disconnect()
        await asyncio.sleep(5)
        over = await following.log(ACCOUNT_ID, rooms[0]["id"], 0, 0.0)

        assert live is not None
        assert over is not None
        assert (live.live, over.live) == (True, False)
        assert over.events[0].kind == "conference.created"
